"""What the patient's earlier sessions ask, through the verbs (CLINICAL 8, rule 53)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from monitoring import actions
from monitoring.models import Session
from monitoring.rules.deviations import deviations
from monitoring.rules.entry import PRE_DOSE
from tests.actions.given import plan
from tests.actions.refusals import refused
from tests.clock import TestClock
from tests.factories.answers import GOOD_ANSWERS
from tests.factories.record import PatientFactory
from tests.factories.visits import Visit, admitted, discharged, planned, predosed

pytestmark = pytest.mark.django_db
DAY = 24 * 60


def again(clock: TestClock, before: Visit, **given: Any) -> Visit:
    """The same patient, admitted and read for another session."""
    people = (before.nurse, before.clinician)
    return predosed(
        clock,
        site=before.site,
        people=people,
        patient=before.patient,
        version=before.version,
        **given,
    )


def test_a_second_84_mg_on_one_day_waits_for_a_clinicians_reason(clock: TestClock) -> None:
    first = discharged(clock, planned_mg=84)
    clock.forward(minutes=5)
    second = again(clock, first, planned_mg=84)
    with refused("history_same_day"):
        second.dose()
    decision = second.decide(reason="First device was not tolerated")
    assert decision.history == ["same_day"]
    second.dose()
    told = deviations(second.session.facts(), clock.now())
    assert [d.code for d in told] == ["history_overridden"]
    assert told[0].params["reason"] == "First device was not tolerated"


@pytest.mark.parametrize(("days", "asked"), [(1, ["too_soon"]), (2, [])])
def test_days_are_those_of_the_calendar_at_the_site(
    clock: TestClock, days: int, asked: list[str]
) -> None:
    first = discharged(clock)
    clock.forward(minutes=days * DAY - 300)
    assert again(clock, first).decide().history == asked


def test_a_decision_not_to_give_answers_nothing(clock: TestClock) -> None:
    first = discharged(clock)
    second = again(clock, first)
    assert second.decide("delay").history == []
    with refused("history_same_day"):
        second.dose()


def test_someone_under_age_waits_for_a_clinicians_reason(clock: TestClock) -> None:
    patient = PatientFactory.create(date_of_birth=date(2010, 3, 10))
    visit = predosed(clock, patient=patient, site=patient.site)
    with refused("history_under_age"):
        visit.dose()
    visit.decide(reason="Compassionate use, guardian informed")
    assert visit.dose().number == 1


def test_a_contraindication_of_the_last_session_is_not_forgotten(clock: TestClock) -> None:
    first = planned(clock)
    first.admit(answers=GOOD_ANSWERS | {"aneurysmal_disease": True})
    actions.defer_dose(first.id, first.nurse, reason="Contraindicated")
    clock.forward(minutes=7 * DAY)
    second = again(clock, first)
    with refused("history_contraindicated"):
        second.dose()
    second.decide(reason="Imaging seen: none")
    second.dose()


def test_a_contraindication_that_was_entered_in_error_is_forgotten(clock: TestClock) -> None:
    first = admitted(clock)
    wrong = first.admit(answers=GOOD_ANSWERS | {"aneurysmal_disease": True})
    first.strike(wrong, by=first.clinician)
    actions.defer_dose(first.id, first.nurse, reason="Unwell")
    clock.forward(minutes=7 * DAY)
    assert again(clock, first).dose().number == 1


def test_the_record_answers_whether_it_is_the_first_treatment(clock: TestClock) -> None:
    visit = planned(clock)
    with refused("unanswered", "is_first_treatment"):
        plan(visit, is_first_treatment=None)
    assert plan(visit, is_first_treatment=True).is_first_treatment
    treated = discharged(clock)
    assert plan(treated, is_first_treatment=None).is_first_treatment is False
    with refused("not_first", "is_first_treatment"):
        plan(treated, is_first_treatment=True)


def test_a_session_in_which_nothing_was_given_is_no_treatment(clock: TestClock) -> None:
    visit = planned(clock)
    visit.admit()
    actions.defer_dose(visit.id, visit.nurse, reason="Unwell")
    assert plan(visit, is_first_treatment=True).is_first_treatment


def test_only_the_patients_own_sessions_are_asked_about(clock: TestClock) -> None:
    first = discharged(clock)
    other = predosed(clock, site=first.site, people=(first.nurse, first.clinician))
    assert other.dose().number == 1
    assert Session.objects.count() == 2


def test_an_early_arrival_is_read_before_it_is_asked(clock: TestClock) -> None:
    """A reason that was given on arrival holds when the reading is taken after it."""
    first = discharged(clock)
    people = (first.nurse, first.clinician)
    second = planned(
        clock, site=first.site, people=people, patient=first.patient, version=first.version
    )
    second.admit()
    second.decide(reason="Came from far away")
    second.read(PRE_DOSE)
    assert second.dose().decision is None
