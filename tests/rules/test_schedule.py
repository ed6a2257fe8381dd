from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.rules.facts import SessionFacts
from monitoring.rules.filling import observations_at, on_time
from monitoring.rules.protocol import SPRAVATO_US
from monitoring.rules.schedule import (
    next_slot,
    slots,
)
from tests.rules.samples import (
    arrived,
    at,
    clearance,
    departure,
    not_done,
    observed,
    reading,
    whole,
)


def states(facts: SessionFacts, minutes: float, seconds: float = 0) -> dict[int, str]:
    return {s.minutes: s.state for s in slots(facts, at(minutes, seconds))}


def test_there_is_no_slot_before_the_first_device() -> None:
    assert slots(arrived(), at(0)) == []
    assert next_slot(arrived(), at(0)) is None


@pytest.mark.parametrize(
    ("minutes", "seconds", "state"),
    [(34, 59, "upcoming"), (35, 0, "due"), (40, 0, "due"), (44, 59, "due"), (45, 0, "overdue")],
)
def test_a_slot_is_due_five_minutes_around_and_then_overdue(
    minutes: int, seconds: int, state: str
) -> None:
    assert states(observed(), minutes, seconds)[40] == state


@pytest.mark.parametrize(("minutes", "is_escalated"), [(49.9, False), (50, True)])
def test_an_overdue_slot_is_escalated_from_ten_minutes(minutes: float, is_escalated: bool) -> None:
    slot = next(s for s in slots(observed(), at(minutes)) if s.minutes == 40)
    assert slot.is_escalated is is_escalated


@pytest.mark.parametrize(
    ("taken", "state"), [(30, "done"), (50, "done"), (50.02, "late"), (75, "late")]
)
def test_the_forty_minute_reading_is_on_time_from_30_to_50_and_late_after(
    taken: float, state: str
) -> None:
    assert states(observed(reading(27), reading(taken, meant_for=40)), 80)[40] == state


@pytest.mark.parametrize(("taken", "state"), [(55, "done"), (65, "done"), (65.02, "late")])
def test_another_reading_is_on_time_within_five_minutes(taken: float, state: str) -> None:
    assert states(observed(reading(taken)), 80)[60] == state


def test_a_missed_slot_gives_way_to_the_next_but_never_the_forty_minute_one() -> None:
    found = states(observed(), 61)
    assert found[15] == found[30] == "missed"
    assert found[40] == "overdue"
    slot = next_slot(observed(), at(61))
    assert slot is not None
    assert slot.minutes == 40


def test_a_slot_coded_as_not_done_says_so() -> None:
    facts = observed(not_done(41, "blood_pressure"))
    assert states(facts, 45)[40] == "not_done"
    everything = ("blood_pressure", "heart_rate", "spo2", "respiratory_rate", "sedation",
                  "dissociation")  # fmt: skip
    assert states(observed(not_done(60, *everything)), 61)[60] == "not_done"
    assert states(observed(not_done(60, "blood_pressure")), 61)[60] == "done"


def test_readings_go_on_every_15_minutes_while_the_session_is_open() -> None:
    assert [s.minutes for s in slots(whole(), at(151))][-3:] == [135, 150, 165]


def test_nothing_more_is_asked_once_a_clearance_stands_or_the_patient_left() -> None:
    signed = whole(phase="cleared", clearances=(clearance(126),))
    assert [s.minutes for s in slots(signed, at(140, 59))][-1] == 120
    assert next_slot(signed, at(140, 59)) is None
    gone = whole(phase="closed", departure=departure(133))
    assert next_slot(gone, at(500)) is None
    early = observed(phase="closed", departure=departure(20, "transferred"))
    assert states(early, 500) == {15: "missed"}


def test_a_patient_who_stays_after_the_clearance_lapsed_is_watched_again() -> None:
    signed = whole(phase="cleared", clearances=(clearance(126),))
    asked = next_slot(signed, at(141))
    assert asked is not None
    assert (asked.minutes, asked.state) == (135, "overdue")


