"""Who was told of a flagged value, and what was ordered."""

from __future__ import annotations

from datetime import timedelta

import pytest

from clinic.ids import uuid7
from monitoring.actions import Conflict
from monitoring.models import Event
from tests.actions.refusals import refused
from tests.clock import TestClock
from tests.factories.visits import dosed

pytestmark = pytest.mark.django_db


def test_a_flag_is_answered_with_whom_and_what(clock: TestClock) -> None:
    visit = dosed(clock)
    clock.forward(minutes=40)
    high = visit.read(40, systolic=185)
    with refused("required", "informed"):
        visit.respond(high.pk, informed=" ")
    with refused("required", "ordered"):
        visit.respond(high.pk, ordered="")
    with refused("future", "at"):
        visit.respond(high.pk, at=clock.now() + timedelta(minutes=3))
    same = uuid7()
    response = visit.respond(high.pk, id=same)
    assert visit.respond(high.pk, id=same) == response
    assert (response.answers_reading, response.answers_event) == (high, None)
    assert Event.objects.filter(kind="response").count() == 1


def test_a_flagged_symptom_is_answered_as_an_event(clock: TestClock) -> None:
    visit = dosed(clock)
    pain = visit.event("symptom", symptoms=("chest_pain",))
    assert visit.respond(pain.pk).answers_event == pain


def test_what_is_not_flagged_needs_no_response(clock: TestClock) -> None:
    visit = dosed(clock)
    with refused("not_flagged"):
        visit.respond(visit.read().pk)


def test_another_response_under_the_same_id_is_a_conflict(clock: TestClock) -> None:
    visit, same = dosed(clock), uuid7()
    pain = visit.event("symptom", symptoms=("chest_pain",))
    other = visit.event("symptom", symptoms=("chest_pain",))
    visit.respond(pain.pk, id=same)
    with pytest.raises(Conflict):
        visit.respond(pain.pk, id=same, ordered="Transfer")
    with pytest.raises(Conflict):
        visit.respond(other.pk, id=same)


@pytest.mark.parametrize("minutes", [0, 61])
def test_a_repeat_is_ordered_within_the_hour(clock: TestClock, minutes: int) -> None:
    visit = dosed(clock)
    clock.forward(minutes=40)
    high = visit.read(40, systolic=185)
    with refused("setting_out_of_bounds", "repeat_minutes"):
        visit.respond(high.pk, repeat_minutes=minutes)
    for allowed in (1, 60):
        clock.forward(minutes=5)
        assert visit.respond(high.pk, repeat_minutes=allowed).repeat_minutes == allowed
