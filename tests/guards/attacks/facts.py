"""Attacks on single facts, on patients and on the trail."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, connection

from clinic.ids import uuid7
from clinic.models import ChainHead, TrailEntry
from monitoring import models as nouns
from tests.clock import TestClock
from tests.factories.answers import GOOD_ANSWERS
from tests.guards.attacks.registry import POSTGRESQL_ONLY, SQLITE_ONLY, attack
from tests.guards.examples import (
    another_version,
    example,
    infusion,
    new_fact,
    patient_without_session,
    signed,
    superseded,
)
from tests.guards.raw import copy, replace, update
from tests.guards.world import Clinic, Visit, open_clinic


@attack("patient_mrn_once")
def _takes_the_mrn(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    row = patient_without_session(clinic, clock)
    return lambda: replace(row, given_name="Another")


@attack("patient_evicts_none")
def _takes_the_mrn_by_amendment(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    """A REPLACE goes on into what the database does for it."""
    visit, row = example("patientamendment", clinic, clock)
    theirs = patient_without_session(clinic, clock).mrn
    changes = {"mrn": [visit.patient.mrn, theirs]}
    return lambda: replace(row, number=2, changes=changes)


@attack("patient_stays_well_formed")
def _amended_to_no_day(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    _course, row = example("patientamendment", clinic, clock)
    changes = {"date_of_birth": ["1950-07-14", "soon"]}
    return lambda: copy(row, number=2, changes=changes)


@attack("patient_changes_by_amendment")
def _renamed_without_amendment(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    visit = Visit(clinic, clock)
    return lambda: update(visit.patient, family_name="Changed", amended=1)


@attack("patientamendment_changes_the_patient")
def _amended_on_paper_alone(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    visit, row = example("patientamendment", clinic, clock)

    def act() -> None:
        copy(row, number=2, changes={"allergies": ["Latex", "None known"]})
        if nouns.Patient.objects.get(pk=visit.patient.pk).amended != row.number:
            raise IntegrityError("guard_patientamendment_changes_the_patient changed the patient")

    return act


@attack("protocolversion_version_once")
def _takes_the_version(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    row = another_version(clock)
    return lambda: replace(row, title="Another")


@attack("reading_marked_after_departure")
def _unmarked_after_departure(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    visit = signed(clinic, clock).discharge()
    row = nouns.Reading.objects.filter(session=visit.id).first()
    assert row
    return lambda: copy(row, seq=visit.row.last_seq + 1, slot=None)


@attack("event_marked_after_departure")
def _event_unmarked_after_departure(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    visit, _clearance = superseded(clinic, clock)
    row = nouns.Event.objects.filter(session=visit.id).first()
    visit.transfer()
    assert row
    return lambda: copy(row, seq=visit.row.last_seq + 1)


@attack("dose_marked_after_departure")
def _dose_unmarked_after_departure(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    visit = Visit(clinic, clock).dosed().transfer()
    row = nouns.Dose.objects.get(session=visit.id)
    mended: dict[str, Any] = {"replaces_id": row.id, "correction_reason": "Misread"}
    return lambda: copy(row, seq=visit.row.last_seq + 1, **mended)


@attack("dose_only_corrected_after_departure")
def _dosed_after_departure(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    visit = Visit(clinic, clock, planned_mg=56).dosed().transfer()
    row = nouns.Dose.objects.get(session=visit.id)
    return lambda: copy(row, seq=visit.row.last_seq + 1, number=2, after_departure=True)


@attack("doseend_only_corrected_after_departure")
def _ended_after_departure(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    visit, changes, row = new_fact("doseend", clinic, clock)
    visit.transfer()
    return lambda: copy(row, seq=visit.row.last_seq + 1, **changes)


@attack("reading_corrects_once")
def _corrects_a_stranger(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    visit, other = Visit(clinic, clock).arrived(), Visit(clinic, clock).arrived()
    row, theirs = visit.read(), other.read()
    return lambda: copy(
        row, seq=visit.row.last_seq + 1, replaces_id=theirs.id, correction_reason="Typed wrongly"
    )


def _dose(visit: Visit, clock: TestClock, **changes: Any) -> Callable[[], None]:
    like = Visit(open_clinic("South"), clock).dosed()
    row = nouns.Dose.objects.get(session=like.id)
    sound = {"session_id": visit.id, "seq": visit.row.last_seq + 1}
    return lambda: copy(row, **{**sound, **changes})


@attack("dose_needs_predose_reading")
def _dosed_on_a_strangers_reading(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    return _dose(Visit(clinic, clock).arrived(), clock)


@attack("dose_needs_decision_above_guide")
def _dosed_above_the_guide(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    visit = Visit(clinic, clock).arrived()
    reading = visit.read(0, systolic=141)
    return _dose(visit, clock, predose_reading_id=reading.id)


HAEMORRHAGE = GOOD_ANSWERS | {"intracerebral_haemorrhage": True}


@attack("dose_not_contraindicated")
def _dosed_with_a_contraindication(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    visit = Visit(clinic, clock)
    visit.admit(answers=HAEMORRHAGE)
    reading = visit.read(0)
    return _dose(visit, clock, predose_reading_id=reading.id)


@attack("dose_needs_order")
def _dosed_without_order(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    visit = Visit(clinic, clock, is_ordered=False).arrived()
    reading = visit.read(0)
    return _dose(visit, clock, predose_reading_id=reading.id)


@attack("admission_taken_back_by_clinician")
def _taken_back_by_a_nurse(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    visit = Visit(clinic, clock)
    row = visit.admit(answers=HAEMORRHAGE)
    return lambda: copy(
        row,
        seq=visit.row.last_seq + 1,
        intracerebral_haemorrhage=False,
        contraindication_reason="Meant the sister",
    )


@attack("order_ordered_by_clinician")
def _ordered_by_a_nurse(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    visit, row = example("order", clinic, clock)
    return lambda: copy(row, seq=visit.row.last_seq + 1, recorded_by_id=clinic.nurse.id)


@attack("order_ordered_before_dose")
def _ordered_after_the_dose(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    visit = Visit(clinic, clock).dosed()
    row = nouns.Order.objects.get(session=visit.id)
    return lambda: copy(row, seq=visit.row.last_seq + 1)


@attack("dose_needs_decision_outside_limits")
def _dosed_while_drowsy(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    visit = Visit(clinic, clock).arrived()
    reading = visit.read(0, sedation=4)
    return _dose(visit, clock, predose_reading_id=reading.id)


@attack("dose_numbered_in_order")
def _second_dose_first(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    visit = Visit(clinic, clock, planned_mg=56).arrived()
    reading = visit.read(0)
    return _dose(visit, clock, predose_reading_id=reading.id, number=2)


@attack("dose_within_the_order")
def _a_device_too_many(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    """One device was ordered, and given."""
    visit = Visit(clinic, clock).dosed()
    row = nouns.Dose.objects.get(session=visit.id)
    return lambda: copy(row, number=2, seq=visit.row.last_seq + 1)


NEVER = {"sqlite": "now", "postgresql": "-infinity"}
"""Times that PostgreSQL or SQLite take, and that are none."""


@attack("dose_time_can_be_read")
def _dosed_at_no_time(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    visit = Visit(clinic, clock).arrived()
    reading = visit.read(0)
    never = NEVER[connection.vendor]
    return _dose(visit, clock, predose_reading_id=reading.id, started_at=never)


@attack("doseend_time_can_be_read")
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


@attack("doseend_ends_once")
def _ends_a_strangers_dose(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    visit, row = example("doseend", clinic, clock)
    other = nouns.Dose.objects.get(session=infusion(clinic, clock).id)
    return lambda: copy(row, dose_id=other.id, seq=visit.row.last_seq + 1)


@attack("event_answers_own_session")
def _answers_a_strangers_reading(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    visit, row = example("event", clinic, clock)
    theirs = Visit(clinic, clock).arrived().read()
    return lambda: copy(
        row,
        seq=visit.row.last_seq + 1,
        kind="response",
        answers_reading_id=theirs.id,
        informed="Dr Lee",
        ordered="Repeat",
    )


@attack("dose_corrects_once")
def _corrects_under_another_number(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    visit, row = example("dose", clinic, clock)
    again = {"replaces_id": row.id, "correction_reason": "Lot", "number": 2}
    return lambda: copy(row, seq=visit.row.last_seq + 1, **again)


@attack("dose_corrected_by_clinician")
def _made_earlier_by_a_nurse(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    visit, row = example("dose", clinic, clock)
    earlier = {"started_at": row.started_at - timedelta(minutes=30)}
    again = {"replaces_id": row.id, "correction_reason": "Time", **earlier}
    return lambda: copy(row, seq=visit.row.last_seq + 1, **again)


@attack("doseend_corrected_by_clinician")
def _ended_earlier_by_a_nurse(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    visit, end = example("doseend", clinic, clock)
    dose, again = nouns.Dose.objects.get(session=visit.id), uuid7()
    kept: dict[str, Any] = {"id": again, "replaces_id": dose.id, "correction_reason": "Lot"}
    copy(dose, seq=visit.row.last_seq + 1, **kept)
    earlier: dict[str, Any] = {"dose_id": again, "ended_at": end.ended_at - timedelta(minutes=20)}
    return lambda: copy(end, seq=visit.row.last_seq + 1, **earlier)


@attack("event_corrects_once")
def _made_another_kind(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    visit, row = example("event", clinic, clock)
    again = {"replaces_id": row.id, "correction_reason": "Kind", "kind": "intervention"}
    return lambda: copy(row, seq=visit.row.last_seq + 1, **again)


@attack("strike_names_a_fact_once")
def _strikes_twice(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    visit, row = example("strike", clinic, clock)
    return lambda: copy(row, seq=visit.row.last_seq + 1)


@attack("strike_by_author_or_clinician")
def _struck_by_another_nurse(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    visit, row = example("strike", clinic, clock)
    reading = nouns.Reading.objects.get(session=visit.id)
    stranger = open_clinic("South").nurse
    changes: dict[str, Any] = {
        "noun": "reading",
        "target": reading.id,
        "recorded_by_id": stranger.id,
    }
    return lambda: copy(row, seq=visit.row.last_seq + 1, **changes)


@attack("strike_dose_waits")
def _takes_a_dose_away_alone(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    visit, row = example("strike", clinic, clock)
    dose = nouns.Dose.objects.get(session=visit.id)
    return lambda: copy(row, seq=visit.row.last_seq + 1, noun="dose", target=dose.id)


@attack("strike_gate_waits")
def _takes_suicidality_away_alone(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    visit, row = example("strike", clinic, clock)
    found = visit.screen(phq9_item9=1)
    return lambda: copy(row, seq=visit.row.last_seq + 1, noun="event", target=found.id)


@attack("strikeconfirmation_confirmed_by_clinician")
def _confirmed_by_a_nurse(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    visit, row = example("strikeconfirmation", clinic, clock)
    waiting = visit.strike(nouns.Dose.objects.get(session=visit.id))
    changes: dict[str, Any] = {"strike_id": waiting.id, "recorded_by_id": clinic.nurse.id}
    return lambda: copy(row, seq=visit.row.last_seq + 1, **changes)


@attack("event_reviewed_by_clinician")
def _reviewed_by_a_nurse(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    visit = Visit(clinic, clock).arrived()
    row = visit.review_event(visit.screen(phq9_item9=1).pk)
    return lambda: copy(row, seq=visit.row.last_seq + 1, recorded_by_id=clinic.nurse.id)


@attack("decision_decided_by_clinician")
def _decided_by_a_nurse(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    visit, row = example("decision", clinic, clock)
    return lambda: copy(row, seq=visit.row.last_seq + 1, recorded_by_id=clinic.nurse.id)


@attack("trailentry_follows_the_last")
def _follows_another(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    _, row = example("trailentry", clinic, clock)
    return lambda: copy(row, seq=row.seq + 1, previous="f" * 64)


@attack("trailentry_moves_the_head")
def _head_left_behind(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    visit, row = example("trailentry", clinic, clock)

    def act() -> None:
        copy(row, seq=row.seq + 1, previous=row.digest, digest="f" * 64)
        if ChainHead.objects.get(pk=visit.id).count != row.seq:
            raise IntegrityError("guard_trailentry_moves_the_head moved the head")

    return act


@attack("chainhead_begins_empty")
def _begins_in_the_middle(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    _, row = example("chainhead", clinic, clock)
    return lambda: copy(row)


@attack("chainhead_head_never_back")
def _head_put_back(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    visit, row = example("chainhead", clinic, clock)
    before = TrailEntry.objects.get(chain=visit.id, seq=row.count - 1)
    return lambda: update(row, count=before.seq, digest=before.digest)


POSTGRESQL_ONLY.update({"guard_dose_time_can_be_read", "guard_doseend_time_can_be_read"})
# On SQLite another guard asks for the form of every column.
SQLITE_ONLY.update(
    {
        "guard_patient_evicts_none",
        "guard_patient_mrn_once",
        "guard_patient_stays_well_formed",
        "guard_protocolversion_version_once",
    }
)
