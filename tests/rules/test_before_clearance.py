"""What keeps a clearance from being signed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitoring.rules.facts import ReadingFacts, SessionFacts
from monitoring.rules.protocol import KETAMINE_IV, SPRAVATO_US
from monitoring.rules.readiness import before_clearance
from tests.rules.samples import (
    arrived,
    at,
    dose,
    event,
    not_done,
    observed,
    reading,
    whole,
    with_readings,
)

SLOTS = (15, 30, 40, 60, 90, 120)


def open_before_clearance(
    facts: SessionFacts, minutes: float = 126, seconds: float = 0
) -> list[str]:
    return [i.code for i in before_clearance(facts, at(minutes, seconds))]


def test_a_complete_course_has_nothing_open_once_the_window_ended() -> None:
    assert open_before_clearance(whole()) == []


def test_without_a_dose_there_is_nothing_to_clear() -> None:
    assert open_before_clearance(arrived(reading(-10))) == ["not_dosed"]


def three_devices(*readings: ReadingFacts) -> SessionFacts:
    doses = (dose(0), dose(6, 2), dose(13, 3))
    return observed(*readings, doses=doses, planned_mg=84)


@pytest.mark.parametrize(
    ("minutes", "seconds", "left"), [(132, 59, 1), (132, 0, 1), (131, 59, 2), (133, 0, None)]
)
def test_the_window_ends_120_minutes_after_the_last_of_three_devices(
    minutes: int, seconds: int, left: int | None
) -> None:
    facts = three_devices(*(reading(m) for m in SLOTS))
    items = [i for i in before_clearance(facts, at(minutes, seconds)) if i.code == "window"]
    assert [i.params["minutes"] for i in items] == ([] if left is None else [left])


def test_a_device_of_the_order_still_open_keeps_clearance_closed() -> None:
    facts = observed(*(reading(m) for m in SLOTS), phase="dosing", doses=(dose(0),))
    assert open_before_clearance(facts) == ["device_open"]


def test_a_running_infusion_keeps_clearance_closed_and_its_end_starts_the_window() -> None:
    readings = [reading(m) for m in (15, 30, 40, 60, 90)]
    facts = observed(
        *readings, reading(155), protocol=KETAMINE_IV, planned_mg=40, doses=(dose(0, mg=40),)
    )
    assert open_before_clearance(facts, 159) == ["infusion_running"]
    ended = replace(facts, doses=(dose(0, mg=40, ended_at=at(40)),))
    assert open_before_clearance(ended, 159, 59) == ["window"]
    assert open_before_clearance(ended, 160) == []


def test_the_forty_minute_pressure_is_asked_until_it_is_taken() -> None:
    facts = observed(*(reading(m) for m in (15, 30, 60, 90, 120)))
    assert open_before_clearance(facts) == ["mandatory"]
    item = before_clearance(facts, at(126))[0]
    assert (item.closes, item.params, item.about) == ("reading", {"minutes": 40}, 40)
    assert open_before_clearance(facts, 600) == ["mandatory", "final_set"]
    late = with_readings(facts, reading(125, meant_for=40))
    assert open_before_clearance(late) == []
    coded = with_readings(facts, not_done(125, "blood_pressure", meant_for=40), reading(126))
    assert open_before_clearance(coded) == []


def test_a_forty_minute_reading_that_says_nothing_of_the_pressure_leaves_it_open() -> None:
    silent = reading(40, values={"spo2": 98})
    facts = observed(*(reading(m) for m in (15, 30, 60, 90, 120)), silent)
    items = before_clearance(facts, at(126))
    assert [(i.code, i.about) for i in items] == [("mandatory", 40)]


@pytest.mark.parametrize(("seconds", "codes"), [(0, []), (1, ["final_set"])])
def test_the_final_set_is_at_most_15_minutes_old(seconds: int, codes: list[str]) -> None:
    assert open_before_clearance(whole(), 135, seconds) == codes


def test_the_final_set_may_be_coded_or_come_in_parts() -> None:
    readings = [reading(m) for m in (15, 30, 40, 60, 90)]
    every = ("blood_pressure", "heart_rate", "spo2", "respiratory_rate", "sedation", "dissociation")
    coded = observed(*readings, not_done(120, *every))
    assert open_before_clearance(coded) == []
    part = reading(121, values={"systolic": 120, "diastolic": 80})
    facts = observed(*readings, part)
    item = next(i for i in before_clearance(facts, at(126)) if i.code == "final_set")
    assert item.params["observations"] == every[1:]
    rest = {"heart_rate": 70, "spo2": 98, "respiratory_rate": 14, "sedation": 5, "dissociation": 0}
    assert open_before_clearance(with_readings(facts, reading(124, values=rest))) == []


def test_what_was_measured_after_departure_closes_nothing() -> None:
    facts = observed(*(reading(m) for m in (15, 30, 40, 60, 90)))
    gone = with_readings(facts, reading(124, after_departure=True))
    assert open_before_clearance(gone) == ["final_set"]


def test_a_flag_without_an_answer_keeps_clearance_closed() -> None:
    high = reading(40, systolic=185)
    facts = observed(*(reading(m) for m in (15, 30, 60, 90, 120)), high)
    items = before_clearance(facts, at(126))
    assert [(i.code, i.closes, i.about) for i in items] == [
        ("unanswered_flag", "response", high.id)
    ]
    answer = event(41, "response", answers_reading=high.id)
    assert open_before_clearance(replace(facts, events=(answer,))) == []


def test_a_low_oxygen_seen_once_locks_nothing_until_its_repeat_is_due() -> None:
    facts = observed(*(reading(m) for m in (15, 30, 40, 60, 90)), reading(124, spo2=91))
    assert open_before_clearance(facts, 125, 59) == []
    assert open_before_clearance(facts, 126) == ["repeat"]


def test_a_stricter_window_is_kept() -> None:
    strict = replace(SPRAVATO_US, window_minutes=150)
    assert open_before_clearance(whole(protocol=strict)) == ["window"]
