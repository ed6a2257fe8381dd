"""Every reading of some sessions as comma-separated values: a million of them in one file.

The database makes the text itself where it can (`COPY` of PostgreSQL); SQLite gives tuples. So many
rows as instances would take minutes. The test compares each cell with what the models say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from clinic.models import Site, Staff
from monitoring.models import Session
from monitoring.reports.tables import FORMULA, Cell, lines, plain
from monitoring.rules.facts import whole_minutes
from monitoring.rules.measures import NOT_DONE_REASONS, OBSERVATIONS, Measure

SESSIONS = 500
"""Whose readings are read at once: some megabytes are in memory, and no statement is long."""
_FORMULA = f"({', '.join(str(ord(mark)) for mark in FORMULA)})"
_STRUCK = """EXISTS (
    SELECT 1 FROM monitoring_strike k
    LEFT JOIN monitoring_strikeconfirmation c ON c.strike_id = k.id
    WHERE k.target = r.id AND k.noun = 'reading' AND (NOT k.needs_confirmation OR c.is_confirmed)
)"""
_FROM = """
    JOIN monitoring_reading r ON r.session_id = {id}
    JOIN monitoring_session s ON s.id = r.session_id
    JOIN monitoring_patient p ON p.id = s.patient_id
    LEFT JOIN monitoring_reading later ON later.replaces_id = r.id
