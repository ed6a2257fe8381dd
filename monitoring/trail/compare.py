"""Rows against the log, in both directions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from operator import itemgetter

from django.db import models

from monitoring.models import ProtocolVersion, Session, TrailEntry
from monitoring.trail import raw
from monitoring.trail.canonical import Columns, canonical, columns, digest
from monitoring.trail.replay import State, payload

OF_SESSION = (
    "reading_set",
    "event_set",
    "dose_set",
    "admission_set",
    "decision_set",
    "clearance_set",
)


Held = dict[str, list[tuple[str, Columns]]]
"""By table every row with its id: a list, for in a database two rows may be of one id."""


@dataclass(frozen=True, slots=True)
class Difference:
    """`kind` is `missing` (the log alone has the row), `unlogged` (the table alone has it),
    `double` (the table has it more than once) or `changed`, with the columns that differ."""

    kind: str
    table: str
    id: str
    columns: tuple[str, ...] = ()


def table_of(rows: Iterable[models.Model]) -> Held:
    found: Held = {}
    for row in rows:
        found.setdefault(str(row._meta.model_name), []).append((str(row.pk), columns(row)))
    return found


def differences(log: State, tables: Held) -> Iterator[Difference]:
    """What the log tells otherwise than the tables hold.

    Columns that a row was logged without came with a later version and are not compared.
    """
    for table in sorted({*log, *tables}):
        told, rows = log.get(table, {}), sorted(tables.get(table, ()), key=itemgetter(0))
        seen: set[str] = set()
        for key, row in rows:
            if key in seen:
                yield Difference("double", table, key)
            elif key not in told:
                yield Difference("unlogged", table, key)
            elif changed := _changed(told[key], row):
                yield Difference("changed", table, key, changed)
            seen.add(key)
        for key in sorted(set(told) - seen):
            yield Difference("missing", table, key)


def _changed(told: Columns, held: Columns) -> tuple[str, ...]:
    return tuple(name for name, value in told.items() if _is_other(value, held.get(name)))


def _is_other(told: object, held: object) -> bool:
    """Python takes yes for 1; within JSON they are two things."""
    if isinstance(told, dict | list):
        return canonical(told) != canonical(held)
    return told != held


def disagrees(session: Session, entries: list[TrailEntry], log: State) -> bool:
    """Whether the rows of `session`, loaded with its whole record, are other than its log tells:
    in what they hold, in number, or in the form in which they are written; or its protocol is
    another than it was planned under."""
    if not entries or any(differences(log, loaded(session))):
        return True
    version = session.protocol_version
    planned = payload(entries[0])["detail"].get("protocol")
    if planned and planned != digest(columns(version)):
        return True
    rows = raw.of_session(session.pk)
    return any(raw.odd([*rows, (ProtocolVersion, "id", version.pk)]))


def loaded(session: Session) -> Held:
    """The rows of a session that was loaded with its whole record."""
    rows: list[models.Model] = [session]
    for noun in OF_SESSION:
        rows += getattr(session, noun).all()
    rows += [d.end for d in session.dose_set.all() if hasattr(d, "end")]
    rows += [c.withdrawal for c in session.clearance_set.all() if hasattr(c, "withdrawal")]
    return table_of(rows)
