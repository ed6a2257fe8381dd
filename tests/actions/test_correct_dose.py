"""Correcting a dose: beside the original, under its number; never earlier by a nurse."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from clinic.ids import uuid7
from clinic.models import Staff
from monitoring import actions
from monitoring.actions import Conflict
from monitoring.actions.correct_dose import DoseCorrection
from monitoring.models import Dose, DoseEnd
from monitoring.proof.signed import as_signed
from monitoring.reports import reviews
from monitoring.rules.deviations import deviations
from monitoring.rules.late_doses import doses_to_review
from monitoring.words.amendments import late_events
from monitoring.words.timeline import timeline
from tests.actions.refusals import refused
from tests.clock import TestClock
from tests.factories.visits import Visit, discharged, dosed, infused, signed

pytestmark = pytest.mark.django_db


def correct(visit: Visit, dose: Dose, by: Staff | None = None, **changed: Any) -> Dose:
    return actions.correct_dose(
        visit.id,
        by or visit.nurse,
        id=changed.pop("id", uuid7()),
        replaces=dose.pk,
        correction=DoseCorrection(**changed),
        reason="Misread",
    )


def told(visit: Visit) -> list[str]:
    return [d.code for d in deviations(visit.session.facts(), visit.clock.now())]


def test_lot_and_expiry_are_put_right_beside_the_original(clock: TestClock) -> None:
    visit = dosed(clock)
    original = Dose.objects.get(number=1)
    made = correct(visit, original, lot=" B77 ", expiry=date(2028, 5, 31))
    assert (made.lot, made.expiry, made.number) == ("B77", date(2028, 5, 31), 1)
    assert made.started_at == original.started_at
    assert Dose.objects.get(pk=original.pk).lot == "A1234"
    facts = visit.session.facts()
    assert [d.number for d in facts.doses] == [1, 2]
    assert facts.given_mg == 56
    assert "dose_corrected" in told(visit)
    with pytest.raises(Conflict):
        correct(visit, original, lot="C")


def test_the_same_correction_sent_twice_is_one(clock: TestClock) -> None:
    visit, id = dosed(clock), uuid7()
    original = Dose.objects.get(number=1)
    assert correct(visit, original, id=id, lot="B") == correct(visit, original, id=id, lot="B")


def test_a_later_time_moves_the_window_and_takes_a_clearance_back(clock: TestClock) -> None:
    visit = signed(clock)
    last = Dose.objects.get(number=2)
    later = last.started_at + timedelta(minutes=20)
    correct(visit, last, started_at=later)
    session = visit.session
    assert session.last_dose_at == later
    assert session.phase == "observing"
    assert "dose_retimed" in told(visit)


def test_an_earlier_time_is_a_clinicians(clock: TestClock) -> None:
    visit = dosed(clock)
    last = Dose.objects.get(number=2)
    earlier = last.started_at - timedelta(minutes=2)
    with refused("clinician_corrects", "started_at"):
        correct(visit, last, started_at=earlier)
    correct(visit, last, by=visit.clinician, started_at=earlier)
    assert visit.session.last_dose_at == earlier


def test_fewer_sprays_are_a_clinicians_and_are_explained(clock: TestClock) -> None:
    visit = dosed(clock)
    last = Dose.objects.get(number=2)
    with refused("required", "partial_detail"):
        correct(visit, last, by=visit.clinician, sprays=1)
    with refused("clinician_corrects", "sprays"):
        correct(visit, last, sprays=1, partial_detail="Sneezed")
    made = correct(visit, last, by=visit.clinician, sprays=1, partial_detail="Sneezed")
    assert (made.sprays, made.is_complete) == (1, False)


def test_an_infusion_keeps_its_end_or_has_it_corrected(clock: TestClock) -> None:
    visit = infused(clock)
    dose = Dose.objects.get(session=visit.id)
    ended_at = DoseEnd.objects.get(dose=dose).ended_at
    again = correct(visit, dose, lot="B")
    assert visit.session.last_dose_at == ended_at
    clock.forward(minutes=10)
    later = correct(visit, again, ended_at=ended_at + timedelta(minutes=5))
    assert visit.session.last_dose_at == ended_at + timedelta(minutes=5)
    with refused("clinician_corrects", "ended_mg"):
        correct(visit, later, ended_mg=Decimal(30), partial_detail="Leaked")
    correct(visit, later, by=visit.clinician, ended_mg=Decimal(30), partial_detail="Leaked")
    assert visit.session.given_mg == 30


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({}, "nothing_corrected", ""),
        ({"lot": " "}, "required", "lot"),
        ({"expiry": date(2020, 1, 31)}, "expired", "expiry"),
        ({"sprays": 3}, "required", "sprays"),
    ],
)
def test_what_cannot_be_is_refused(
    clock: TestClock, changed: dict[str, Any], code: str, field: str
) -> None:
    visit = dosed(clock)
    with refused(code, field):
        correct(visit, Dose.objects.get(number=1), **changed)


def test_not_before_arrival_nor_in_the_future(clock: TestClock) -> None:
    visit = dosed(clock)
    dose = Dose.objects.get(number=1)
    admitted = visit.session.admitted_at
    assert admitted
    with refused("dose_before_admission", "started_at"):
        correct(visit, dose, by=visit.clinician, started_at=admitted - timedelta(minutes=30))
    with refused("future", "started_at"):
        correct(visit, dose, started_at=clock.now() + timedelta(minutes=30))


def test_what_was_struck_is_not_corrected(clock: TestClock) -> None:
    visit = dosed(clock)
    dose = Dose.objects.get(number=2)
    visit.strike(dose, by=visit.clinician)
    with refused("unknown_fact"):
        correct(visit, dose, lot="B")


def test_a_correction_is_struck_with_its_original(clock: TestClock) -> None:
    visit = dosed(clock)
    made = correct(visit, Dose.objects.get(number=2), lot="B")
    visit.strike(made, by=visit.clinician)
    assert visit.session.given_mg == 28


def test_after_departure_a_correction_is_marked_and_waits_for_a_review(clock: TestClock) -> None:
    visit = discharged(clock)
    signature = visit.session.clearance_set.get()
    dose = visit.session.dose_set.get(number=2)
    clock.forward(minutes=60)
    made = correct(visit, dose, started_at=dose.started_at + timedelta(minutes=3))
    session = visit.session
    assert (made.after_departure, session.phase) == (True, "closed")
    assert session.last_dose_at == made.started_at
    assert as_signed(signature) == as_signed(session.clearance_set.get())
    facts = session.facts()
    assert "corrected_after_departure" in told(visit)
    assert [d.id for d in doses_to_review(facts)] == [made.pk]
    assert list(reviews.waiting_doses(visit.site)) == [made]
    assert visit.review_event(made.pk).answers_dose == made
    assert doses_to_review(visit.session.facts()) == []
    assert sum(map(len, reviews.waiting_lists(visit.site))) == 0
    assert [bool(line.review) for line in late_events(visit.session)] == [True]
    with pytest.raises(Conflict):
        visit.review_event(made.pk)
    again = correct(visit, made, lot="B77")
    assert list(reviews.waiting_doses(visit.site)) == [again]


def test_an_end_entered_in_error_is_taken_away_and_the_start_stays(clock: TestClock) -> None:
    """Entered for the patient in the next chair: here it runs on, and the window with it."""
    visit = infused(clock)
    dose = visit.session.dose_set.get()
    was = DoseEnd.objects.get(dose=dose)
    with refused("clinician_corrects", "is_running"):
        correct(visit, dose, is_running=True)
    made = correct(visit, dose, by=visit.clinician, is_running=True)
    assert (made.started_at, visit.session.phase) == (dose.started_at, "dosing")
    assert visit.session.facts().last_dose_at is None
    with refused("not_running", "is_running"):
        correct(visit, made, by=visit.clinician, is_running=True)
    with refused("clinician_corrects", "reason"):
        correct(visit, made, lot="B77")

    def end(at: datetime) -> DoseEnd:
        given: dict[str, Any] = {"ended_at": at, "confirmed_at": at, "late_reason": "Misread"}
        return actions.end_infusion(
            visit.id, visit.nurse, id=uuid7(), mg=was.mg, is_complete=True, **given
        )

    with refused("clinician_corrects", "ended_at"):
        end(was.ended_at - timedelta(minutes=1))
    ended = end(clock.forward(minutes=10))
    assert visit.session.facts().last_dose_at == ended.ended_at
    lines = timeline(visit.session, visit.session.facts())
    assert [e.is_gone for e in lines if e.id in {was.pk, ended.pk}] == [True, False]
