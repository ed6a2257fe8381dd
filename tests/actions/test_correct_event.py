"""Correcting the words or the time of an event: once, with a reason, beside the original."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from clinic.ids import uuid7
from monitoring import actions
from monitoring.actions import Conflict, NotAllowed
from monitoring.actions.correct_event import EventCorrection
from monitoring.models import Event
from monitoring.reports import reviews
from monitoring.rules.deviations import deviations
from monitoring.rules.flags import unanswered
from monitoring.rules.suicidality import waits_for_review
from monitoring.words.amendments import late_events
from tests.actions.refusals import refused
from tests.clock import TestClock
from tests.factories.people import person
from tests.factories.visits import Visit, dosed, observed

pytestmark = pytest.mark.django_db


def correct(visit: Visit, event: Event, **changed: Any) -> Event:
    return actions.correct_event(
        visit.id,
        visit.nurse,
        id=changed.pop("id", uuid7()),
        replaces=event.pk,
        correction=EventCorrection(**changed),
        reason="Typed wrongly",
    )


def test_the_words_are_put_right_beside_the_original(clock: TestClock) -> None:
    visit = dosed(clock)
    note = visit.event(detail="Left arm")
    made = correct(visit, note, detail="Right arm")
    assert (made.detail, made.kind, made.at) == ("Right arm", note.kind, note.at)
    assert Event.objects.get(pk=note.pk).detail == "Left arm"
    facts = visit.session.facts()
    assert [e.detail for e in facts.events] == ["Right arm"]
    assert "event_corrected" in [d.code for d in deviations(facts, clock.now())]
    with pytest.raises(Conflict):
        correct(visit, note, detail="Both arms")


def test_the_same_correction_sent_twice_is_one(clock: TestClock) -> None:
    visit, id = dosed(clock), uuid7()
    note = visit.event()
    assert correct(visit, note, id=id, detail="B") == correct(visit, note, id=id, detail="B")


def test_what_answered_the_original_answers_its_correction(clock: TestClock) -> None:
    visit = dosed(clock)
    event = visit.event("adverse_event", is_serious=True, onset_at=clock.now(), detail="Fell")
    visit.respond(event.pk)
    made = correct(visit, event, detail="Slid from the chair")
    facts = visit.session.facts()
    assert not unanswered(facts)
    assert [e.detail for e in facts.events if e.is_serious] == [made.detail]


def test_a_time_is_put_right_and_told(clock: TestClock) -> None:
    visit = dosed(clock)
    clock.forward(minutes=20)
    note = visit.event()
    correct(visit, note, at=note.at - timedelta(minutes=10))
    found = {d.code: d for d in deviations(visit.session.facts(), clock.now())}
    assert found["event_retimed"].params["was"] == note.at


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({}, "nothing_corrected", ""),
        ({"detail": " "}, "required", "detail"),
        ({"informed": "Dr Lee"}, "not_of_this_event", "informed"),
    ],
)
def test_what_cannot_be_is_refused(
    clock: TestClock, changed: dict[str, Any], code: str, field: str
) -> None:
    visit = dosed(clock)
    note = visit.event()
    with refused(code, field):
        correct(visit, note, **changed)


def test_an_answer_is_not_moved_before_what_it_answers(clock: TestClock) -> None:
    visit = dosed(clock)
    clock.forward(minutes=10)
    reading = visit.read(systolic=212)
    clock.forward(minutes=2)
    answer = visit.respond(reading.pk)
    with refused("before_answered", "at"):
        correct(visit, answer, at=reading.taken_at - timedelta(minutes=5))
    with refused("future", "at"):
        correct(visit, answer, at=clock.now() + timedelta(minutes=9))
    assert correct(visit, answer, informed="Dr Lee").informed == "Dr Lee"


def test_a_review_is_corrected_by_a_clinician_alone(clock: TestClock) -> None:
    visit = dosed(clock)
    thoughts = visit.event("symptom", symptoms=["suicidal_thoughts"])
    review = visit.review_event(thoughts.pk)
    with pytest.raises(NotAllowed):
        correct(visit, review, detail="Nothing to it")
    assert Event.objects.filter(kind="review").count() == 1


def test_a_handover_of_the_watch_is_struck_and_not_reworded(clock: TestClock) -> None:
    visit = dosed(clock)
    taker = person(visit.site, "nurse")
    handover = actions.hand_over_watch(visit.id, visit.nurse, id=uuid7(), to_id=taker.pk)
    with refused("not_of_this_event", "detail"):
        correct(visit, handover, detail="To another")


def test_after_departure_a_correction_is_marked_and_waits_for_its_own_review(
    clock: TestClock,
) -> None:
    visit = observed(clock)
    wrong = visit.event("adverse_event", is_serious=False, onset_at=clock.now(), detail="Fell")
    visit.leave("transferred")
    clock.forward(minutes=30)
    late = visit.event("symptom", symptoms=("nausea",))
    visit.review_event(late.pk)
    made = correct(visit, wrong, detail="Slid from the chair")
    again = correct(visit, late, detail="and dizzy")
    assert (made.after_departure, again.after_departure) == (True, True)
    assert list(reviews.waiting_events(visit.site)) == [made, again]
    facts = visit.session.facts()
    assert [e.id for e in waits_for_review(facts)] == [made.pk, again.pk]
    assert [line.review for line in late_events(visit.session)] == ["", ""]
    told = [d.code for d in deviations(facts, clock.now())]
    assert told.count("corrected_after_departure") == 2
    assert told.count("event_after_departure") == 1
    assert "clock_went_back" not in told
    for event in (made, again):
        visit.review_event(event.pk)
    assert waits_for_review(visit.session.facts()) == []
    assert not reviews.waiting_events(visit.site)
    assert visit.session.phase == "closed"
