"""Leaving without a clearance, as it happens in a clinic."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitoring.rules.deviations import deviations
from tests.actions.refusals import refused
from tests.clock import TestClock
from tests.factories.visits import admitted, dosed, observed, signed

pytestmark = pytest.mark.django_db


def test_collapse_before_the_dose(clock: TestClock) -> None:
    """Scenario "collapse before the dose": the patient is transferred, and page 1 says that nothing
    was given."""
    visit = admitted(clock)
    with refused("clearance_none", "kind"):
        visit.leave()
    visit.leave("transferred", serious_event_detail="Collapsed in the chair")
    session = visit.session
    assert (session.phase, session.first_dose_at) == ("closed", None)
    found = [d.code for d in deviations(session.facts(), clock.now())]
    assert found == ["serious_event", "transferred", "no_dose", "left_without_values"]


def test_against_advice_at_70_minutes(clock: TestClock) -> None:
    """Scenario "against advice at 70 min": advice, way home, who goes along, the last values."""
    visit = observed(clock, through=60)
    clock.forward(minutes=10)
    departure = visit.leave("against_advice", escort_name="Ann Smith", escort_phone="555 0101")
    assert departure.escort_name == "Ann Smith"
    found = [d.code for d in deviations(visit.session.facts(), clock.now())]
    assert found == ["against_advice"]


def test_a_serious_event_said_at_leaving_is_an_event_of_the_session(clock: TestClock) -> None:
    visit = dosed(clock)
    onset = clock.now()
    with refused("required", "serious_event_onset_at"):
        visit.leave("transferred", serious_event_onset_at=None)
    with refused("required", "clinician_informed"):
        visit.leave("transferred", clinician_informed="")
    with refused("future", "serious_event_onset_at"):
        visit.leave("transferred", serious_event_onset_at=onset + timedelta(minutes=3))
    visit.leave("transferred", serious_event_onset_at=onset)
    event, answer = visit.session.event_set.order_by("seq")
    assert (event.is_serious, event.onset_at, event.after_departure) == (True, onset, False)
    assert (answer.kind, answer.answers_event) == ("response", event)
    assert (answer.informed, answer.ordered) == (visit.clinician.printed_name, "General Hospital")
    cleared = signed(clock)
    with refused("serious_event_missing", "had_serious_event"):
        cleared.leave(had_serious_event=True)
    recorded = dosed(clock)
    recorded.event("adverse_event", is_serious=True, onset_at=clock.now())
    with refused("serious_event_recorded", "had_serious_event"):
        recorded.leave("against_advice")
    recorded.leave("against_advice", had_serious_event=True)
    assert recorded.session.event_set.count() == 1
