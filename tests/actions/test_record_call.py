"""The call after a session: what was said, and what of it a clinician has to review."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from clinic.ids import uuid7
from monitoring.actions import Conflict, record_call
from monitoring.reports.calls import waiting
from monitoring.rules.deviations import deviations
from monitoring.rules.suicidality import waits_for_review
from tests.actions.refusals import refused
from tests.clock import TestClock
from tests.factories.visits import Visit, discharged, dosed, signed

pytestmark = pytest.mark.django_db


def next_day(clock: TestClock) -> Visit:
    visit = discharged(clock)
    clock.forward(minutes=60 * 20)
    return visit


def test_next_day_call_with_a_late_serious_event(clock: TestClock) -> None:
    """Scenario "next-day call with late serious event": two facts of their own, and one review
    each; what was signed stays as it is."""
    visit = next_day(clock)
    before = visit.session.standing_clearance_id
    told = {"adverse_detail": "Fell at home, stitched in hospital", "is_serious": True}
    onset = clock.now() - timedelta(hours=12)
    made = visit.call(
        has_suicidal_thoughts=True, had_adverse_event=True, onset_at=onset, detail="Low", **told
    )
    assert made.was_reached
    late = waits_for_review(visit.session.facts())
    assert [e.kind for e in late] == ["symptom", "adverse_event"]
    assert all(e.after_departure for e in late)
    assert visit.session.standing_clearance_id == before
    codes = [d.code for d in deviations(visit.session.facts(), clock.now())]
    assert codes[0] == "serious_event"
    assert codes.count("event_after_departure") == 2
    for event in late:
        visit.review_event(event.id)
    assert waits_for_review(visit.session.facts()) == []


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({"was_reached": None}, "unanswered", "was_reached"),
        ({"detail": " "}, "required", "detail"),
        ({"has_slept": None}, "unanswered", "has_slept"),
        ({"has_driven": None}, "unanswered", "has_driven"),
        ({"has_suicidal_thoughts": None}, "unanswered", "has_suicidal_thoughts"),
        ({"had_adverse_event": None}, "unanswered", "had_adverse_event"),
        ({"systolic": 120}, "required", "diastolic"),
        ({"systolic": 80, "diastolic": 120}, "not_above_diastolic", "systolic"),
        ({"had_adverse_event": True}, "required", "adverse_detail"),
        ({"had_adverse_event": True}, "unanswered", "is_serious"),
        ({"had_adverse_event": True}, "required", "onset_at"),
        ({"was_reached": False, "has_slept": True}, "not_reached", "has_slept"),
    ],
)
def test_a_call_is_whole(clock: TestClock, given: dict[str, Any], code: str, field: str) -> None:
    with refused(code, field):
        next_day(clock).call(**given)


def test_a_call_comes_after_leaving_and_is_sent_once(clock: TestClock) -> None:
    visit, same = next_day(clock), uuid7()
    made = visit.call(id=same, systolic=124, diastolic=78)
    assert visit.call(id=same, systolic=124, diastolic=78) == made
    with pytest.raises(Conflict):
        visit.call(id=same)
    with refused("before_leaving", "at"):
        visit.call(at=clock.now() - timedelta(hours=21), late_reason="Forgot")
    with refused("wrong_phase"):
        signed(clock).call()
    assert record_call.phases == ("closed",)


def test_who_left_waits_for_a_call_from_the_next_day_until_reached(clock: TestClock) -> None:
    visit = discharged(clock)
    assert not waiting(visit.site, clock.now())
    moved = dosed(clock, site=visit.site)
    moved.leave("transferred")
    clock.forward(minutes=60 * 20)
    assert [s.pk for s in waiting(visit.site, clock.now())] == [visit.id]
    visit.call(was_reached=False, detail="No answer")
    assert [s.pk for s in waiting(visit.site, clock.now())] == [visit.id]
    visit.call()
    assert not waiting(visit.site, clock.now())
    other = discharged(clock, site=visit.site)
    clock.forward(minutes=60 * 24 * 7)
    assert [s.pk for s in waiting(visit.site, clock.now())] == [other.id]
    clock.forward(minutes=60 * 24)
    assert not waiting(visit.site, clock.now())
