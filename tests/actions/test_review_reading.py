"""Readings that arrive after the patient has left wait for a clinician's answer."""

from __future__ import annotations

import pytest

from monitoring.actions import Conflict
from monitoring.models import Reading
from tests.actions.refusals import refused
from tests.clock import TestClock
from tests.factories.visits import Visit, discharged

pytestmark = pytest.mark.django_db


def late(clock: TestClock) -> tuple[Visit, Reading]:
    visit = discharged(clock)
    return visit, visit.read(systolic=182, diastolic=101)


def test_a_clinician_answers_and_nothing_signed_changes(clock: TestClock) -> None:
    visit, reading = late(clock)
    made = visit.review(reading)
    session = visit.session
    assert (made.reading, made.printed_name) == (reading, visit.clinician.printed_name)
    assert session.departure.clearance == session.standing_clearance
    assert session.phase == "closed"


def test_one_answer_stands(clock: TestClock) -> None:
    visit, reading = late(clock)
    first = visit.review(reading)
    assert visit.review(reading, id=first.id) == first
    with pytest.raises(Conflict) as conflict:
        visit.review(reading)
    assert conflict.value.theirs == first


def test_a_reading_from_before_departure_waits_for_no_answer(clock: TestClock) -> None:
    visit, _ = late(clock)
    earlier = visit.session.reading_set.first()
    assert earlier
    with refused("unknown_reading"):
        visit.review(earlier)


@pytest.mark.parametrize("field", ["assessment", "action_taken"])
def test_both_answers_are_asked_for(clock: TestClock, field: str) -> None:
    visit, reading = late(clock)
    with refused("required", field):
        visit.review(reading, **{field: " "})


def test_several_late_readings_are_answered_one_by_one(clock: TestClock) -> None:
    visit, first = late(clock)
    second = visit.read()
    visit.review(second)
    waiting = Reading.objects.filter(after_departure=True, review=None)
    assert [r.pk for r in waiting] == [first.pk]
