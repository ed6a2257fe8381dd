"""For each guard the attack that it alone stops, in raw SQL, below every page and verb.

An attack is given a clinic and the test clock, makes the sessions it needs by verbs, and then
writes what must not stand.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, models

from clinic.ids import uuid7
from clinic.models import ChainHead, Membership, Tablet, TrailEntry
from monitoring import models as nouns
from monitoring.actions import (
    end_infusion,
    record_event,
    withdraw_clearance,
)
from monitoring.rules.protocol import SPRAVATO_US
from tests.clock import TestClock
from tests.guards.world import MEANT, Clinic, Visit, open_clinic

Attack = Callable[[Clinic, Any], Callable[[], None]]
"""Makes the state, and answers the write to try on it."""

ATTACKS: dict[str, Attack] = {}
SQLITE_ONLY: set[str] = set()
POSTGRESQL_ONLY: set[str] = set()

FACTS = (
    "admission",
    "amendment",
    "decision",
    "dose",
    "doseend",
    "event",
    "reading",
    "review",
    "withdrawal",
)
SIGNED = ("clearance", "departure")
TOLD = ("trailentry", "accessentry")
NOUNS: dict[str, type[models.Model]] = {
    model._meta.model_name: model  # type: ignore[misc]
    for model in (*vars(nouns).values(), ChainHead, TrailEntry)
    if isinstance(model, type) and issubclass(model, models.Model)
}


def attack(name: str) -> Callable[[Attack], Attack]:
    def keep(made: Attack) -> Attack:
        ATTACKS[f"guard_{name}"] = made
        return made

    return keep


def run(sql: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, [stored(value) for value in values])


def stored(value: Any) -> Any:
    """As Django would store it on this engine."""
    if isinstance(value, list | dict):
        return json.dumps(value)
    if isinstance(value, UUID) and connection.vendor == "sqlite":
        return value.hex
    if hasattr(value, "utcoffset") and connection.vendor == "sqlite":
        return value.replace(tzinfo=None).isoformat(" ")
    return value


def copy(row: models.Model, how: str = "INSERT", **changes: Any) -> None:
    """Write a row like `row`, by default with an id of its own."""
    changes = {"id": uuid7(), **changes}
    if isinstance(row, nouns.Clearance):
        head = ChainHead.objects.get(pk=changes.get("session_id", row.session_id))
        changes = {"chain_head": head.digest, "content_digest": uuid7().hex * 2, **changes}
    fields = row._meta.local_concrete_fields
    values = [changes.get(f.attname, getattr(row, f.attname)) for f in fields]
    columns = ", ".join(connection.ops.quote_name(f.column) for f in fields)
    places = ", ".join("%s" for _ in fields)
    run(f"{how} INTO {row._meta.db_table} ({columns}) VALUES ({places})", *values)


def replace(row: models.Model, **changes: Any) -> None:
    """REPLACE with the pragma off that would fire delete triggers."""
    run("PRAGMA recursive_triggers = OFF")
    try:
        copy(row, "REPLACE", **changes)
    finally:
        run("PRAGMA recursive_triggers = ON")


def update(row: models.Model, how: str = "UPDATE", **changes: Any) -> None:
    sets = ", ".join(f"{column} = %s" for column in changes)
    run(f"{how} {row._meta.db_table} SET {sets} WHERE id = %s", *changes.values(), row.pk)


def infusion(clinic: Clinic, clock: TestClock) -> Visit:
    return Visit(clinic, clock, infusion=True).dosed()


def ended(clinic: Clinic, clock: TestClock) -> Visit:
    visit = infusion(clinic, clock)
    clock.forward(minutes=30)
    end_infusion(visit.id, clinic.nurse, id=uuid7(), ended_at=clock.now(), mg=28, is_complete=True)
    return visit


def note(visit: Visit) -> Any:
    return record_event(
        visit.id,
        visit.clinic.nurse,
        id=uuid7(),
        kind="note",
        at=visit.clock.now(),
        detail="x",
        sending=MEANT,
    )


def signed(clinic: Clinic, clock: TestClock) -> Visit:
    visit = Visit(clinic, clock).ready()
    visit.sign()
    return visit


def superseded(clinic: Clinic, clock: TestClock) -> tuple[Visit, Any]:
    """A session under observation again: something was recorded after the signature."""
    visit = Visit(clinic, clock).ready()
    clearance = visit.sign()
    note(visit)
    return visit, clearance


def withdrawn(clinic: Clinic, clock: TestClock) -> tuple[Visit, Any]:
    visit = Visit(clinic, clock).ready()
    clearance = visit.sign()
    row = withdraw_clearance(
        visit.id, clinic.clinician, id=uuid7(), clearance_id=clearance.id, reason="Dizzy"
    )
    return visit, row


def example(noun: str, clinic: Clinic, clock: TestClock) -> tuple[Visit, Any]:
    """A recorded row of `noun` to which no other row refers, in a session that goes on."""
    if noun == "clearance":
        return superseded(clinic, clock)
    if noun == "withdrawal":
        return withdrawn(clinic, clock)
    if noun == "review":
        return reviewed(clinic, clock)
    if noun in {"departure", "amendment"}:
        visit = Visit(clinic, clock).dosed().transfer()
        visit.amend()
    elif noun == "doseend":
        visit = ended(clinic, clock)
    elif noun == "decision":
        visit = Visit(clinic, clock).admit()
        visit.decide(visit.read(0, systolic=150), "delay")
    else:
        visit = Visit(clinic, clock).dosed()
        clock.forward(minutes=5)
        visit.read()
        note(visit)
    if noun == "session":
        return visit, Visit(clinic, clock).row
    if noun == "patient":
        return visit, _patient_without_session(clinic, clock)
    if noun == "patientamendment":
        return visit, _amendment(visit)
    if noun == "protocolversion":
        return visit, _unused_version(clock)
    if noun == "accessentry":
        return visit, _access(visit, clock)
    if noun == "chainhead":
        return visit, ChainHead.objects.get(pk=visit.id)
    if noun == "trailentry":
        return visit, TrailEntry.objects.filter(chain=visit.id).latest("seq")
    return visit, NOUNS[noun].objects.filter(session=visit.id).order_by("-pk").first()


def reviewed(clinic: Clinic, clock: TestClock) -> tuple[Visit, Any]:
    visit = signed(clinic, clock).discharge()
    late = visit.read()
    return visit, visit.review(late)


def _access(visit: Visit, clock: TestClock) -> Any:
    return nouns.AccessEntry.objects.create(
        at=clock.now(),
        staff=visit.clinic.nurse,
        site=visit.clinic.site,
        patient=visit.patient,
        action="opened",
        page="patient",
    )


def _patient_without_session(clinic: Clinic, clock: TestClock) -> Any:
    return nouns.Patient.objects.create(
        site=clinic.site,
        mrn=uuid7().hex,
        family_name="Doe",
        given_name="Ann",
        date_of_birth=clock.now().date(),
        sex="female",
        created_at=clock.now(),
    )


def _amendment(visit: Visit) -> Any:
    """The patient's allergies, put right."""
    return visit.amend_patient(allergies="Latex")


