"""Which reading fills which slot: by when it was taken, never by which came first or which form
it was typed into."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.rules.cautions import cautions
from monitoring.rules.facts import ReadingFacts, SessionFacts
from monitoring.rules.filling import filling, taken_already
from monitoring.rules.measures import OBSERVATIONS
from monitoring.rules.schedule import slots
from tests.rules.any_session import sets
from tests.rules.samples import (
    WELL,
    arrived,
    at,
    clearance,
    departure,
    not_done,
    observed,
    reading,
)

ALL = tuple(OBSERVATIONS)


def home(facts: SessionFacts, one: ReadingFacts) -> int | None:
    return filling(facts).homes.get(one.id)


def only(minutes: float, **values: int) -> ReadingFacts:
    """A reading of these values alone, as an additional one may be."""
    return reading(minutes, values=dict.fromkeys(WELL) | values)


def state(facts: SessionFacts, minutes: int, now: float) -> str:
    return next(s.state for s in slots(facts, at(now)) if s.minutes == minutes)


@pytest.mark.parametrize(
    ("taken", "slot"),
    [
        (9.99, None),
        (10, 15),
        (24.99, 15),
        (25, 30),
        (29.99, 30),
        (35, 30),
        (35.02, 40),
        (54.99, 40),
        (55, 60),
        (84.99, 60),
        (85, 90),
        (115, 120),
        (129.99, 120),
        (130, 135),
        (150, 150),
    ],
)
def test_a_reading_alone_is_for_the_slot_in_whose_time_it_was_taken(
    taken: float, slot: int | None
) -> None:
    one = reading(taken)
    assert home(observed(one), one) == slot


@pytest.mark.parametrize(("taken", "slot"), [(29.99, None), (30, 40), (34, 40)])
def test_beside_a_filled_slot_the_forty_minute_one_begins_at_30(
    taken: float, slot: int | None
) -> None:
    one = reading(taken)
    assert home(observed(reading(15), reading(27), one), one) == slot


@pytest.mark.parametrize(("taken", "expected"), [(43, "done"), (50, "done"), (50.02, "late")])
def test_a_value_replaces_the_reason_why_there_was_none(taken: float, expected: str) -> None:
    attempt = not_done(40, "blood_pressure", code="device_failure")
    value = only(taken, systolic=128, diastolic=80)
    facts = observed(attempt, value)
    assert state(observed(attempt), 40, 60) == "not_done"
    assert state(facts, 40, 60) == expected
    assert home(facts, value) == 40
    assert [c.code for c in cautions(observed(attempt)) if "mandatory" in c.code]
    assert not [c.code for c in cautions(facts) if "mandatory" in c.code]


def test_a_value_of_the_next_slot_replaces_no_reason() -> None:
    facts = observed(not_done(40, "blood_pressure"), reading(60))
    assert [state(facts, m, 61) for m in (40, 60)] == ["not_done", "done"]


def test_an_attempt_at_nothing_is_followed_by_the_whole_set() -> None:
    attempt, true = not_done(38, *ALL), reading(41)
    facts = observed(attempt, true)
    assert (home(facts, true), state(facts, 40, 42)) == (40, "done")


def test_what_an_additional_reading_leaves_out_is_still_asked_for() -> None:
    facts = observed(only(38, spo2=97))
    slot = next(s for s in slots(facts, at(45)) if s.minutes == 40)
    assert (slot.state, "spo2" in slot.lacking, "blood_pressure" in slot.lacking) == (
        "overdue",
        False,
        True,
    )
    whole = observed(only(38, spo2=97), reading(41))
    assert state(whole, 40, 42) == "done"


def test_an_incomplete_slot_says_what_it_lacks_once_it_has_passed() -> None:
    slot = next(s for s in slots(observed(only(16, spo2=97)), at(30)) if s.minutes == 15)
    assert (slot.state, slot.lacking) == (
        "done",
        ("blood_pressure", "heart_rate", "sedation", "dissociation"),
    )


def test_a_late_blood_pressure_is_that_of_forty_minutes_only_when_recorded_for_it() -> None:
    late = reading(62, meant_for=40)
    found = {s.minutes: s for s in slots(observed(reading(15), reading(30), late), at(70))}
    assert (found[40].state, found[40].minutes_over, found[40].reading) == ("late", 22, late)
    assert (found[60].state, found[60].reading) == ("done", late)
    other = observed(reading(15), reading(30), reading(62))
    assert (state(other, 40, 70), state(other, 60, 70)) == ("overdue", "done")


def test_a_reading_that_was_taken_away_frees_its_slot() -> None:
    wrong, true = reading(40), reading(43)
    facts = observed(wrong, true)
    assert home(facts, true) is None
    assert home(facts.without(wrong.id), true) == 40


def test_nothing_is_filled_before_the_dose_or_after_the_patient_left() -> None:
    before, after = reading(-2), reading(60)
    assert filling(arrived(before)).homes == {}
    gone = observed(before, after, phase="closed", departure=departure(50, "transferred"))
    assert filling(gone).homes == {}


def test_a_reading_under_a_signature_is_for_the_slot_it_falls_in() -> None:
    under = reading(137)
    signed = observed(under, phase="cleared", clearances=(clearance(126),))
    assert home(signed, under) == 135


@pytest.mark.parametrize(
    ("asked", "taken", "is_taken"),
    [(40, 42, True), (40, 56, False), (40, 20, False), (15, 20, False), (None, 42, False),
     (40, 39.9, True), (40, 31, False)],
)  # fmt: skip
def test_the_second_reading_for_a_slot_is_told_of_the_first(
    asked: int | None, taken: float, is_taken: bool
) -> None:
    """Also where it was taken a moment before; 31 minutes is the slot's before that."""
    first = reading(40)
    beside = taken_already(observed(first), asked, reading(taken))
    assert beside == (first if is_taken else None)


def _filled(facts: SessionFacts) -> dict[int, dict[str, Any]]:
    found = filling(facts).answers
    return {m: {o: r.taken_at for o, r in answers.items()} for m, answers in found.items()}


@settings(max_examples=60)
@given(st.data())
def test_any_order_of_the_same_readings_fills_the_same_slots(data: st.DataObject) -> None:
    minutes = data.draw(st.lists(st.integers(1, 200), max_size=8, unique=True))
    taken = [data.draw(sets(m)) for m in minutes]
    shuffled = data.draw(st.permutations(taken))
    again = [reading(0, **_same(r)) for r in shuffled]
    assert _filled(observed(*taken)) == _filled(observed(*again))


def _same(one: ReadingFacts) -> dict[str, Any]:
    return {"taken_at": one.taken_at, "values": one.values, "not_done": one.not_done}
