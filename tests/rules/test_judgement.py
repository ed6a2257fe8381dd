"""One reading is judged once: what is to be mended, its slot, and whether a clearance ends."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from monitoring.rules.entry import Entry
from monitoring.rules.facts import SessionFacts
from monitoring.rules.judgement import Judgement, judge, judge_correction
from tests.rules.samples import WELL, at, not_done, observed, reading


def entry(minutes: float, asked: int | None = 40, **values: int) -> Entry:
    whole = WELL | values
    return Entry(taken_at=at(minutes), asked=asked, values=whole, confirmed=frozenset(whole))


def judged(minutes: float, facts: SessionFacts | None = None, **values: int) -> Judgement:
    return judge(facts or observed(), entry(minutes, **values), at(minutes), uuid4())


def test_a_well_reading_in_time_asks_and_ends_nothing() -> None:
    found = judged(40)
    assert found.problems == ()
    assert found.beside is None
    assert not found.is_outside


@pytest.mark.parametrize("values", [{"spo2": 91}, {"sedation": 4}, {"systolic": 182}])
def test_a_value_outside_the_criteria_ends_a_clearance(values: dict[str, Any]) -> None:
    assert judged(40, **values).is_outside


def test_a_slot_that_is_filled_is_not_filled_twice() -> None:
    first = reading(40)
    assert judged(42, observed(first)).beside == first
    assert judged(42, observed(not_done(40, "blood_pressure"))).beside is None


def test_of_a_time_to_come_nothing_else_is_said() -> None:
    ahead = Entry(taken_at=at(44), asked=40, values={"systolic": 900})
    found = judge(observed(), ahead, at(40), uuid4())
    assert [(m.code, m.field) for m in found.problems] == [("future", "taken_at")]


def test_a_correction_is_judged_with_what_it_leaves_as_it_was() -> None:
    original = reading(40, spo2=91)
    typed = Entry(taken_at=at(41), values={"heart_rate": 72})
    found = judge_correction(
        observed(original), original, typed, at(41), uuid4(), is_time_wrong=False
    )
    assert found.problems == ()
    assert found.is_outside
