"""admit_patient, decide_dose, give_dose, end_infusion."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from monitoring import actions
from monitoring.actions import Conflict, NotAllowed, Refused
from monitoring.actions.admit_patient import QUESTIONS
from monitoring.models import Admission, Dose, Session
from monitoring.models.fact import uuid7
from monitoring.rules.entry import PRE_DOSE
from monitoring.rules.protocol import KETAMINE_IV
from tests.actions.refusals import refused
from tests.factories.courses import (
    GOOD_ANSWERS,
    Visit,
    admitted,
    dosed,
    infused,
    observed,
    planned,
    predosed,
)
from tests.factories.place import SiteFactory, person
from tests.factories.record import PatientFactory

pytestmark = pytest.mark.django_db
HIGH = {"systolic": 141, "diastolic": 90}


def test_admission_begins_the_session_and_names_the_prescriber(clock: Any) -> None:
    visit = planned(clock)
    admission = visit.admit()
    session = visit.session
    assert (session.phase, session.last_seq, session.place) == ("arrived", 1, "Chair 1")
    assert session.prescriber == visit.clinician
    assert admission.prescriber_name == visit.clinician.printed_name


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_question_is_answered(clock: Any, question: str) -> None:
    visit = planned(clock)
    with refused("unanswered", question):
        visit.admit(answers=GOOD_ANSWERS | {question: None})
    assert visit.session.phase == "planned"


def test_an_infusion_does_not_ask_for_nasal_medication(clock: Any) -> None:
    visit = planned(clock, protocol=KETAMINE_IV, planned_mg=36)
    assert visit.admit(answers=GOOD_ANSWERS | {"nasal_kept": None}).nasal_kept is None


def test_the_identifiers_must_be_confirmed(clock: Any) -> None:
    with refused("identifiers_open", "identifiers_confirmed"):
        planned(clock).admit(answers=GOOD_ANSWERS | {"identifiers_confirmed": False})


@pytest.mark.parametrize(
    ("question", "reason"),
    [("food_kept", "fasting_reason"), ("liquid_kept", "fasting_reason"),
     ("nasal_kept", "fasting_reason"), ("transport_arranged", "transport_reason")],
)  # fmt: skip
def test_a_no_to_fasting_or_transport_needs_its_reason(
    clock: Any, question: str, reason: str
) -> None:
    visit = planned(clock)
    answers = GOOD_ANSWERS | {question: False}
    with refused("required", reason):
        visit.admit(answers=answers)
    visit.admit(answers=answers, **{reason: "Agreed with the prescriber"})
    visit.read(PRE_DOSE)
    assert visit.dose().number == 1


def test_the_prescriber_is_an_active_clinician_of_the_site(clock: Any) -> None:
    visit = planned(clock)
    for wrong in (None, visit.nurse.pk, person(SiteFactory(), "clinician").pk):
        with refused("prescriber", "prescriber"):
            visit.admit(prescriber_id=wrong)
    visit.clinician.is_active = False
    visit.clinician.save()
    with refused("prescriber", "prescriber"):
        visit.admit()


def test_answers_given_again_before_the_dose_count(clock: Any) -> None:
    visit = planned(clock)
    visit.admit(answers=GOOD_ANSWERS | {"no_driving_advised": False})
    visit.read(PRE_DOSE)
    with refused("item_no_driving_open"):
        visit.dose()
    visit.admit()
    visit.dose()
    assert Admission.objects.filter(session=visit.id).count() == 2


def test_the_same_admission_sent_twice_is_one_row(clock: Any) -> None:
    visit, same = planned(clock), uuid7()
    assert visit.admit(id=same) == visit.admit(id=same)
    assert visit.session.last_seq == 1


def test_a_patient_has_one_open_session(clock: Any) -> None:
    site = SiteFactory()
    patient = PatientFactory(site=site)
    first = admitted(clock, site=site, patient=patient)
    second = planned(clock, site=site, patient=patient)
    with pytest.raises(Conflict) as caught:
        second.admit()
    assert caught.value.theirs.pk == first.id


@pytest.mark.parametrize(
    "question", ["aneurysmal_disease", "intracerebral_haemorrhage", "hypersensitivity"]
)
def test_no_dose_is_given_with_a_contraindication(clock: Any, question: str) -> None:
    visit = planned(clock)
    visit.admit(answers=GOOD_ANSWERS | {question: True})
    visit.read(PRE_DOSE)
    with refused("item_contraindication"):
        visit.dose()


def test_no_dose_is_given_without_a_complete_reading_before_it(clock: Any) -> None:
    visit = admitted(clock)
    with refused("item_predose_missing"):
        visit.dose()
    visit.read(heart_rate=None, spo2=None, respiratory_rate=None, sedation=None, dissociation=None)
    with refused("item_predose_missing"):
        visit.dose()


@pytest.mark.parametrize(("age", "is_refused"), [(30, False), (30.02, True)])
def test_the_pre_dose_reading_is_at_most_thirty_minutes_old(
    clock: Any, age: float, is_refused: bool
) -> None:
    visit = predosed(clock)
    clock.forward(minutes=age)
    if is_refused:
        with refused("item_predose_old"):
            visit.dose()
    else:
        assert visit.dose().number == 1


def test_a_site_or_a_patient_outside_rems_gets_no_dose(clock: Any) -> None:
    lapsed = predosed(clock, site=SiteFactory(rems_certified_on=None))
    with refused("item_site_not_certified"):
        lapsed.dose()
    site = SiteFactory()
    unknown = predosed(clock, site=site, patient=PatientFactory(site=site, rems_enrolled_on=None))
    with refused("item_patient_not_enrolled"):
        unknown.dose()


def test_inpatients_and_infusions_need_no_enrolment(clock: Any) -> None:
    ward = SiteFactory(rems_certified_on=None, is_inpatient=True)
    assert predosed(clock, site=ward).dose().number == 1
    office = SiteFactory(rems_certified_on=None)
    assert predosed(clock, site=office, protocol=KETAMINE_IV, planned_mg=36).dose().mg == 36


@pytest.mark.parametrize(
    ("predose", "needs"),
    [
        ({"systolic": 140, "diastolic": 90}, False),
        ({"systolic": 141, "diastolic": 90}, True),
        ({"systolic": 140, "diastolic": 91}, True),
    ],
)
def test_above_the_guide_a_clinician_decides_before_the_dose(
    clock: Any, predose: dict[str, int], needs: bool
) -> None:
    visit = predosed(clock, predose=predose)
    if needs:
        with refused("item_decision"):
            visit.dose()
        decision = visit.decide()
        assert visit.dose().decision == decision
    else:
        assert visit.dose().decision is None


def test_a_pressure_that_was_not_measured_needs_a_decision_too(clock: Any) -> None:
    visit = admitted(clock)
    visit.read(PRE_DOSE, systolic=None, diastolic=None, not_done={"blood_pressure": "refused"})
    with refused("item_decision"):
        visit.dose()
    visit.decide()
    visit.dose()


def test_a_decision_is_for_the_reading_it_was_taken_on(clock: Any) -> None:
    visit = predosed(clock, predose=HIGH)
    old = visit.session.course().predose
    visit.decide()
    clock.forward(minutes=3)
    visit.read(PRE_DOSE, systolic=150)
    with refused("item_decision"):
        visit.dose()
    with refused("predose_changed"):
        visit.decide(reading_id=old.id)
    visit.decide()
    visit.dose()


def test_a_delay_holds_the_dose_until_another_decision(clock: Any) -> None:
    visit = predosed(clock)
    visit.decide("delay")
    with refused("item_decision"):
        visit.dose()
    visit.decide("give")
    visit.dose()


def test_a_decision_not_to_give_holds_the_dose(clock: Any) -> None:
    visit = predosed(clock)
    visit.decide("do_not_give")
    with refused("item_decided_not_to_give"):
        visit.dose()


def test_a_decision_needs_a_reason_and_a_known_outcome(clock: Any) -> None:
    visit = predosed(clock)
    with refused("required", "reason"):
        visit.decide(reason=" ")
    with refused("required", "outcome"):
        visit.decide("later")


def test_only_a_clinician_of_the_site_decides(clock: Any) -> None:
    visit = predosed(clock, predose=HIGH)
    predose = visit.session.course().predose
    for by in (visit.nurse, person(SiteFactory(), "clinician")):
        with pytest.raises(NotAllowed):
            actions.decide_dose(
                visit.id,
                by,
                id=uuid7(),
                outcome="give",
                reason="Fine",
                reading_id=predose.id,
                through_seq=2,
            )


@pytest.mark.parametrize(("mg", "devices"), [(28, 1), (56, 2), (84, 3)])
def test_an_order_is_given_in_devices_of_28_mg(clock: Any, mg: int, devices: int) -> None:
    visit = dosed(clock, planned_mg=mg)
    session = visit.session
    assert (session.phase, session.given_mg, session.dose_set.count()) == ("observing", mg, devices)
    with refused("no_device_open"):
        clock.forward(minutes=5)
        visit.dose()


@pytest.mark.parametrize(("rest", "is_early"), [(5, False), (4.98, True)])
def test_devices_are_five_minutes_apart_or_say_why(clock: Any, rest: float, is_early: bool) -> None:
    visit = predosed(clock)
    visit.dose()
    clock.forward(minutes=rest)
    if is_early:
        with refused("too_early", "early_reason"):
            visit.dose()
        assert visit.dose(early_reason="Patient asked").early_reason == "Patient asked"
    else:
        assert visit.dose().number == 2


def test_an_expired_lot_is_refused_and_the_day_of_expiry_is_not(clock: Any) -> None:
    visit = predosed(clock)
    with refused("expired", "expiry"):
        visit.dose(expiry=date(2026, 3, 9))
    assert visit.dose(expiry=date(2026, 3, 10)).number == 1


def test_a_dose_needs_its_lot_and_how_much_was_given(clock: Any) -> None:
    visit = predosed(clock)
    with refused("required", "lot"):
        visit.dose(lot=" ")
    with refused("unanswered", "is_complete"):
        visit.dose(is_complete=None)
    with refused("required", "partial_detail"):
        visit.dose(is_complete=False)
    dose = visit.dose(is_complete=False, partial_detail="One dot left")
    assert dose.partial_detail == "One dot left"


def test_a_partial_device_is_never_topped_up(clock: Any) -> None:
    visit = predosed(clock, planned_mg=28)
    visit.dose(is_complete=False, partial_detail="One dot left")
    clock.forward(minutes=5)
    with refused("no_device_open"):
        visit.dose()


def test_a_device_is_not_given_in_the_future(clock: Any) -> None:
    visit = predosed(clock)
    with refused("future", "started_at"):
        visit.dose(started_at=clock.now() + timedelta(minutes=2, seconds=1))
    visit.dose(started_at=clock.now() + timedelta(minutes=2))


def test_the_same_device_sent_twice_is_one_row(clock: Any) -> None:
    visit, same = predosed(clock), uuid7()
    assert visit.dose(id=same) == visit.dose(id=same)
    assert Dose.objects.filter(session=visit.id).count() == 1


def test_a_clinician_can_stop_the_rest_of_the_order(clock: Any) -> None:
    visit = predosed(clock, planned_mg=84)
    visit.dose()
    with refused("dose_begun", "outcome"):
        visit.decide("give")
    visit.decide("do_not_give", reason="Vomited")
    assert visit.session.phase == "observing"
    clock.forward(minutes=5)
    with refused("stopped"):
        visit.dose()
    visit.read()
    assert visit.session.phase == "observing"


def test_a_dose_is_not_deferred_once_given(clock: Any) -> None:
    visit = dosed(clock)
    with refused("wrong_phase"):
        actions.defer_dose(visit.id, visit.nurse, reason="Late")


def test_after_dosing_the_questions_are_closed(clock: Any) -> None:
    visit = observed(clock, through=15)
    for act in (visit.admit, visit.decide):
        with refused("wrong_phase"):
            act()


def end(visit: Visit, **changed: Any) -> Any:
    given = {
        "id": uuid7(),
        "ended_at": visit.clock.now(),
        "mg": Decimal(36),
        "is_complete": True,
    }
    return actions.end_infusion(visit.id, visit.nurse, **(given | changed))


@pytest.fixture
def infusion(clock: Any) -> Visit:
    visit = predosed(clock, protocol=KETAMINE_IV, planned_mg=36)
    visit.dose()
    clock.forward(minutes=40)
    return visit


def test_the_window_of_an_infusion_runs_from_its_end(clock: Any, infusion: Visit) -> None:
    assert infusion.session.phase == "dosing"
    assert infusion.session.course().window_ends_at is None
    end(infusion)
    session = infusion.session
    assert session.phase == "observing"
    assert session.course().window_ends_at == clock.now() + timedelta(minutes=120)
    assert session.first_dose_at == clock.now() - timedelta(minutes=40)


def test_an_infusion_ends_once_after_it_began_within_its_order(clock: Any, infusion: Visit) -> None:
    with refused("before_start", "ended_at"):
        end(infusion, ended_at=clock.now() - timedelta(minutes=41))
    with refused("future", "ended_at"):
        end(infusion, ended_at=clock.now() + timedelta(minutes=3))
    with refused("not_within_order", "mg"):
        end(infusion, mg=Decimal("36.1"))
    with refused("required", "partial_detail"):
        end(infusion, mg=Decimal(20), is_complete=False)
    same = uuid7()
    made = end(infusion, id=same, mg=Decimal(20), is_complete=False, partial_detail="Vein lost")
    assert end(infusion, id=same) == made
    assert infusion.session.given_mg == 20
    with refused("wrong_phase"):
        end(infusion)


def test_a_nasal_session_has_no_infusion_to_end(clock: Any) -> None:
    visit = predosed(clock)
    visit.dose()
    with refused("no_infusion_running"):
        end(visit)


def test_a_second_infusion_is_not_in_the_order(clock: Any) -> None:
    visit = infused(clock)
    with pytest.raises(Refused):
        visit.dose()


def test_a_session_that_does_not_exist_is_not_told_from_a_forbidden_one(clock: Any) -> None:
    visit = planned(clock)
    visit.id = uuid7()
    with pytest.raises(NotAllowed):
        visit.admit()
    assert Session.objects.count() == 1


def test_a_recheck_that_came_while_the_page_was_open_is_looked_at_first(clock: Any) -> None:
    visit = predosed(clock)
    shown = visit.session.last_seq
    alone = dict.fromkeys(
        ("heart_rate", "spo2", "respiratory_rate", "sedation", "dissociation"), None
    )
    visit.read(systolic=172, diastolic=104, **alone)
    with refused("item_decision"):
        visit.dose()
    with refused("predose_changed"):
        visit.decide(through_seq=shown)
    visit.decide()
    assert visit.dose().number == 1
