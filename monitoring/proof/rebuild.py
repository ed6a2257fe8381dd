"""A session made again from the log alone, as the rules and the pages read one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast
from uuid import UUID

from django.db import models

from clinic.models import Staff
from clinic.models.row import name_of
from clinic.trail.canonical import Columns, parse
from clinic.trail.replay import State
from monitoring.models import Clearance, Patient, ProtocolVersion, Session, SessionRow
from monitoring.models.rows import beside_of, lay_down, owner_of


def rebuilt(state: State, signed: dict[str, Columns] | None = None) -> Session:
    """The session that `state` tells of, with every noun loaded; not to be saved.

    `signed` is the patient and the protocol as a signature kept them; without it they are read
    from their tables, as are the names of people. Raises KeyError when `state` holds no session.
    """
    (row,) = state["session"].values()
    session = cast(Session, parse(Session, row))
    made = {noun: _rows(state, noun) for noun in SessionRow.tables()}
    _name_people([session, *(row for rows in made.values() for row in rows.values())])
    _set_whose(session, signed)
    for noun, rows in made.items():
        for one in rows.values():
            one.session = session
        for other in beside_of(noun):
            _join(rows, made[other].values())
        lay_down(session, noun, rows.values())
    standing = session.standing_clearance_id
    session.standing_clearance = cast(
        "Clearance | None", made[Clearance].get(standing) if standing else None
    )
    return session


def _rows(state: State, noun: type[SessionRow]) -> dict[UUID, SessionRow]:
    found = state.get(name_of(noun), {})
    return {UUID(key): cast(SessionRow, parse(noun, row)) for key, row in found.items()}


def _join(owners: dict[UUID, SessionRow], rows: Iterable[SessionRow]) -> None:
    """Let each of `rows` know the one of `owners` that it belongs to, and the other way round."""
    for row in rows:
        link = owner_of(type(row))
        if owner := owners.get(getattr(row, link.attname)):
            setattr(row, link.name, owner)


def _name_people(rows: Iterable[models.Model]) -> None:
    """Fill in who did what, in one query."""
    links: list[tuple[models.Model, str, UUID]] = []
    for row in rows:
        for field in row._meta.local_concrete_fields:
            if field.related_model is Staff and (key := getattr(row, field.attname)):
                links.append((row, field.name, key))
    people = Staff.objects.in_bulk({key for _, _, key in links})
    for row, name, key in links:
        if key in people:
            setattr(row, name, people[key])


def _set_whose(session: Session, signed: dict[str, Columns] | None) -> None:
    if signed:
        session.patient = cast(Patient, parse(Patient, signed["patient"]))
        session.protocol_version = cast(ProtocolVersion, parse(ProtocolVersion, signed["protocol"]))
