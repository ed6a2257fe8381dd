"""Rows against the log, in both directions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db import models

from monitoring.models import Session
from monitoring.trail.canonical import Columns, columns
from monitoring.trail.replay import State

OF_SESSION = (
    "reading_set",
    "event_set",
    "dose_set",
    "admission_set",
    "decision_set",
    "clearance_set",
)


@dataclass(frozen=True, slots=True)
class Difference:
    """`kind` is `missing` (the log alone has the row), `unlogged` (the table alone has it) or
    `changed`, with the columns that differ."""

    kind: str
    table: str
    id: str
    columns: tuple[str, ...] = ()


def table_of(rows: Iterable[models.Model]) -> State:
    found: State = {}
    for row in rows:
        found.setdefault(str(row._meta.model_name), {})[str(row.pk)] = columns(row)
    return found


def differences(log: State, tables: State) -> Iterator[Difference]:
    """What the log tells otherwise than the tables hold.

    Columns that a row was logged without came with a later version and are not compared.
    """
    for table in sorted({*log, *tables}):
        told, held = log.get(table, {}), tables.get(table, {})
        for key in sorted({*told, *held}):
            if key not in held:
                yield Difference("missing", table, key)
            elif key not in told:
                yield Difference("unlogged", table, key)
            elif changed := _changed(told[key], held[key]):
                yield Difference("changed", table, key, changed)


def _changed(told: Columns, held: Columns) -> tuple[str, ...]:
    return tuple(name for name, value in told.items() if held.get(name) != value)


def loaded(session: Session) -> State:
    """The rows of a session that was loaded with its whole record."""
    rows: list[models.Model] = [session]
    for noun in OF_SESSION:
        rows += getattr(session, noun).all()
    rows += [d.end for d in session.dose_set.all() if hasattr(d, "end")]
    rows += [c.withdrawal for c in session.clearance_set.all() if hasattr(c, "withdrawal")]
    return table_of(rows)
