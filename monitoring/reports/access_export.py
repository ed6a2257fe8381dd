"""Who read whose record as comma-separated values: one line a patient, however many a page showed.

The database makes the text itself where it can (`COPY` of PostgreSQL); SQLite gives tuples. So many
entries as instances would take minutes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from clinic.models import Site, Staff
from monitoring.models import AccessEntry, Patient
from monitoring.reports.access_report import patients_of
from monitoring.reports.tables import FORMULA, Cell, lines, local, plain

HEADINGS = (
    "at",
    "time_zone",
    "person",
    "user_name",
    "action",
    "page",
    "patient",
    "mrn",
    "session",
    "device",
    "address",
    "told_at",
)
LINES = 1000
"""How many are sent at once."""
_FORMULA = f"({', '.join(str(ord(mark)) for mark in FORMULA)})"
_FROM = """
    FROM monitoring_accessentry e
    LEFT JOIN monitoring_listedpatient l ON l.listing = e.listing
"""

Chunks = Iterator[tuple[frozenset[UUID], str | bytes]]


def access(
    found: QuerySet[AccessEntry],
    whom: QuerySet[Patient] | None,
    kept: frozenset[UUID],
    site: Site,
) -> Chunks:
    """Lines of the entries `found`, newest first, and of whom they are; where some patients were
    asked for, of those alone. `kept` are everyone's of whom there are lines."""
    yield patients_of(found, whom), ""
    if kept:
        some = found.order_by().select_related(None).values("pk")
        chosen = some.query.get_compiler(connection.alias).as_sql()
        people = {s.pk: (plain(s.printed_name), plain(s.username)) for s in Staff.objects.all()}
        reader = _READERS[connection.vendor]
        for text in reader(chosen, people, _named(kept), site):
            yield frozenset(), text


def _named(kept: frozenset[UUID]) -> dict[UUID, tuple[Cell, Cell]]:
    """By patient the name and the MRN, as a spreadsheet must have them."""
    found = Patient.objects.only("family_name", "given_name", "mrn").order_by()
    return {
        patient.pk: (plain(patient.banner_name), plain(patient.mrn))
        for patient in found.iterator(chunk_size=LINES)
        if patient.pk in kept
    }


Names = dict[UUID, tuple[Cell, Cell]]
Chosen = tuple[str, tuple[Any, ...]]
"""The SQL that gives the ids of the entries."""


def _tuples(chosen: Chosen, people: Names, patients: Names, site: Site) -> Iterator[str]:
    """From SQLite: values, which become cells here."""
    ids, values = chosen
    sql = (
        "SELECT e.at, e.staff_id, e.action, e.page, COALESCE(e.patient_id, l.patient_id),"
        f" e.session_id, e.device, e.address, e.told_at {_FROM} WHERE e.id IN ({ids})"
        " ORDER BY e.at DESC, e.id DESC, l.id"
    )
    by_text = {id.hex: names for id, names in people.items()}
    whose = {id.hex: names for id, names in patients.items()}
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        found = (
            (
                local(_moment(at), site.tz),
                site.time_zone,
                *by_text[staff],
                action,
                page,
                *whose[patient],
                str(UUID(session)) if session else "",
                device,
                address or "",
                local(_moment(told), site.tz) if told else "",
            )
            for at, staff, action, page, patient, session, device, address, told in cursor
            if patient in whose
        )
        while text := lines(islice(found, LINES)):
            yield text


def _moment(kept: datetime | str) -> datetime:
    found = datetime.fromisoformat(kept) if isinstance(kept, str) else kept
    return found.replace(tzinfo=UTC)


def _text(chosen: Chosen, people: Names, patients: Names, site: Site) -> Iterator[bytes]:
    """From PostgreSQL: the lines as they are sent."""
    ids, values = chosen
    sql = f"""COPY (
        SELECT to_char(e.at, 'YYYY-MM-DD"T"HH24:MI:SSTZH:TZM'), %s, s.name, s.login, e.action,
            e.page, p.name, p.mrn, e.session_id, NULLIF({_plain("e.device")}, ''), host(e.address),
            to_char(e.told_at, 'YYYY-MM-DD"T"HH24:MI:SSTZH:TZM')
        {_FROM}
        JOIN unnest(%s::uuid[], %s::text[], %s::text[]) s (id, name, login) ON s.id = e.staff_id
        JOIN unnest(%s::uuid[], %s::text[], %s::text[]) p (id, name, mrn)
            ON p.id = COALESCE(e.patient_id, l.patient_id)
        WHERE e.id IN ({ids}) ORDER BY e.at DESC, e.id DESC, l.id
    ) TO STDOUT (FORMAT csv)"""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('TimeZone', %s, false)", [site.time_zone])
        try:
            given = [site.time_zone, *_columns(people), *_columns(patients), *values]
            with cursor.cursor.copy(sql, given) as copied:
                rows = iter(copied)
                while text := b"".join(islice(rows, LINES)):
                    yield text
        finally:
            cursor.execute("SELECT set_config('TimeZone', %s, false)", [connection.timezone_name])


def _plain(column: str) -> str:
    return f"CASE WHEN ascii({column}) IN {_FORMULA} THEN '''' || {column} ELSE {column} END"


def _columns(names: Names) -> Sequence[list[Any]]:
    return [list(names), *([pair[place] for pair in names.values()] for place in (0, 1))]


_READERS: dict[str, Callable[[Chosen, Names, Names, Site], Iterator[str | bytes]]] = {
    "sqlite": _tuples,
    "postgresql": _text,
}
