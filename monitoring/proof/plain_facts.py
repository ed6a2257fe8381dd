"""The facts of sessions made of plain rows, without a query or a conversion more than those rows
took (`plain.py`).

What the rules ask of a row are its columns. Each becomes an object of its model that has them and
nothing else; ids stay text, for the rules only ask whether two are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar, cast
from uuid import UUID

from django.db import models
from django.db.models.base import ModelState

from clinic.models import Site
from clinic.models.row import name_of
from clinic.trail.canonical import Columns
from clinic.trail.differences import Held
from monitoring.models import Patient, ProtocolVersion, Session, SessionRow
from monitoring.models.facts import facts_of
from monitoring.models.rows import SessionRows, beside_of, in_order
from monitoring.models.session import recorded
from monitoring.proof import plain
from monitoring.rules.facts import SessionFacts

M = TypeVar("M", bound=models.Model)


class PlainFacts:
    """Sites and protocols, of which there are few, are read once."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], models.Model] = {}

    def of(self, held: Collection[Held]) -> Iterator[tuple[Columns, SessionFacts]]:
        """Of each of the sessions whose rows are `held`: its own row and its facts. Raises
        KeyError where its patient, site or protocol is not there."""
        sessions = [row for of_one in held for _, row in of_one["session"]]
        patients = {
            row["id"]: instance(Patient, row)
            for row in plain.belonging(Patient, "id", _ids(sessions, "patient_id"))
        }
        self._read(Site, _ids(sessions, "site_id"))
        self._read(ProtocolVersion, _ids(sessions, "protocol_version_id"))
        for row, of_one in zip(sessions, held, strict=True):
            session = instance(Session, row)
            session._state = ModelState()
            session._state.fields_cache = {
                "patient": patients[row["patient_id"]],
                "site": self._kept["site", row["site_id"]],
                "protocol_version": self._kept["protocolversion", row["protocol_version_id"]],
            }
            rows = SessionRows(
                session,
                {
                    noun: in_order([instance(noun, one) for _, one in of_one.get(name, ())])
                    for noun, name in _nouns()
                },
            )
            yield row, facts_of(rows)

    def _read(self, model: type[models.Model], ids: set[UUID]) -> None:
        noun = name_of(model)
        unread = {id for id in ids if (noun, str(id)) not in self._kept}
        for row in plain.belonging(model, "id", unread):
            self._kept[noun, row["id"]] = instance(model, row)


def _ids(rows: list[Columns], column: str) -> set[UUID]:
    return {UUID(text) for text in {row[column] for row in rows}}


@cache
def _nouns() -> tuple[tuple[type[SessionRow], str], ...]:
    """What the rules read, and what belongs to it, each with its name."""
    own = recorded()
    found = dict.fromkeys([*own, *(other for noun in own for other in beside_of(noun))])
    return tuple((noun, name_of(noun)) for noun in found)


def instance(model: type[M], row: Columns) -> M:
    """An object of `model` with these columns, every one of which is named."""
    made = model.__new__(model)
    own = made.__dict__
    own.update(row)
    for name, read in _readers(model):
        if (value := own[name]) is not None:
            own[name] = read(value)
    return made


@cache
def _readers(model: type[models.Model]) -> tuple[tuple[str, Callable[[Any], Any]], ...]:
    kinds = ((models.DateTimeField, datetime.fromisoformat), (models.DateField, date.fromisoformat),
             (models.DecimalField, Decimal))  # fmt: skip
    found = []
    for field in model._meta.local_concrete_fields:
        target = field.target_field if isinstance(field, models.ForeignKey) else field
        read = next((read for kind, read in kinds if isinstance(target, kind)), None)
        if read is not None:
            found.append((field.attname, cast(Callable[[Any], Any], read)))
    return tuple(found)
