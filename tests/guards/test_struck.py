"""The gate counts what stands, and nothing else, below every verb too."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from clinic.ids import uuid7
from monitoring import models as nouns
from tests.clock import TestClock
from tests.factories.answers import GOOD_ANSWERS
from tests.guards.examples import ended, signed
from tests.guards.raw import copy
from tests.guards.world import Clinic, Visit, open_clinic

pytestmark = pytest.mark.usefixtures("application")


def sign(visit: Visit, like: nouns.Clearance, **changes: Any) -> None:
    sound = {
        "session_id": visit.id,
        "through_seq": visit.row.last_seq,
        "signed_by_id": visit.clinic.clinician.id,
    }
    with transaction.atomic():
        copy(like, **{**sound, **changes})


def test_a_dose_that_waits_keeps_its_window_and_a_struck_one_has_none(
    clinic: Clinic, clock: TestClock
) -> None:
    like = nouns.Clearance.objects.get(session=signed(open_clinic("South"), clock).id)
    visit = Visit(clinic, clock).dosed()
    dose = nouns.Dose.objects.get(session=visit.id)
    waiting = visit.strike(dose)
    early = clock.now() + timedelta(minutes=119)
    with pytest.raises(IntegrityError, match="window_elapsed"):
        sign(visit, like, signed_at=early)
    visit.confirm(waiting)
    with pytest.raises(IntegrityError, match="guard_clearance"):
        sign(visit, like, signed_at=early + timedelta(hours=9))


def test_a_struck_reading_carries_no_dose(clinic: Clinic, clock: TestClock) -> None:
    visit = Visit(clinic, clock).dosed()
    dose = nouns.Dose.objects.get(session=visit.id)
    visit.strike(dose, by=clinic.clinician)
    visit.strike(nouns.Reading.objects.get(session=visit.id), by=clinic.clinician)
    again: dict[str, Any] = {"seq": visit.row.last_seq + 1}
    with pytest.raises(IntegrityError, match="needs_predose_reading"), transaction.atomic():
        copy(dose, **again)


def test_what_was_struck_is_not_struck_corrected_or_confirmed_again(
    clinic: Clinic, clock: TestClock
) -> None:
    visit = Visit(clinic, clock).dosed()
    reading = nouns.Reading.objects.get(session=visit.id)
    strike = visit.strike(reading, by=clinic.clinician)
    mended: dict[str, Any] = {"replaces_id": reading.id, "correction_reason": "Arm"}
    with pytest.raises(IntegrityError, match="corrects_once"), transaction.atomic():
        copy(reading, seq=visit.row.last_seq + 1, **mended)
    with pytest.raises(IntegrityError, match="names_a_fact_once"), transaction.atomic():
        copy(strike, seq=visit.row.last_seq + 1)


def test_a_part_whose_end_was_taken_away_is_corrected_by_a_clinician_alone(
    clinic: Clinic, clock: TestClock
) -> None:
    """Else a nurse could take an end away, and enter an earlier one two corrections later."""
    visit = ended(clinic, clock)
    dose = nouns.Dose.objects.get(session=visit.id)
    end = nouns.DoseEnd.objects.get(dose=dose)
    second, mended = uuid7(), {"correction_reason": "It runs"}
    copy(dose, id=second, seq=visit.row.last_seq + 1, replaces_id=dose.id, **mended)
    sound: dict[str, Any] = {"seq": visit.row.last_seq + 1}
    earlier = end.ended_at - timedelta(minutes=1)
    with pytest.raises(IntegrityError, match="corrected_by_clinician"), transaction.atomic():
        copy(end, dose_id=second, ended_at=earlier, **sound)
    sound |= {"replaces_id": second, **mended}
    with pytest.raises(IntegrityError, match="corrected_by_clinician"), transaction.atomic():
        copy(dose, **sound)
    copy(dose, recorded_by_id=clinic.clinician.id, **sound)


def test_a_contraindication_struck_by_a_nurse_waits_and_one_that_is_none_does_not(
    clinic: Clinic, clock: TestClock
) -> None:
    visit = Visit(clinic, clock)
    well, yes = (
        visit.admit(),
        visit.admit(answers=GOOD_ANSWERS | {"intracerebral_haemorrhage": True}),
    )
    note = visit.strike(visit.event())
    again: dict[str, Any] = {"seq": visit.row.last_seq + 1, "noun": "admission"}
    with pytest.raises(IntegrityError, match="gate_waits"), transaction.atomic():
        copy(note, target=yes.id, **again)
    copy(note, target=well.id, **again)
    assert visit.strike(yes).needs_confirmation


@pytest.mark.parametrize(
    "changed", [{"phq9_item9": 0}, {"cssrs_4": False}, {"cssrs_5": False}, {"cssrs_6": False}]
)
def test_a_correction_does_not_make_a_positive_screen_negative(
    clinic: Clinic, clock: TestClock, changed: dict[str, Any]
) -> None:
    visit = Visit(clinic, clock).dosed()
    every = {f"cssrs_{number}": True for number in range(1, 7)}
    screen = visit.screen(phq9_item9=2, **every)
    mended: dict[str, Any] = {"replaces_id": screen.id, "correction_reason": "Slip"}
    mended["seq"] = visit.row.last_seq + 1
    with pytest.raises(IntegrityError, match="corrects_once"), transaction.atomic():
        copy(screen, **mended, **changed)
    thoughts = visit.event("symptom", symptoms=("suicidal_thoughts",))
    mended |= {"replaces_id": thoughts.id, "seq": visit.row.last_seq + 1}
    with pytest.raises(IntegrityError, match="corrects_once"), transaction.atomic():
        copy(thoughts, symptoms='["nausea"]', **mended)