"""


@dataclass(frozen=True, slots=True)
class Column:
    """`kind` is what `sql` gives: "id", "text", "number", "tenths", "time", "minutes", "person",
    "reason" or "yes"."""

    heading: str
    sql: str
    kind: str


def columns() -> list[Column]:
    return [
        Column(_("Session"), "s.id", "id"),
        Column(_("Family name"), "p.family_name", "text"),
        Column(_("Given name"), "p.given_name", "text"),
        Column(_("MRN"), "p.mrn", "text"),
        Column(_("Reading"), "r.id", "id"),
        Column(_("Opened for minute"), "r.slot", "number"),
        Column(_("Taken"), "r.taken_at", "time"),
        Column(_("Minutes after the first dose"), "r.taken_at", "minutes"),
        *(column for key in OBSERVATIONS for column in _of_observation(key)),
        Column(_("Note"), "r.note", "text"),
        Column(_("Recorded"), "r.recorded_at", "time"),
        Column(_("Recorded by"), "r.recorded_by_id", "person"),
        Column(_("Why entered late"), "r.late_reason", "text"),
        Column(_("After departure"), "r.after_departure", "yes"),
        Column(_("Corrects"), "r.replaces_id", "id"),
        Column(_("Why corrected"), "r.correction_reason", "text"),
        Column(_("Corrected by"), "later.id", "id"),
        Column(_("Entered in error"), _STRUCK, "yes"),
    ]


def _of_observation(key: str) -> Iterator[Column]:
    """Its values with their units, or the scale that it is rated on, and why it was not done."""
    observation = OBSERVATIONS[key]
    name = _(observation.name)
    for measure in observation.every_measure:
        yield Column(
            _with_unit(measure), f"r.{measure.key}", "tenths" if measure.decimals else "number"
        )
    if observation.is_scale:
        yield Column(name, f"r.{key}", "number")
        yield Column(_("%(name)s: scale") % {"name": name}, f"r.{key}_scale", "text")
    yield Column(_("%(name)s: why not done") % {"name": name}, f"r.{key}_not_done", "reason")


def _with_unit(measure: Measure) -> str:
    return f"{_(measure.name)} ({measure.unit})"


def readings(found: QuerySet[Session], site: Site) -> Iterator[tuple[frozenset[UUID], str | bytes]]:
    """Lines of the readings of the sessions `found`, in their order, and of whom they are.

    Those of one session stand in the order in which they were taken."""
    reader = _READERS[connection.vendor](site)
    chosen = found.values_list("patient", "pk").iterator(chunk_size=SESSIONS)
    while some := list(islice(chosen, SESSIONS)):
        yield frozenset(patient for patient, _id in some), reader([id for _patient, id in some])


class _Tuples:
    """From SQLite: values, which become cells here."""

    def __init__(self, site: Site) -> None:
        self.names = _names()
        made: dict[str, Callable[[Any], Cell]] = {
            "id": lambda v: str(UUID(v)) if v else None,
            "text": lambda v: v,
            "number": lambda v: v,
            "tenths": lambda v: None if v is None else Decimal(str(v)).quantize(Decimal("0.1")),
            "time": lambda v: _time(_moment(v), site),
            "minutes": _minutes,
            "person": lambda v: self.names[UUID(v)],
            "reason": lambda v: _(NOT_DONE_REASONS[v]) if v else None,
            "yes": lambda v: _("Yes") if v else None,
        }
        self.cells = [made[c.kind] for c in columns()]
        chosen = ", ".join(
            f"{c.sql} || '|' || s.first_dose_at" if c.kind == "minutes" else c.sql
            for c in columns()
        )
        self.chosen = chosen

    def __call__(self, ids: Sequence[UUID]) -> str:
        places = ", ".join(f"({place}, %s)" for place in range(len(ids)))
        sql = (
            f"WITH chosen (place, id) AS (VALUES {places})"  # noqa: S608
            f" SELECT {self.chosen} FROM chosen {_FROM.format(id='chosen.id')}"
            " ORDER BY chosen.place, r.taken_at, r.seq"
        )
        with connection.cursor() as cursor:
            cursor.execute(sql, [id.hex for id in ids])
            return lines(
                [cell(value) for cell, value in zip(self.cells, row, strict=True)]
                for row in cursor.fetchall()
            )


class _Text:
    """From PostgreSQL: the lines as they are sent."""

    def __init__(self, site: Site) -> None:
        names = _names()
        self.people = [list(names), [plain(name) for name in names.values()]]
        self.zone = site.time_zone
        self.words: list[str] = []
        chosen = ", ".join(self._sql(c) for c in columns())
        self.sql = (
            f"COPY (SELECT {chosen}"  # noqa: S608
            " FROM unnest(%s::uuid[]) WITH ORDINALITY chosen (id, place)"
            f" {_FROM.format(id='chosen.id')}"
            " JOIN unnest(%s::uuid[], %s::text[]) person (id, name) ON person.id = r.recorded_by_id"
            " ORDER BY chosen.place, r.taken_at, r.seq) TO STDOUT (FORMAT csv)"
        )

    def _sql(self, column: Column) -> str:
        sql = column.sql
        if column.kind == "text":
            kept = f"CASE WHEN ascii({sql}) IN {_FORMULA} THEN '''' || {sql} ELSE {sql} END"
            return f"CASE WHEN {sql} <> '' THEN {kept} END"
        if column.kind == "minutes":
            return f"trunc(date_part('epoch', {sql} - s.first_dose_at) / 60)::int"
        if column.kind == "person":
            return "person.name"
        if column.kind == "reason":
            pairs = [(code, _(words)) for code, words in NOT_DONE_REASONS.items()]
            self.words += [word for pair in pairs for word in pair]
            known = f"CASE {sql} {'WHEN %s THEN %s ' * len(pairs)}END"
            return f"CASE WHEN {sql} <> '' THEN {known} END"
        if column.kind == "yes":
            self.words.append(_("Yes"))
            return f"CASE WHEN {sql} THEN %s END"
        return sql

    def __call__(self, ids: Sequence[UUID]) -> bytes:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('TimeZone', %s, false)", [self.zone])
            try:
                with cursor.cursor.copy(self.sql, [*self.words, list(ids), *self.people]) as copied:
                    return b"".join(copied)
            finally:
                cursor.execute(
                    "SELECT set_config('TimeZone', %s, false)", [connection.timezone_name]
                )


_READERS: dict[str, Callable[[Site], Callable[[Sequence[UUID]], str | bytes]]] = {
    "sqlite": _Tuples,
    "postgresql": _Text,
}


def _names() -> dict[UUID, str]:
    return {staff.pk: staff.printed_name for staff in Staff.objects.all()}


def _moment(kept: datetime | str | None) -> datetime | None:
    """SQLite keeps UTC: a column of times gives a time, what was put together gives text."""
    found = datetime.fromisoformat(kept) if isinstance(kept, str) and kept else kept
    return found.replace(tzinfo=UTC) if isinstance(found, datetime) else None


def _time(at: datetime | None, site: Site) -> Cell:
    """As PostgreSQL writes it: 2026-03-10 10:00:05.25-04, and 15:30:05+05:30 in India."""
    if at is None:
        return None
    whole = at.astimezone(site.tz).isoformat(" ", "microseconds")
    time, distance = whole[:-6].rstrip("0").rstrip("."), whole[-6:].removesuffix(":00")
    return f"{time}{distance}"


def _minutes(both: str | None) -> Cell:
    taken, _bar, first = (both or "").partition("|")
    at, begun = _moment(taken), _moment(first)
    return whole_minutes(at - begun) if at and begun else None
