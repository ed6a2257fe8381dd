"""Correcting a reading: once, with a reason, beside the original."""

from __future__ import annotations

from typing import Any

import pytest

from monitoring import actions
from monitoring.actions import Conflict
from monitoring.models import Reading
from monitoring.models.fact import uuid7
from tests.actions.refusals import refused
from tests.factories.courses import Visit, discharged, observed

pytestmark = pytest.mark.django_db


def correct(visit: Visit, reading: Reading, **changed: Any) -> Reading:
    reason = changed.pop("reason", "Wrong arm")
    id = changed.pop("id", uuid7())
    return actions.correct_reading(
        visit.id,
        visit.nurse,
        id=id,
        replaces=reading.pk,
        entry=visit.entry(**changed),
        reason=reason,
    )


def test_a_correction_replaces_once_and_keeps_the_slot_and_the_original(clock: Any) -> None:
    visit = observed(clock, through=40)
    original = Reading.objects.get(slot=40)
    corrected = correct(visit, original, systolic=135)
    assert (corrected.slot, corrected.replaces) == (40, original)
    with pytest.raises(Conflict) as caught:
        correct(visit, original, systolic=140)
    assert caught.value.theirs == corrected
    again = correct(visit, corrected, systolic=140)
    standing = visit.session.course().standing_readings
    assert [r.id for r in standing if r.slot == 40] == [again.pk]
    assert Reading.objects.filter(slot=40).count() == 3


def test_a_correction_needs_a_reason_and_a_reading_of_the_session(clock: Any) -> None:
    visit, other = observed(clock, through=15), observed(clock, through=15)
    reading = visit.session.reading_set.last()
    with refused("required", "correction_reason"):
        correct(visit, reading, reason=" ")
    with refused("unknown_reading"):
        correct(other, reading)


def test_the_same_correction_sent_twice_is_one_row(clock: Any) -> None:
    visit, same = observed(clock, through=15), uuid7()
    reading = Reading.objects.get(slot=15)
    assert correct(visit, reading, id=same) == correct(visit, reading, id=same)


def test_nothing_is_corrected_after_departure(clock: Any) -> None:
    visit = discharged(clock)
    with refused("wrong_phase"):
        correct(visit, Reading.objects.get(slot=40))
