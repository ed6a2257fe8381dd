"""A clinician's review: once, by a clinician, of what waits for one."""

from __future__ import annotations

import pytest

from clinic.ids import uuid7
from monitoring.actions import Conflict, NotAllowed, review_event
from monitoring.rules.suicidality import waits_for_review
from tests.actions.refusals import refused
from tests.clock import TestClock
from tests.factories.visits import admitted, discharged

pytestmark = pytest.mark.django_db


def test_a_review_says_who_what_and_what_was_done(clock: TestClock) -> None:
    visit, same = admitted(clock), uuid7()
    found = visit.screen(phq9_item9=1)
    for field, name in (("assessment", "assessment"), ("action_taken", "action_taken")):
        with refused("required", field):
            visit.review_event(found.pk, **{name: " "})
    with pytest.raises(NotAllowed):
        visit.review_event(found.pk, by=visit.nurse)
    made = visit.review_event(found.pk, id=same)
    assert (made.informed, made.answers_event) == (visit.clinician.printed_name, found)
    assert visit.review_event(found.pk, id=same) == made
    with pytest.raises(Conflict) as caught:
        visit.review_event(found.pk)
    assert caught.value.theirs == made
    assert review_event.phases[-1] == "closed"


def test_only_what_waits_is_reviewed(clock: TestClock) -> None:
    visit = admitted(clock)
    clean = visit.screen(phq9_item9=0)
    with refused("nothing_to_review"):
        visit.review_event(clean.pk)
    with refused("nothing_to_review"):
        visit.review_event(uuid7())


def test_what_was_left_open_and_what_came_later_is_reviewed_after_departure(
    clock: TestClock,
) -> None:
    visit = admitted(clock)
    found = visit.screen(cssrs_1=True, cssrs_2=False, cssrs_6=True)
    visit.leave("transferred")
    assert visit.review_event(found.pk).after_departure
    gone = discharged(clock)
    late = gone.event("symptom", symptoms=("nausea",))
    assert [e.id for e in waits_for_review(gone.session.facts())] == [late.pk]
    gone.review_event(late.pk)
    assert waits_for_review(gone.session.facts()) == []
