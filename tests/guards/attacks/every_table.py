"""Attacks that are tried on each table alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import IntegrityError, connection

from clinic.ids import uuid7
from clinic.models import Site
from clinic.models.row import Guarded, name_of
from monitoring import models as nouns
from monitoring.models import Order, SessionRow
from tests.clock import TestClock
from tests.factories.logged import insert
from tests.guards.attacks.registry import ATTACKS, POSTGRESQL_ONLY, SQLITE_ONLY, Attack
from tests.guards.examples import (
    BESIDE,
    FACTS,
    NOUNS,
    beside,
    example,
    new_fact,
    note,
    signed,
    superseded,
    withdrawn,
)
from tests.guards.raw import copy, replace, respelt, run, update
from tests.guards.world import Clinic, Visit

COLUMN = {
    "accessentry": ("page", "changed"),
    "listedpatient": ("listing", uuid7()),
    "patientamendment": ("reason", "Changed"),
    "trailentry": ("device", "changed"),
    "clearance": ("statement", "Changed"),
    "departure": ("escort_name", "Changed"),
    "protocolversion": ("title", "Changed"),
    "reading": ("note", "Changed"),
}


def _changed(noun: str) -> Attack:
    def make(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
        _, row = example(noun, clinic, clock)
        if noun == "siteprotocol":
            return lambda: update(row, site_id=insert(Site(name="Elsewhere")).id)
        column, value = COLUMN.get(noun, ("recorded_by_id", clinic.clinician.id))
        changes: dict[str, Any] = {column: value}
        return lambda: update(row, **changes)

    return make


def _deleted(noun: str) -> Attack:
    def make(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
        _, row = example(noun, clinic, clock)
        return lambda: run(f"DELETE FROM {NOUNS[noun]._meta.db_table} WHERE id = %s", row.pk)

    return make


def _emptied(noun: str) -> Attack:
    """Foreign keys keep most tables from being emptied alone; the guard holds without them."""

    def make(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
        example(noun, clinic, clock)
        run("SET CONSTRAINTS ALL IMMEDIATE")
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT conrelid::regclass::text, conname FROM pg_constraint"
                f" WHERE contype = 'f' AND confrelid = '{NOUNS[noun]._meta.db_table}'::regclass"
            )
            for table, key in cursor.fetchall():
                cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{key}"')
        return lambda: run(f"TRUNCATE {NOUNS[noun]._meta.db_table}")

    return make


def _numbered_twice(noun: str) -> Attack:
    """A number that another noun has: the counter stands still, and a signature covers it."""

    def make(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
        visit, changes, row = new_fact(noun, clinic, clock)
        has_ended = noun in {"amendment", "call", "review", "formanswers", "formfiling"}
        taken = "reading" if has_ended or noun == "event" else "event"
        rows: Any = NOUNS[taken]._default_manager
        if not rows.filter(session=visit.id, seq=visit.row.last_seq).exists():
            note(visit) if taken == "event" else visit.read()
        return lambda: copy(row, seq=visit.row.last_seq, **changes)

    return make


def _uncounted(noun: str) -> Attack:
    """A fact that leaves the counter where it was, so that a signature seems to cover it."""

    def make(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
        visit, changes, row = new_fact(noun, clinic, clock)

        def act() -> None:
            before = visit.row.last_seq
            copy(row, seq=before + 1, **changes)
            if visit.row.last_seq != before:
                raise IntegrityError(f"guard_{noun}_moves_the_counter moved the counter")

        return act

    return make


def _replaced(noun: str) -> Attack:
    """The row of the same id, written anew."""

    def make(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
        row, changes = _again(noun, clinic, clock)
        return lambda: replace(row, id=row.id, **changes)

    return make


def _spelt_otherwise(noun: str) -> Attack:
    """A row that hides behind another: of the same id, written otherwise."""

    def make(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
        row, changes = _again(noun, clinic, clock)
        return lambda: copy(row, id=respelt(row), **changes)

    return make


def _again(noun: str, clinic: Clinic, clock: TestClock) -> tuple[Any, dict[str, Any]]:
    """A row of `noun`, and what makes one like it sound, but for its id."""
    if noun in FACTS:
        visit, changes, row = new_fact(noun, clinic, clock)
        return row, {"seq": visit.row.last_seq + 1, **changes}
    if noun in BESIDE:
        return beside(noun, clinic, clock)
    visit, row = example(noun, clinic, clock)
    if noun == "staffcontactstrike":
        return row, {"contact_id": nouns.StaffContact.objects.get(session=visit.id, strike=None).pk}
    others: dict[str, dict[str, Any]] = {
        "clearance": {"through_seq": visit.row.last_seq},
        "departure": {"session_id": Visit(clinic, clock).dosed().id},
        "chainhead": {"count": 0, "digest": ""},
        "patient": {"mrn": "another"},
        "patientamendment": {"number": 2, "changes": {"allergies": ["Latex", ""]}},
        "protocolversion": {"version": 7},
        "trailentry": {"seq": getattr(row, "seq", 0) + 1, "previous": getattr(row, "digest", "")},
        "accessentry": {"page": "another"},
        "listedpatient": {"listing": uuid7()},
        "staffcontact": {"recorded_by_id": clinic.clinician.id},
    }
    return row, others.get(noun, {"room": "Chair 9"})


def _half_written(noun: str, column: str, value: float | str | bytes) -> Attack:
    """A fraction where a whole number, or yes and no, are meant; a time in another form; bytes
    for a text."""

    def make(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
        _, row = example(noun, clinic, clock)
        changes: dict[str, Any] = {column: value}
        return lambda: update(row, **changes)

    return make


def _after_leaving(noun: str) -> Attack:
    """A fact that joins a session whose patient has left."""

    def make(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
        if noun == "withdrawal":
            visit = signed(clinic, clock).discharge()
            _, row = withdrawn(clinic, clock)
            changes: dict[str, Any] = {
                "session_id": visit.id,
                "clearance_id": nouns.Clearance.objects.get(session=visit.id).id,
            }
        elif noun == "clearance":
            visit = Visit(clinic, clock).ready().transfer()
            row = superseded(clinic, clock)[1]
            changes = {"session_id": visit.id, "through_seq": visit.row.last_seq}
        elif noun == "decision":
            visit, row = example(noun, clinic, clock)
            visit = Visit(clinic, clock).dosed().transfer()
            changes = {"session_id": visit.id, "reading_id": None}
        else:
            visit, changes, row = new_fact(noun, clinic, clock)
            visit.transfer()
        if noun != "clearance":
            changes["seq"] = visit.row.last_seq + 1
        return lambda: copy(row, **changes)

    return make


for _model in Guarded.tables():
    _noun, _may = name_of(_model), _model.rights
    ATTACKS[f"guard_{_noun}_well_formed"] = _spelt_otherwise(_noun)
    SQLITE_ONLY.add(f"guard_{_noun}_well_formed")
    if "UPDATE" not in _may:
        ATTACKS[f"guard_{_noun}_never_changed"] = _changed(_noun)
    if "DELETE" not in _may:
        ATTACKS[f"guard_{_noun}_not_deleted"] = _deleted(_noun)
        ATTACKS[f"guard_{_noun}_not_emptied"] = _emptied(_noun)
        POSTGRESQL_ONLY.add(f"guard_{_noun}_not_emptied")
        ATTACKS[f"guard_{_noun}_id_never_reused"] = _replaced(_noun)
        SQLITE_ONLY.add(f"guard_{_noun}_id_never_reused")
for _noun, _column, _value in (
    ("session", "peak_systolic", 139.9),
    ("site", "is_inpatient", 0.9),
    ("staff", "is_active", 0.9),
    ("membership", "ends_at", "2026-03-10T14:00:00"),
    ("proposal", "effective_at", "soon"),
    ("shift", "wrong_tries", 0.9),
    ("tablet", "last_seen_at", "now"),
    ("savedview", "name", b"Signed"),
):
    ATTACKS[f"guard_{_noun}_stays_well_formed"] = _half_written(_noun, _column, _value)
    SQLITE_ONLY.add(f"guard_{_noun}_stays_well_formed")
for _noun in FACTS:
    ATTACKS[f"guard_{_noun}_has_the_next_number"] = _numbered_twice(_noun)
    ATTACKS[f"guard_{_noun}_moves_the_counter"] = _uncounted(_noun)
for _row in SessionRow.tables():
    # After the dose, and so after departure, an order is refused by a guard of its own.
    if not _row.may_follow_departure and _row is not Order:
        ATTACKS[f"guard_{name_of(_row)}_not_after_departure"] = _after_leaving(name_of(_row))