def test_the_schedule_goes_on_once_a_clearance_is_taken_back() -> None:
    taken_back = clearance(126, withdrawn_at=at(130))
    facts = whole(phase="observing", clearances=(taken_back,))
    asked = next_slot(facts, at(132))
    assert asked is not None
    assert (asked.minutes, asked.state) == (135, "due")


@pytest.mark.parametrize(
    ("minutes", "state", "is_escalated"),
    [
        (124.9, "due", False),
        (125, "overdue", False),
        (129.9, "overdue", False),
        (130, "overdue", True),
        (134.9, "overdue", True),
    ],
)
def test_readings_15_minutes_apart_are_escalated_too(
    minutes: float, state: str, is_escalated: bool
) -> None:
    facts = observed(*(reading(m) for m in (15, 30, 40, 60, 90)))
    slot = next_slot(facts, at(minutes))
    assert slot is not None
    assert (slot.minutes, slot.state, slot.is_escalated) == (120, state, is_escalated)


def test_a_slot_is_missed_when_the_next_is_due_or_was_read_in_its_place() -> None:
    assert states(observed(), 39, 59)[30] == "overdue"
    assert states(observed(), 40)[30] == "missed"
    read_the_next = observed(reading(36))
    assert states(read_the_next, 36)[30] == "missed"
    slot = next_slot(read_the_next, at(36))
    assert slot is not None
    assert slot.minutes == 60


def test_a_reading_late_by_the_clock_still_names_its_own_minutes() -> None:
    late = next(s for s in slots(observed(reading(55, meant_for=40)), at(56)) if s.minutes == 40)
    assert (late.state, late.minutes_over) == ("late", 15)


def test_a_patient_who_left_before_the_first_slot_has_none() -> None:
    gone = observed(phase="closed", departure=departure(3, "transferred"))
    assert slots(gone, at(200)) == []


def test_the_next_slot_is_the_one_to_come_when_none_is_open() -> None:
    slot = next_slot(observed(reading(15)), at(18))
    assert slot is not None
    assert (slot.minutes, slot.state) == (30, "upcoming")


def test_respiratory_rate_is_asked_at_pre_dose_40_and_the_last_ones_only() -> None:
    asks = {m: "respiratory_rate" in observations_at(SPRAVATO_US, m) for m in (15, 30, 60, 90)}
    assert not any(asks.values())
    assert all("respiratory_rate" in observations_at(SPRAVATO_US, m) for m in (None, 40, 120, 135))


@given(st.integers(0, 200), st.integers(0, 400))
def test_the_time_taken_is_never_moved_to_a_slot(taken: int, now: int) -> None:
    facts = observed(reading(taken))
    for slot in slots(facts, at(now)):
        if slot.reading:
            assert slot.reading.taken_at == at(taken)


def test_on_time_bounds_come_from_the_protocol() -> None:
    wide = replace(SPRAVATO_US, forty_on_time=(35, 45), slot_tolerance_minutes=3)
    assert on_time(wide, 40) == (35, 45)
    assert on_time(wide, 60) == (57, 63)


def test_no_slot_is_missed_between_the_signature_and_the_discharge() -> None:
    gone = whole(phase="closed", clearances=(clearance(126),), departure=departure(140))
    assert [s.minutes for s in slots(gone, at(200))][-1] == 120
    transferred = whole(
        phase="closed", clearances=(clearance(126),), departure=departure(140, "transferred")
    )
    assert states(transferred, 200)[135] == "missed"


@pytest.mark.parametrize(("minutes", "last"), [(119, 120), (120, 135), (134, 135), (135, 150)])
def test_the_reading_to_come_is_shown_from_the_minute_the_last_is_due(
    minutes: int, last: int
) -> None:
    assert slots(whole(), at(minutes))[-1].minutes == last
