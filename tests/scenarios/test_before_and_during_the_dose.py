"""What happens at a clinic before and while a dose is given, and what the record says of it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from clinic.ids import uuid7
from clinic.refusal import NotAllowed, Refused
from monitoring import actions
from monitoring.actions.correct_dose import DoseCorrection
from monitoring.models import Dose, Event, Session
from monitoring.models.alike import alike_to
from monitoring.rules.entry import PRE_DOSE
from monitoring.rules.protocol import KETAMINE_IV
from tests.clock import TestClock
from tests.factories.answers import GOOD_ANSWERS
from tests.factories.record import PatientFactory
from tests.factories.visits import admitted, discharged, dosed, observed, planned, predosed
from tests.scenarios.course import open_before_dose, page_1, states, to_the_end

pytestmark = pytest.mark.django_db


def test_an_ordinary_session_of_56_mg_has_nothing_on_page_1(clock: TestClock) -> None:
    visit = discharged(clock)
    session = visit.session
    assert (session.phase, session.outcome, session.given_mg) == (
        "closed",
        "discharged",
        Decimal(56),
    )
    assert page_1(visit) == []


def test_a_high_pressure_is_decided_on_and_the_decision_stays_with_its_reading(
    clock: TestClock,
) -> None:
    visit = predosed(clock, predose={"systolic": 152, "diastolic": 94})
    assert open_before_dose(visit) == ["decision"]
    with pytest.raises(Refused):
        visit.dose()
    visit.decide("give", reason="Known hypertension, benefit outweighs")
    visit.dose()
    assert "guide_overridden" in page_1(visit)


def test_after_a_delay_a_normal_reading_lets_a_clinician_give(clock: TestClock) -> None:
    visit = predosed(clock, predose={"systolic": 152, "diastolic": 94})
    visit.decide("delay", reason="Measure again in half an hour")
    clock.forward(minutes=30)
    visit.read(PRE_DOSE, systolic=136, diastolic=84)
    assert open_before_dose(visit) == ["decision"]
    visit.decide("give", reason="Settled")
    visit.dose()
    assert visit.session.given_mg == Decimal(28)


def test_a_decision_not_to_give_ends_it(clock: TestClock) -> None:
    visit = predosed(clock, predose={"systolic": 172, "diastolic": 104})
    visit.decide("do_not_give", reason="Too high today")
    with pytest.raises(Refused):
        visit.dose()
    actions.defer_dose(visit.id, visit.nurse, reason="Pressure too high")
    assert Session.objects.get(pk=visit.id).phase == "cancelled"


def test_measuring_until_it_passes_stays_on_page_1(clock: TestClock) -> None:
    visit = predosed(clock, predose={"systolic": 152, "diastolic": 94})
    clock.forward(minutes=1)
    visit.read(PRE_DOSE, systolic=138, diastolic=88)
    visit.dose()
    assert page_1(visit) == ["predose_repeated"]


def test_a_contraindication_is_not_answered_away_by_a_nurse(clock: TestClock) -> None:
    visit = planned(clock)
    visit.admit(answers=GOOD_ANSWERS | {"intracerebral_haemorrhage": True})
    visit.read(PRE_DOSE)
    with pytest.raises((Refused, NotAllowed)):
        visit.admit()
    with pytest.raises(Refused):
        visit.dose()


def test_a_device_that_fails_is_replaced_and_gives_nothing(clock: TestClock) -> None:
    visit = predosed(clock, planned_mg=84)
    visit.dose()
    clock.forward(minutes=5)
    visit.dose(sprays=0, partial_detail="No spray came out", complaint="PC-1")
    clock.forward(minutes=5)
    visit.dose()
    clock.forward(minutes=5)
    visit.dose()
    session = visit.session
    assert session.given_mg == Decimal(84)
    assert session.phase == "observing"
    assert "device_replaced" in page_1(visit)


def test_one_spray_of_two_is_14_mg_and_never_topped_up(clock: TestClock) -> None:
    visit = predosed(clock)
    visit.dose(sprays=1, partial_detail="Sneezed; one green dot left")
    clock.forward(minutes=5)
    visit.dose()
    clock.forward(minutes=5)
    with pytest.raises(Refused):
        visit.dose()
    assert visit.session.given_mg == Decimal(42)
    assert "device_one_spray" in page_1(visit)


def test_an_infusion_that_was_interrupted_is_watched_from_its_last_end(clock: TestClock) -> None:
    visit = predosed(clock, protocol=KETAMINE_IV, planned_mg=36)
    visit.dose()
    clock.forward(minutes=12)
    actions.end_infusion(
        visit.id, visit.nurse, id=uuid7(), ended_at=clock.now(), mg=Decimal(11),
        is_paused=True, partial_detail="Line occluded",
    )  # fmt: skip
    clock.forward(minutes=10)
    visit.dose()
    clock.forward(minutes=28)
    end = actions.end_infusion(
        visit.id, visit.nurse, id=uuid7(), ended_at=clock.now(), mg=Decimal(25), is_complete=True
    )
    facts = visit.session.facts()
    assert facts.given_mg == 36
    assert facts.window_ends_at == end.ended_at + facts.protocol.window
    assert "infusion_interrupted" in page_1(visit)


def test_a_dose_on_the_wrong_patient_gives_everything_back(clock: TestClock) -> None:
    visit = predosed(clock)
    dose = visit.dose()
    strike = visit.strike(dose, kind="wrong_patient")
    assert visit.session.phase == "dosing", "until a clinician confirms it, the dose counts"
    visit.confirm(strike)
    session = visit.session
    assert (session.phase, session.given_mg, session.first_dose_at) == ("arrived", Decimal(0), None)
    assert "struck" in page_1(visit)


def test_a_serious_event_on_the_wrong_patient_forces_no_false_signature(clock: TestClock) -> None:
    visit = observed(clock)
    event = visit.event("adverse_event", is_serious=True, onset_at=clock.now(), detail="Seizure")
    strike = visit.strike(event)
    visit.confirm(strike)
    to_the_end(visit)
    assert visit.sign(had_serious_event=False).signed_at == clock.now()
    assert "struck" in page_1(visit)


def test_a_reading_on_the_wrong_patient_frees_its_slot(clock: TestClock) -> None:
    visit = dosed(clock)
    clock.forward(minutes=40)
    wrong = visit.read(40, systolic=168, diastolic=98)
    visit.confirm(visit.strike(wrong))
    assert states(visit)[40] in {"due", "overdue"}
    right = visit.read(40, systolic=126, diastolic=80)
    assert states(visit)[40] == "done"
    assert visit.session.facts().standing_readings[-1].id == right.pk
    assert visit.session.peak_systolic == 126


def test_a_failed_cuff_does_not_use_the_forty_minute_slot_up(clock: TestClock) -> None:
    visit = dosed(clock)
    first = visit.session.first_dose_at
    assert first is not None
    clock.travel_to(first)
    clock.forward(minutes=40)
    visit.read(40, systolic=None, diastolic=None, not_done={"blood_pressure": "device_failure"})
    clock.forward(minutes=3)
    visit.read(systolic=128, diastolic=80)
    assert states(visit)[40] == "done"


def test_a_patient_who_collapses_before_the_dose_is_transferred(clock: TestClock) -> None:
    visit = admitted(clock)
    visit.leave("transferred")
    assert visit.session.phase == "closed"
    assert {"transferred", "no_dose"} <= set(page_1(visit))


def test_vomiting_after_a_spray_leaves_the_amount_as_it_left_the_device(clock: TestClock) -> None:
    visit = dosed(clock)
    visit.event("symptom", symptoms=["vomiting"], detail="Two minutes after device 2")
    assert visit.session.given_mg == Decimal(56)
    assert Event.objects.get(session_id=visit.id).symptoms == ["vomiting"]


def test_a_wrong_lot_is_corrected_and_the_original_stays_readable(clock: TestClock) -> None:
    visit = dosed(clock)
    dose = Dose.objects.filter(session_id=visit.id, number=1).get()
    actions.correct_dose(
        visit.id,
        visit.nurse,
        id=uuid7(),
        replaces=dose.pk,
        correction=DoseCorrection(lot="B7"),
        reason="Read from the wrong carton",
    )
    lots = Dose.objects.filter(session_id=visit.id, number=1).values_list("lot", flat=True)
    assert set(lots) == {dose.lot, "B7"}
    assert [d.number for d in visit.session.facts().doses] == [1, 2]
    assert visit.session.given_mg == Decimal(56)


def test_two_patients_of_one_name_are_marked_on_both(clock: TestClock) -> None:
    jane = planned(clock)
    name = {"family_name": jane.patient.family_name, "given_name": jane.patient.given_name}
    other = planned(clock, site=jane.site, patient=PatientFactory.create(site=jane.site, **name))
    for visit, theirs in ((jane, other), (other, jane)):
        assert [p.pk for p in alike_to(visit.patient)] == [theirs.patient.pk]
