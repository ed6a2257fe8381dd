from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.rules.facts import age_in_years, whole_minutes
from monitoring.rules.flags import flags_of
from monitoring.rules.protocol import KETAMINE_IV
from monitoring.rules.readiness import before_clearance
from monitoring.rules.schedule import slots
from tests.rules.samples import (
    arrived,
    at,
    decision,
    dose,
    not_done,
    observed,
    reading,
    whole,
    with_readings,
)


def test_the_form_counts_from_the_first_device_and_the_window_from_the_last() -> None:
    facts = observed(doses=(dose(0), dose(6, 2), dose(13, 3)), planned_mg=84)
    assert facts.first_dose_at == at(0)
    assert facts.last_dose_at == at(13)
    assert facts.window_ends_at == at(133)
    assert facts.minutes(at(40)) == 40
    assert facts.given_mg == 84


def test_before_the_first_device_no_clock_runs() -> None:
    facts = arrived(reading(-5))
    assert (facts.first_dose_at, facts.last_dose_at, facts.window_ends_at) == (None,) * 3
    assert facts.minutes(at(0)) is None
    assert facts.after_dose == ()
    assert not facts.is_after_dose(reading(5))


def test_the_window_of_an_infusion_runs_from_its_end_and_not_while_it_runs() -> None:
    running = observed(protocol=KETAMINE_IV, planned_mg=36.5, doses=(dose(0, mg=36.5),))
    assert running.last_dose_at is None
    assert running.window_ends_at is None
    ended = replace(running, doses=(dose(0, mg=30.25, ended_at=at(40)),))
    assert ended.window_ends_at == at(160)
    assert ended.given_mg == 30.25
    assert ended.devices_open == 0


def test_devices_are_open_until_all_of_the_order_are_given() -> None:
    one = observed(phase="dosing", planned_mg=84, doses=(dose(0),))
    assert one.devices_open == 2
    assert replace(one, phase="closed").devices_open == 0


def test_a_clinician_stops_the_rest_only_after_the_first_device() -> None:
    before, given_first = decision("do_not_give"), dose(0)
    facts = observed(phase="dosing", doses=(given_first,), decisions=(before,))
    assert not facts.is_dose_stopped
    assert facts.devices_open == 1
    stopped = replace(facts, decisions=(before, decision("do_not_give", at=at(4))))
    assert stopped.is_dose_stopped
    assert stopped.devices_open == 0


def test_a_partial_device_is_not_topped_up() -> None:
    facts = observed(phase="dosing", doses=(dose(0, is_complete=False), dose(5, 2)))
    assert facts.devices_open == 0


def test_the_pre_dose_reading_is_the_latest_complete_one() -> None:
    complete, partial = reading(-20), reading(-5, values={"systolic": 130, "diastolic": 80})
    assert arrived(complete, partial).predose == complete
    later = reading(-3)
    assert arrived(complete, partial, later).predose == later
    coded = not_done(-2, "blood_pressure")
    assert arrived(complete, coded).predose == coded
    assert arrived(partial).predose is None


def test_a_reading_entered_after_the_dose_never_becomes_the_pre_dose_one() -> None:
    predose = reading(-10, systolic=120)
    high = reading(40, systolic=165)
    facts = observed(high, predose=predose)
    afterwards = with_readings(facts, reading(-2, systolic=170, received_at=at(50)))
    assert afterwards.predose == predose
    assert flags_of(afterwards, high) == flags_of(facts, high) != ()


def test_a_correction_of_the_pre_dose_reading_stands_in_its_place() -> None:
    predose = reading(-10, systolic=120)
    facts = observed(reading(40, systolic=165), predose=predose)
    corrected = reading(-12, systolic=150, replaces=predose.id)
    again = reading(-12, systolic=152, replaces=corrected.id)
    assert with_readings(facts, corrected).predose == corrected
    assert with_readings(facts, corrected, again).predose == again


def test_a_pre_dose_reading_moved_past_the_dose_is_none_any_more() -> None:
    earlier, predose = reading(-20), reading(-10)
    facts = observed(earlier, predose=predose)
    moved = with_readings(facts, reading(10, replaces=predose.id))
    assert moved.predose == earlier
    assert [r.taken_at for r in moved.after_dose] == [at(10)]


