"""What a value or an order makes due, at each boundary, and what ends it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.rules.deviations import deviations
from monitoring.rules.due import next_due
from monitoring.rules.facts import EventFacts, ReadingFacts, SessionFacts
from monitoring.rules.protocol import SPRAVATO_US
from monitoring.rules.readiness import before_clearance
from monitoring.rules.repeats import Repeat, next_repeat, repeats
from monitoring.rules.urgency import waits
from tests.rules.any_session import any_facts
from tests.rules.samples import (
    WELL,
    arrived,
    at,
    clearance,
    departure,
    event,
    not_done,
    observed,
    reading,
    whole,
    with_readings,
)


def high(minutes: float, systolic: int = 185) -> ReadingFacts:
    return reading(minutes, systolic=systolic)


def due(facts: SessionFacts, minutes: float, seconds: float = 0) -> list[tuple[Any, ...]]:
    """What is not met at that time: when it is due, and its state."""
    found = [r for r in repeats(facts, at(minutes, seconds)) if r.reading is None]
    return [(r.because, facts.minutes(r.due_at), r.state) for r in found]


def told(facts: SessionFacts, minutes: float) -> list[str]:
    return [d.code for d in deviations(facts, at(minutes)) if d.code.startswith("repeat")]


@pytest.mark.parametrize(
    ("values", "is_repeated"),
    [
        ({"systolic": 179, "diastolic": 109}, False),
        ({"systolic": 180}, True),
        ({"diastolic": 110}, True),
        ({"systolic": 159}, False),
        ({"systolic": 160}, True),
        ({"diastolic": 104}, False),
        ({"diastolic": 105}, True),
    ],
)
def test_a_pressure_at_the_limits_of_rule_13_is_repeated(
    values: dict[str, int], is_repeated: bool
) -> None:
    base = {"systolic": 120, "diastolic": 80}
    if values.get("systolic") == 179:
        base = {"systolic": 150, "diastolic": 90}
    facts = observed(reading(40, **values), predose=reading(-10, **base))
    assert due(facts, 41) == ([("blood_pressure", 45, "upcoming")] if is_repeated else [])


@pytest.mark.parametrize(
    ("minutes", "seconds", "state", "is_escalated"),
    [
        (44, 59, "upcoming", False),
        (45, 0, "due", False),
        (49, 59, "due", False),
        (50, 0, "overdue", False),
        (54, 59, "overdue", False),
        (55, 0, "overdue", True),
    ],
)
def test_a_repeat_is_due_after_five_minutes_then_overdue_then_urgent(
    minutes: int, seconds: int, state: str, is_escalated: bool
) -> None:
    (found,) = repeats(observed(high(40)), at(minutes, seconds))
    assert (found.state, found.is_escalated) == (state, is_escalated)


@pytest.mark.parametrize(("seconds", "is_met"), [(-61, False), (-60, True), (0, True)])
def test_a_check_meets_it_from_the_minute_before_it_is_due(seconds: int, is_met: bool) -> None:
    again = reading(0, taken_at=at(45, seconds), systolic=170)
    (first, *_rest) = repeats(observed(high(40), again), at(46))
    assert (first.reading is not None) is is_met


@pytest.mark.parametrize(
    ("checks", "is_over"),
    [
        ([(45, 184), (50, 183)], True),
        ([(45, 130), (50, 131)], True),
        ([(45, 184)], False),
        ([(45, 185), (50, 184)], False),
        ([(45, 184), (50, 184), (55, 183)], False),
        ([(45, 184), (50, 186), (55, 184), (60, 183)], True),
        ([(42, 170), (43, 150)], False),
    ],
)
def test_it_goes_on_until_two_checks_in_a_row_fall_or_are_below(
    checks: list[tuple[int, int]], is_over: bool
) -> None:
    facts = observed(high(40), *(high(m, s) for m, s in checks))
    open_ones = due(facts, checks[-1][0] + 1)
    assert (open_ones == []) is is_over


def test_an_early_check_that_is_worse_moves_nothing_and_begins_anew() -> None:
    facts = observed(high(40), high(45, 184), high(47, 190), high(50, 180))
    assert due(facts, 51) == [("blood_pressure", 55, "upcoming")]


def test_a_pressure_that_rises_again_is_repeated_again() -> None:
    calm = observed(high(40), high(45, 170), high(50, 165))
    assert due(calm, 51) == []
    assert due(with_readings(calm, high(60, 168)), 61) == [("blood_pressure", 65, "upcoming")]


def test_a_check_that_could_not_be_made_is_told_and_the_next_is_due() -> None:
    facts = observed(high(40), not_done(45, "blood_pressure"))
    assert [r.state for r in repeats(facts, at(46))] == ["not_done", "upcoming"]
    assert told(facts, 46) == ["repeat_not_done"]


@pytest.mark.parametrize(("spo2", "is_repeated"), [(93, False), (92, True), (90, True), (89, True)])
def test_a_low_spo2_is_repeated_after_two_minutes(spo2: int, is_repeated: bool) -> None:
    expected = [("spo2", 42, "upcoming")] if is_repeated else []
    assert due(observed(reading(40, spo2=spo2)), 41) == expected
    if is_repeated:
        low = observed(reading(40, spo2=spo2))
        assert due(low, 41, 59)[0][2] == "upcoming"
        assert due(low, 42)[0][2] == "due"
        assert due(with_readings(low, reading(42, spo2=93)), 43) == []
        assert due(with_readings(low, reading(42, spo2=92)), 43) == [("spo2", 44, "upcoming")]


def answer(one: ReadingFacts, minutes: float, wait: int | None) -> EventFacts:
    return event(minutes, "response", answers_reading=one.id, repeat_minutes=wait)


def test_an_order_is_due_after_its_minutes_and_met_by_what_was_outside() -> None:
    low = reading(40, sedation=3)
    facts = observed(low, events=(answer(low, 41, 10),))
    assert due(facts, 42) == [("ordered", 51, "upcoming")]
    other = reading(51, values=dict.fromkeys(WELL) | {"spo2": 98})
    assert due(with_readings(facts, other), 52) == [("ordered", 51, "due")]
    assert due(with_readings(facts, reading(51)), 52) == []
    assert due(observed(low, events=(answer(low, 41, None),)), 52) == []


def test_an_order_for_a_symptom_is_met_by_any_reading() -> None:
    pain = event(40, "symptom", symptoms=("chest_pain",))
    ordered = event(41, "response", answers_event=pain.id, repeat_minutes=5)
    facts = observed(events=(pain, ordered))
    assert due(facts, 46) == [("ordered", 46, "due")]
    only = reading(46, values=dict.fromkeys(WELL) | {"spo2": 98})
    assert due(with_readings(facts, only), 47) == []


@pytest.mark.parametrize(("minutes", "seconds", "code"), [(49, 59, None), (50, 0, "repeat_late")])
def test_a_repeat_met_late_is_a_deviation(minutes: int, seconds: int, code: str | None) -> None:
    facts = observed(high(40), reading(0, taken_at=at(minutes, seconds)))
    assert told(facts, 55) == ([code] if code else [])


def test_a_repeat_that_was_never_met_is_a_deviation_once_the_patient_left() -> None:
    facts = observed(high(40))
    assert told(facts, 60) == []
    gone = replace(facts, phase="closed", departure=departure(60, "against_advice"))
    assert told(gone, 90) == ["repeat_missed"]
    soon = replace(facts, phase="closed", departure=departure(44, "against_advice"))
    assert told(soon, 90) == []


def test_nothing_is_repeated_under_a_signature_that_stands_and_again_once_it_lapsed() -> None:
    facts = whole(phase="cleared", clearances=(clearance(126),))
    facts = with_readings(facts, high(125))
    assert due(facts, 135) == []
    assert due(facts, 141) == [("blood_pressure", 130, "overdue")]


def test_a_signature_waits_for_what_is_due_and_for_what_was_ordered() -> None:
    last = high(124)
    facts = with_readings(whole(), last)
    waiting = replace(facts, events=(answer(last, 125, None),))
    ordered = replace(facts, events=(answer(last, 125, 10),))

    def items(one: SessionFacts, minutes: float) -> list[str]:
        return [i.code for i in before_clearance(one, at(minutes))]

    assert (items(waiting, 128), items(waiting, 129)) == ([], ["repeat"])
    assert items(ordered, 128) == ["repeat"]


def test_a_repeat_comes_after_what_is_overdue_and_before_what_is_due() -> None:
    facts = observed(reading(15), reading(30), high(51))
    answered = replace(facts, events=(answer(facts.readings[-1], 51, None),))
    assert isinstance(next_due(facts, at(56)), Repeat)
    assert {w.kind for w in waits(answered, at(56))} == {"repeat"}
    assert {w.kind for w in waits(answered, at(55, 59))} == {"due"}
    late = replace(answered, readings=(*answered.readings[:-2], answered.readings[-1]))
    assert {w.kind for w in waits(late, at(60))} == {"repeat"}


def test_the_minutes_are_the_protocols() -> None:
    strict = replace(SPRAVATO_US, repeat_pressure_minutes=3, repeat_spo2_minutes=1)
    facts = observed(reading(40, systolic=185, spo2=91), protocol=strict)
    assert due(facts, 40, 30) == [("spo2", 41, "upcoming"), ("blood_pressure", 43, "upcoming")]


def test_there_is_no_repeat_before_the_dose() -> None:
    assert next_repeat(arrived(high(-10)), at(0)) is None


@settings(max_examples=60)
@given(any_facts(), st.integers(0, 300), st.randoms())
def test_repeats_do_not_depend_on_the_order_of_entry(
    facts: SessionFacts, now: int, random: Any
) -> None:
    shuffled = list(facts.readings)
    random.shuffle(shuffled)
    again = replace(facts, readings=tuple(shuffled))
    assert repeats(facts, at(now)) == repeats(again, at(now))
