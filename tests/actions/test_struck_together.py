"""What one entry made is struck together, and answered together."""

from __future__ import annotations

import pytest

from clinic.ids import uuid7
from clinic.models import Staff
from monitoring import actions
from monitoring.actions.correct_event import EventCorrection
from monitoring.models import Event
from tests.clock import TestClock
from tests.factories.visits import Visit, discharged, observed

pytestmark = pytest.mark.django_db


def gone_after(visit: Visit) -> set[str]:
    """The kinds of the events that were struck."""
    rows = visit.session.rows
    gone = rows.struck(Event)
    return {event.kind for event in rows.of(Event) if event.pk in gone}


def put_right(visit: Visit, event: Event, by: Staff) -> Event:
    return actions.correct_event(
        visit.id,
        by,
        id=uuid7(),
        replaces=event.pk,
        correction=EventCorrection(detail="Passing thoughts"),
        reason="Typed wrongly",
    )


@pytest.mark.parametrize(("by_clinician", "count"), [(False, 1), (True, 2)])
def test_what_a_clinician_put_right_is_not_the_nurses_to_strike(
    clock: TestClock, by_clinician: bool, count: int
) -> None:
    visit = discharged(clock)
    call = visit.call(has_suicidal_thoughts=True)
    put_right(visit, visit.session.event_set.get(), visit.clinician)
    visit.strike(call, by=visit.clinician if by_clinician else visit.nurse)
    assert visit.session.strike_set.count() == count


def test_what_a_call_told_goes_with_the_call(clock: TestClock) -> None:
    """A clinician answers once for all that one entry made."""
    visit = discharged(clock)
    clock.forward(minutes=60 * 20)
    visit.event("symptom", symptoms=("nausea",))
    told = {"adverse_detail": "Fell", "is_serious": True, "onset_at": clock.now()}
    call = visit.call(has_suicidal_thoughts=True, had_adverse_event=True, **told)
    thoughts = next(e for e in visit.session.event_set.all() if "suicidal_thoughts" in e.symptoms)
    mended = put_right(visit, thoughts, visit.nurse)
    waits = visit.strike(call)
    assert waits.needs_confirmation
    assert visit.session.strike_set.count() == 3
    assert gone_after(visit) == set()
    visit.confirm(waits)
    assert gone_after(visit) == {"symptom", "adverse_event"}
    rows = visit.session.rows
    assert {thoughts.pk, mended.pk} <= rows.struck(Event)
    (left,) = rows.standing(Event)
    assert left.symptoms == ["nausea"]


def test_a_refused_strike_of_a_call_leaves_all_that_it_told(clock: TestClock) -> None:
    visit = discharged(clock)
    call = visit.call(has_suicidal_thoughts=True)
    visit.confirm(visit.strike(call), is_confirmed=False, reason="It was this patient")
    assert gone_after(visit) == set()
    assert visit.session.strike_set.filter(confirmation=None).count() == 0


def test_who_was_informed_at_a_transfer_goes_with_the_serious_event(clock: TestClock) -> None:
    """What was answered by itself is its own, and stays."""
    visit = observed(clock, through=40)
    own = visit.event("adverse_event", is_serious=False, onset_at=clock.now())
    visit.respond(visit.event("symptom", symptoms=("chest_pain",)).pk)
    visit.leave("transferred", had_serious_event=True, serious_event_detail="Seizure")
    serious = visit.session.event_set.get(is_serious=True)
    visit.strike(own, by=visit.clinician)
    assert gone_after(visit) == {"adverse_event"}
    visit.strike(serious, by=visit.clinician)
    rows = visit.session.rows
    assert {e.pk for e in rows.of(Event)} - rows.struck(Event) == {
        e.pk for e in visit.session.event_set.order_by("seq")[1:3]
    }
