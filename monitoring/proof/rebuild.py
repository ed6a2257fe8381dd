"""A session made again from the log alone, as the rules and the pages read one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast
from uuid import UUID

from django.db import models

from clinic.models import Staff
from clinic.trail.canonical import Columns, parse
from clinic.trail.replay import State
from monitoring.models import (
    Admission,
    Amendment,
    Clearance,
    Decision,
    Departure,
    Dose,
    DoseEnd,
    Event,
    Patient,
    ProtocolVersion,
    Reading,
    Review,
    Session,
    Withdrawal,
)

_SETS: tuple[type[models.Model], ...] = (
    Admission,
    Amendment,
    Clearance,
    Decision,
    Dose,
    Event,
    Reading,
    Review,
)
_ONE_TO_ONE = (
    (DoseEnd, "dose_id", "dose", "end"),
    (Withdrawal, "clearance_id", "clearance", "withdrawal"),
    (Review, "reading_id", "reading", "review"),
)


def rebuilt(state: State, signed: dict[str, Columns] | None = None) -> Session:
    """The session that `state` tells of, with every noun loaded; not to be saved.

    `signed` is the patient and the protocol as a signature kept them; without it they are read
    from their tables, as are the names of people. Raises KeyError when `state` holds no session.
    """
    (row,) = state["session"].values()
    session = cast(Session, parse(Session, row))
    made = _rows(state)
    _name_people([session, *(r for rows in made.values() for r in rows.values())])
    _set_whose(session, signed)
    cache: dict[str, Any] = {}
    for model in _SETS:
        name = f"{model._meta.model_name}_set"
        found = getattr(session, name).all()
        found._result_cache = sorted(made[model].values(), key=_order)
        cache[name] = found
    session._prefetched_objects_cache = cache  # type: ignore[attr-defined]
    for model, key, noun, back in _ONE_TO_ONE:
        by_owner = {getattr(r, key): r for r in made[model].values()}
        owners = {"dose": Dose, "clearance": Clearance, "reading": Reading}[noun]
        for owner in made[owners].values():
            owner._state.fields_cache[back] = by_owner.get(owner.pk)
    departures = list(made[Departure].values())
    session._state.fields_cache["departure"] = departures[0] if departures else None
    standing = session.standing_clearance_id
    session._state.fields_cache["standing_clearance"] = (
        made[Clearance].get(standing) if standing else None
    )
    return session


def _rows(state: State) -> dict[type[models.Model], dict[UUID, models.Model]]:
    nouns: tuple[type[models.Model], ...] = (*_SETS, DoseEnd, Withdrawal, Departure)
    return {
        model: {
            UUID(key): parse(model, row)
            for key, row in state.get(str(model._meta.model_name), {}).items()
        }
        for model in nouns
    }


def _order(row: Any) -> int:
    return int(row.through_seq if isinstance(row, Clearance) else row.seq)


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
            row._state.fields_cache[name] = people[key]


def _set_whose(session: Session, signed: dict[str, Columns] | None) -> None:
    if signed:
        session.patient = cast(Patient, parse(Patient, signed["patient"]))
        session.protocol_version = cast(ProtocolVersion, parse(ProtocolVersion, signed["protocol"]))