def _unused_version(clock: TestClock) -> Any:
    return nouns.ProtocolVersion.objects.create(
        key="unused",
        version=1,
        title="Unused",
        body=SPRAVATO_US.to_json(),
        published_at=clock.now(),
    )


COLUMN = {
    "accessentry": ("page", "changed"),
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
        column, value = COLUMN.get(noun, ("recorded_by_id", clinic.clinician.id))
        return lambda: update(row, **{column: value})

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
        has_ended = noun in {"amendment", "review"}
        taken = "reading" if has_ended or noun == "event" else "event"
        if not NOUNS[taken].objects.filter(session=visit.id, seq=visit.row.last_seq).exists():
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
                raise IntegrityError(f"guard_{noun}_counts moved the counter")

        return act

    return make


def new_fact(noun: str, clinic: Clinic, clock: TestClock) -> tuple[Visit, dict[str, Any], Any]:
    """A session, what a further fact of `noun` needs to be sound, and a row to write it like."""
    changes: dict[str, Any] = {}
    visit, row = example(noun, clinic, clock)
    if noun == "dose":
        changes = {"number": 2}
    elif noun == "doseend":
        dose = _second_dose(visit)
        changes = {"dose_id": dose}
    elif noun == "withdrawal":
        changes = {"clearance_id": visit.sign().id}
    elif noun == "reading":
        changes = {"slot": None}
    elif noun == "review":
        changes = {"reading_id": visit.read().id}
    return visit, changes, row


def _second_dose(visit: Visit) -> UUID:
    dose = nouns.Dose.objects.get(session=visit.id)
    second = uuid7()
    copy(dose, id=second, number=2, seq=visit.row.last_seq + 1)
    return second


def _replaced(noun: str) -> Attack:
    """The row of the same id, written anew."""

    def make(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
        row, changes = _again(noun, clinic, clock)
        return lambda: replace(row, id=row.id, **changes)

    return make


def respelt(row: models.Model) -> str:
    """The id of `row` as SQLite takes it too, and as Django reads it as the same one."""
    return f"{row.pk.hex[:8]}-{row.pk.hex[8:]}"


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
    if noun in ORGANISATION:
        return _organisation_rows(clinic, clock)[noun]
    visit, row = example(noun, clinic, clock)
    changes: dict[str, dict[str, Any]] = {
        "clearance": {"through_seq": visit.row.last_seq},
        "departure": {"session_id": Visit(clinic, clock).dosed().id},
        "chainhead": {"count": 0, "digest": ""},
        "patient": {"mrn": "another"},
        "patientamendment": {"number": 2, "changes": {"allergies": ["Latex", ""]}},
        "protocolversion": {"version": 7},
        "trailentry": {"seq": getattr(row, "seq", 0) + 1, "previous": getattr(row, "digest", "")},
        "accessentry": {"page": "another"},
    }
    return row, changes.get(noun, {"room": "Chair 9"})


ORGANISATION = ("site", "staff", "membership", "tablet", "siteprotocol")


def _organisation_rows(clinic: Clinic, clock: TestClock) -> dict[str, tuple[Any, dict[str, Any]]]:
    """By table of the organisation a row, and what makes another like it sound."""
    tablet = Tablet.objects.create(
        site=clinic.site, name="Room 1", device="x", enrolled_by=clinic.nurse,
        enrolled_at=clock.now(), last_seen_at=clock.now(),
    )  # fmt: skip
    visit = Membership.objects.create(
        staff=clinic.nurse, site=open_clinic("South").site, role="emergency", reason="Chest pain",
        began_at=clock.now(), ends_at=clock.now() + timedelta(hours=1),
    )  # fmt: skip
    version = nouns.SiteProtocol.objects.filter(site=clinic.site).first()
    return {
        "site": (clinic.site, {"name": "Elsewhere"}),
        "staff": (clinic.nurse, {"username": "another"}),
        "membership": (visit, {"staff_id": clinic.clinician.id}),
        "tablet": (tablet, {"name": "Room 2"}),
        "siteprotocol": (version, {"version_id": _unused_version(clock).id}),
    }


def _half_written(noun: str, column: str, value: float | str) -> Attack:
    """A fraction where a whole number, or yes and no, are meant; a time in another form."""

    def make(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
        visit = Visit(clinic, clock).dosed()
        row = _organisation_rows(clinic, clock)[noun][0] if noun in ORGANISATION else visit.row
        return lambda: update(row, **{column: value})

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


for _noun in (*FACTS, *SIGNED, *TOLD, "protocolversion", "patientamendment"):
    ATTACKS[f"guard_{_noun}_unchanged"] = _changed(_noun)
_KEPT = ("chainhead", "protocolversion", "session", "patient", "patientamendment")
for _noun in (*FACTS, *SIGNED, *TOLD, *_KEPT):
    ATTACKS[f"guard_{_noun}_kept"] = _deleted(_noun)
    ATTACKS[f"guard_{_noun}_not_emptied"] = _emptied(_noun)
    POSTGRESQL_ONLY.add(f"guard_{_noun}_not_emptied")
    ATTACKS[f"guard_{_noun}_once"] = _replaced(_noun)
    SQLITE_ONLY.add(f"guard_{_noun}_once")
    ATTACKS[f"guard_{_noun}_stored"] = _spelt_otherwise(_noun)
    SQLITE_ONLY.add(f"guard_{_noun}_stored")
for _noun in ORGANISATION:
    ATTACKS[f"guard_{_noun}_stored"] = _spelt_otherwise(_noun)
    SQLITE_ONLY.add(f"guard_{_noun}_stored")
for _noun, _column, _value in (
    ("session", "peak_systolic", 139.9),
    ("site", "is_inpatient", 0.9),
    ("staff", "is_active", 0.9),
    ("membership", "ends_at", "2026-03-10T14:00:00"),
    ("tablet", "last_seen_at", "now"),
):
    ATTACKS[f"guard_{_noun}_stored_still"] = _half_written(_noun, _column, _value)
    SQLITE_ONLY.add(f"guard_{_noun}_stored_still")
SQLITE_ONLY.add("guard_patient_stored_still")
for _noun in FACTS:
    ATTACKS[f"guard_{_noun}_counted"] = _numbered_twice(_noun)
    ATTACKS[f"guard_{_noun}_counts"] = _uncounted(_noun)
_AFTER_LEAVING = {"amendment", "reading", "review"}
for _noun in (*(n for n in FACTS if n not in _AFTER_LEAVING), "clearance"):
    ATTACKS[f"guard_{_noun}_open"] = _after_leaving(_noun)


@attack("patient_mrn_once")
def _takes_the_mrn(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    row = _patient_without_session(clinic, clock)
    return lambda: replace(row, given_name="Another")


@attack("patient_evicts_none")
def _takes_the_mrn_by_amendment(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    """A REPLACE goes on into what the database does for it."""
    visit, row = example("patientamendment", clinic, clock)
    theirs = _patient_without_session(clinic, clock).mrn
    changes = {"mrn": [visit.patient.mrn, theirs]}
    return lambda: replace(row, number=2, changes=changes)


@attack("patient_stored_still")
def _amended_to_no_day(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    _course, row = example("patientamendment", clinic, clock)
    changes = {"date_of_birth": ["1980-07-14", "soon"]}
    return lambda: copy(row, number=2, changes=changes)


@attack("patient_amended")
def _renamed_without_amendment(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    visit = Visit(clinic, clock)
    return lambda: update(visit.patient, family_name="Changed", amended=1)


@attack("patientamendment_amends")
def _amended_on_paper_alone(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    visit, row = example("patientamendment", clinic, clock)

    def act() -> None:
        copy(row, number=2, changes={"allergies": ["Latex", "None known"]})
        if nouns.Patient.objects.get(pk=visit.patient.pk).amended != row.number:
            raise IntegrityError("guard_patientamendment_amends changed the patient")

    return act


@attack("protocolversion_version_once")
def _takes_the_version(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    row = _unused_version(clock)
    return lambda: replace(row, title="Another")


def _evict(row: models.Model, **changes: Any) -> None:
    run("PRAGMA recursive_triggers = OFF")
    try:
        update(row, "UPDATE OR REPLACE", **changes)
    finally:
        run("PRAGMA recursive_triggers = ON")


@attack("session_evicts_none")
def _evicts_a_session(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    """Into the rowid of another session; one that nothing refers to."""
    one, other = Visit(clinic, clock).row, Visit(clinic, clock).row

    def act() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT rowid FROM monitoring_session WHERE id = %s", [other.id.hex])
            (place,) = cursor.fetchone()
        _evict(one, rowid=place)

    return act


POSTGRESQL_ONLY |= {"guard_dose_readable", "guard_doseend_readable"}
"""On SQLite another guard asks for the form of every column."""
SQLITE_ONLY |= {
    "guard_patient_evicts_none",
    "guard_patient_mrn_once",
    "guard_protocolversion_version_once",
    "guard_session_evicts_none",
}


@attack("session_begins")
def _born_dosed(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    row = Visit(clinic, clock).row
    return lambda: copy(row, phase="arrived", admitted_at=clock.now())


@attack("session_whose")
def _another_patient(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    one, other = Visit(clinic, clock), Visit(clinic, clock)
    return lambda: update(one.row, patient_id=other.patient.id)


@attack("session_counter")
def _counter_put_back(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    visit, clearance = superseded(clinic, clock)
    return lambda: update(visit.row, last_seq=clearance.through_seq)


@attack("session_phase_closed")
def _closed_without_departure(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    visit = Visit(clinic, clock).ready()
    return lambda: update(visit.row, phase="closed", closed_at=clock.now(), outcome="discharged")


@attack("session_phase_cleared")
def _cleared_on_an_old_signature(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    visit, clearance = superseded(clinic, clock)
    return lambda: update(visit.row, phase="cleared", standing_clearance_id=clearance.id)


@attack("session_phase_dosed")
def _cancelled_after_a_dose(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    visit = Visit(clinic, clock).dosed()
    return lambda: update(
        visit.row,
        phase="cancelled",
        first_dose_at=None,
        last_dose_at=None,
        cancelled_at=clock.now(),
        cancelled_by_id=clinic.nurse.id,
        cancel_reason="Nothing given",
    )


@attack("session_ended")
def _ended_otherwise(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    visit = Visit(clinic, clock).dosed().transfer()
    return lambda: update(visit.row, outcome="discharged")


def _sign(visit: Visit, clock: TestClock, **changes: Any) -> Callable[[], None]:
    """Sign `facts` below the verb, like a signature that another session has."""
    like = signed(open_clinic("South"), clock)
    row = nouns.Clearance.objects.get(session=like.id)
    sound = {
        "session_id": visit.id,
        "through_seq": visit.row.last_seq,
        "signed_by_id": visit.clinic.clinician.id,
        "signed_at": clock.now(),
    }
    return lambda: copy(row, **{**sound, **changes})


@attack("clearance_signer")
def _signed_by_a_nurse(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    return _sign(Visit(clinic, clock).ready(), clock, signed_by_id=clinic.nurse.id)


@attack("clearance_covers")
def _signed_over_an_unseen_reading(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    visit = Visit(clinic, clock).ready()
    return _sign(visit, clock, through_seq=visit.row.last_seq - 1)


@attack("clearance_signed_in_time")
def _dated_ahead(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    ahead = clock.now() + timedelta(days=36500)
    return _sign(Visit(clinic, clock).dosed(), clock, signed_at=ahead)


@attack("clearance_phase")
def _signed_before_the_board_shows_a_dose(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    """The dose, too, was written below its verb."""
    dosed = Visit(clinic, clock).dosed()
    visit = Visit(clinic, clock).admit()
    predose = visit.read(0)
    copy(
        nouns.Dose.objects.get(session=dosed.id),
        session_id=visit.id,
        seq=visit.row.last_seq + 1,
        predose_reading_id=predose.id,
    )
    clock.forward(minutes=120)
    return _sign(visit, clock)


@attack("clearance_window")
def _signed_a_minute_early(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    visit = Visit(clinic, clock).dosed()
    start = clock.now()
    return _sign(visit, clock, signed_at=start + timedelta(minutes=119))


def _leave(visit: Visit, clock: TestClock, **changes: Any) -> Callable[[], None]:
    like = signed(open_clinic("South"), clock).discharge()
    row = nouns.Departure.objects.get(session=like.id)
    return lambda: copy(row, **{"session_id": visit.id, **changes})


@attack("departure_leaves")
def _discharged_on_another_signature(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    visit, clearance = superseded(clinic, clock)
    return _leave(visit, clock, clearance_id=clearance.id, left_at=clearance.signed_at)


@attack("departure_left_in_time")
def _discharged_before_the_signature(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    visit = signed(clinic, clock)
    clearance = nouns.Clearance.objects.get(session=visit.id)
    left = clearance.signed_at - timedelta(seconds=1)
    return _leave(visit, clock, clearance_id=clearance.id, left_at=left)


@attack("departure_left_once")
def _left_without_a_dose(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    like = Visit(clinic, clock).dosed().transfer()
    row = nouns.Departure.objects.get(session=like.id)
    visit = Visit(clinic, clock).admit()
    return lambda: copy(row, session_id=visit.id)


@attack("withdrawal_takes_back")
def _takes_back_a_stranger(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    visit, row = withdrawn(clinic, clock)
    _, theirs = superseded(clinic, clock)
    return lambda: copy(row, clearance_id=theirs.id, seq=visit.row.last_seq + 1)


@attack("reading_after_departure")
def _unmarked_after_departure(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    visit = signed(clinic, clock).discharge()
    row = nouns.Reading.objects.filter(session=visit.id).first()
    assert row
    return lambda: copy(row, seq=visit.row.last_seq + 1, slot=None)


@attack("reading_corrects")
def _corrects_a_stranger(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    visit, other = Visit(clinic, clock).admit(), Visit(clinic, clock).admit()
    row, theirs = visit.read(), other.read()
    return lambda: copy(
        row, seq=visit.row.last_seq + 1, replaces_id=theirs.id, correction_reason="Typed wrongly"
    )


@attack("reading_slot_once")
def _fills_a_slot_again(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    visit = Visit(clinic, clock).dosed()
    clock.forward(minutes=40)
    row = visit.read(40)
    return lambda: copy(row, seq=visit.row.last_seq + 1)


def _dose(visit: Visit, clock: TestClock, **changes: Any) -> Callable[[], None]:
    like = Visit(open_clinic("South"), clock).dosed()
    row = nouns.Dose.objects.get(session=like.id)
    sound = {"session_id": visit.id, "seq": visit.row.last_seq + 1}
    return lambda: copy(row, **{**sound, **changes})


@attack("dose_rests_on")
def _dosed_on_a_strangers_reading(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    return _dose(Visit(clinic, clock).admit(), clock)


@attack("dose_decided")
def _dosed_above_the_guide(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    visit = Visit(clinic, clock).admit()
    reading = visit.read(0, systolic=141)
    return _dose(visit, clock, predose_reading_id=reading.id)


@attack("dose_in_order")
def _second_dose_first(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    visit = Visit(clinic, clock).admit()
    reading = visit.read(0)
    return _dose(visit, clock, predose_reading_id=reading.id, number=2)


NEVER = {"sqlite": "now", "postgresql": "-infinity"}
"""Times that PostgreSQL or SQLite take, and that are none."""


@attack("dose_readable")
def _dosed_at_no_time(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    visit = Visit(clinic, clock).admit()
    reading = visit.read(0)
    never = NEVER[connection.vendor]
    return _dose(visit, clock, predose_reading_id=reading.id, started_at=never)


@attack("doseend_readable")
def _ended_at_no_time(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    visit, row = infusion(clinic, clock), example("doseend", open_clinic("South"), clock)[1]
    dose = nouns.Dose.objects.get(session=visit.id)
    return lambda: copy(
        row,
        session_id=visit.id,
        dose_id=dose.id,
        seq=visit.row.last_seq + 1,
        ended_at=NEVER[connection.vendor],
    )


@attack("doseend_ends")
def _ends_a_strangers_dose(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    visit, row = example("doseend", clinic, clock)
    other = nouns.Dose.objects.get(session=infusion(clinic, clock).id)
    return lambda: copy(row, dose_id=other.id, seq=visit.row.last_seq + 1)


@attack("event_answers")
def _answers_a_strangers_reading(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    visit, row = example("event", clinic, clock)
    theirs = Visit(clinic, clock).admit().read()
    return lambda: copy(
        row,
        seq=visit.row.last_seq + 1,
        kind="response",
        answers_reading_id=theirs.id,
        informed="Dr Lee",
        ordered="Repeat",
    )


@attack("decision_decides")
def _decided_by_a_nurse(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    visit, row = example("decision", clinic, clock)
    return lambda: copy(row, seq=visit.row.last_seq + 1, recorded_by_id=clinic.nurse.id)


@attack("clearance_anchored")
def _signed_over_another_trail(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    visit, row = superseded(clinic, clock)
    return lambda: copy(row, through_seq=visit.row.last_seq, chain_head="f" * 64)


@attack("amendment_ended")
def _amended_while_it_goes_on(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    _, row = example("amendment", clinic, clock)
    visit = Visit(clinic, clock).dosed()
    return lambda: copy(row, session_id=visit.id, seq=visit.row.last_seq + 1)


@attack("review_reviews")
def _reviewed_by_a_nurse(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    visit, row = reviewed(clinic, clock)
    late = visit.read()
    changes = {"reading_id": late.id, "recorded_by_id": clinic.nurse.id}
    return lambda: copy(row, seq=visit.row.last_seq + 1, **changes)


@attack("trailentry_chained")
def _follows_another(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    _, row = example("trailentry", clinic, clock)
    return lambda: copy(row, seq=row.seq + 1, previous="f" * 64)


@attack("trailentry_moves")
def _head_left_behind(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    visit, row = example("trailentry", clinic, clock)

    def act() -> None:
        copy(row, seq=row.seq + 1, previous=row.digest, digest="f" * 64)
        if ChainHead.objects.get(pk=visit.id).count != row.seq:
            raise IntegrityError("guard_trailentry_moves moved the head")

    return act


@attack("chainhead_begins")
def _begins_in_the_middle(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    _, row = example("chainhead", clinic, clock)
    return lambda: copy(row)


@attack("chainhead_follows")
def _head_put_back(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    visit, row = example("chainhead", clinic, clock)
    before = TrailEntry.objects.get(chain=visit.id, seq=row.count - 1)
    return lambda: update(row, count=before.seq, digest=before.digest)