def test_a_tablet_that_runs_ahead_keeps_the_pre_dose_reading_before_the_dose() -> None:
    ahead = reading(1.5, systolic=130)
    facts = observed(predose=ahead)
    assert facts.predose == ahead
    assert facts.after_dose == ()
    assert observed(predose=reading(2.1)).predose is None


def test_a_dose_that_names_no_reading_rests_on_the_latest_before_it() -> None:
    first, second = reading(-20), reading(-10)
    facts = arrived(first, second, reading(15), phase="observing", doses=(dose(0),))
    assert facts.predose == second


def test_a_replaced_reading_stands_no_more() -> None:
    wrong = reading(40, systolic=210)
    right = reading(40, systolic=120, replaces=wrong.id)
    facts = observed(wrong, right)
    assert wrong not in facts.standing_readings
    assert facts.after_dose == (right,)


def test_readings_stand_in_the_order_they_were_taken() -> None:
    late_entry = reading(30, seq=900)
    facts = observed(reading(40, seq=500), late_entry)
    assert [r.taken_at for r in facts.after_dose] == [at(30), at(40)]


def test_what_comes_after_departure_is_no_part_of_the_course() -> None:
    assert observed(reading(130, after_departure=True)).after_dose == ()


def test_the_latest_counts_a_coded_measure_and_the_measured_ones_do_not() -> None:
    measured, coded = reading(40), not_done(60, "spo2")
    facts = observed(measured, coded)
    assert facts.latest("spo2") == coded
    assert list(facts.with_value("spo2")) == [measured]
    assert observed().latest("spo2") is None


@pytest.mark.parametrize(
    ("span", "minutes"),
    [
        (timedelta(minutes=40, seconds=59), 40),
        (timedelta(seconds=59), 0),
        (timedelta(seconds=-30), 0),
        (timedelta(seconds=-60), -1),
    ],
)
def test_minutes_are_whole_and_towards_zero(span: timedelta, minutes: int) -> None:
    assert whole_minutes(span) == minutes


@pytest.mark.parametrize(
    ("on", "age"), [(date(2026, 7, 13), 80), (date(2026, 7, 14), 81), (date(2026, 7, 15), 81)]
)
def test_a_year_of_age_is_complete_on_the_birthday(on: date, age: int) -> None:
    assert age_in_years(date(1945, 7, 14), on) == age


CHANGES = (
    datetime(2026, 3, 8, 6, 30, tzinfo=UTC),  # New York goes to summer time at 07:00 UTC
    datetime(2026, 11, 1, 5, 30, tzinfo=UTC),  # and back at 06:00 UTC
    datetime(2026, 3, 11, 3, 30, tzinfo=UTC),  # half an hour before midnight there
)


@pytest.mark.parametrize("start", CHANGES)
def test_minutes_run_on_through_a_change_of_clocks_and_midnight(start: datetime) -> None:
    before = reading(0, taken_at=start - timedelta(minutes=10))
    facts = observed(predose=before, doses=(dose(0, started_at=start),), planned_mg=28)
    local = (start + timedelta(minutes=40)).astimezone(ZoneInfo("America/New_York"))
    assert facts.minutes(local.astimezone(UTC)) == 40
    assert facts.window_ends_at == start + timedelta(minutes=120)
    dues = [s.due_at - start for s in slots(facts, start)]
    assert dues == [timedelta(minutes=m) for m in facts.protocol.slots]


@given(st.integers(0, 525_600), st.integers(0, 400), st.sampled_from(["UTC", "America/New_York",
       "Europe/London", "Australia/Lord_Howe", "Asia/Kathmandu"]))  # fmt: skip
def test_minutes_are_the_same_in_every_zone(start: int, minutes: int, zone: str) -> None:
    first = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=start)
    taken = first + timedelta(minutes=minutes)
    facts = observed(doses=(dose(0, started_at=first.astimezone(ZoneInfo(zone)).astimezone(UTC)),))
    assert facts.minutes(taken.astimezone(ZoneInfo(zone)).astimezone(UTC)) == minutes


def test_after_a_clock_jumped_back_a_set_of_a_time_to_come_is_no_final_set() -> None:
    facts = whole()
    assert slots(facts, at(-60))
    assert [i.code for i in before_clearance(facts, at(-60))] == ["window", "final_set"]
    assert facts.minutes(at(-60)) == -60
