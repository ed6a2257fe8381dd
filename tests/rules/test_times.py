"""A typed time, in any zone, on any night that the clocks change."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from monitoring.rules.facts import CLOCKS_APART
from monitoring.rules.next_dose import out_of_order
from monitoring.rules.times import clock_time, is_on_wrong_side, is_this_the_time, moment, side
from tests.rules.samples import arrived, at, observed, reading

few = settings(max_examples=80)
NEW_YORK = ZoneInfo("America/New_York")
ZONES = st.sampled_from(
    [
        NEW_YORK,
        ZoneInfo("America/Chicago"),
        ZoneInfo("Europe/London"),
        ZoneInfo("Asia/Kolkata"),
        ZoneInfo("Australia/Lord_Howe"),
        ZoneInfo("UTC"),
    ]
)
"""Zones whose clocks change by an hour, by half an hour, or never."""
CHANGES = [
    datetime(2026, 3, 8, 7, tzinfo=UTC),
    datetime(2026, 11, 1, 6, tzinfo=UTC),
    datetime(2026, 3, 29, 1, tzinfo=UTC),
    datetime(2026, 10, 25, 1, tzinfo=UTC),
    datetime(2026, 10, 3, 15, 30, tzinfo=UTC),
    datetime(2026, 4, 4, 15, tzinfo=UTC),
]
"""New York, London and Lord Howe, in spring and in autumn."""
MOMENTS = st.one_of(
    st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),
    st.builds(
        lambda change, seconds: change + timedelta(seconds=seconds),
        st.sampled_from(CHANGES),
        st.integers(-30 * 3600, 30 * 3600),
    ),
)
TIMES = st.times().map(lambda t: t.replace(second=0, microsecond=0))


def shown(moment: datetime, zone: ZoneInfo) -> time:
    local = moment.astimezone(zone)
    return time(local.hour, local.minute)


@pytest.mark.parametrize(
    ("text", "hour", "minute"),
    [
        ("13:20", 13, 20),
        ("1320", 13, 20),
        ("13.20", 13, 20),
        ("1:20", 1, 20),
        ("120", 1, 20),
        ("0905", 9, 5),
        (" 9:05 ", 9, 5),
        ("1:20 pm", 13, 20),
        ("1.20pm", 13, 20),
        ("0120PM", 13, 20),
        ("1:20 p.m.", 13, 20),
        ("1:20 am", 1, 20),
        ("12:30 am", 0, 30),
        ("12:30 pm", 12, 30),
        ("00:00", 0, 0),
        ("23:59", 23, 59),
    ],
)
def test_a_time_is_read_as_people_write_it(text: str, hour: int, minute: int) -> None:
    assert clock_time(text) == time(hour, minute)


@pytest.mark.parametrize(
    "text",
    ["", "soon", "24:00", "12:60", "1", "13", "13:2", "13:20 pm", "0:20 am", "12345", "1:20 xm",
     "-1:20", "١٣:٢٠", "13:20:10", "pm"],
)  # fmt: skip
def test_what_is_no_time_is_not_guessed(text: str) -> None:
    assert clock_time(text) is None


@few
@given(TIMES, MOMENTS, ZONES)
def test_the_moment_is_the_latest_with_that_time_that_is_not_in_the_future(
    typed: time, now: datetime, zone: ZoneInfo
) -> None:
    read = moment(typed, now, zone)
    assert read is not None
    assert shown(read, zone) == typed
    assert read <= now + CLOCKS_APART
    later = read.replace(second=0, microsecond=0) + timedelta(minutes=1)
    while later <= now:
        assert shown(later, zone) != typed
        later += timedelta(minutes=1)


@few
@given(st.integers(0, 23 * 60), MOMENTS, ZONES)
def test_the_time_a_clock_showed_is_read_back_as_that_moment_or_its_twin(
    minutes: int, now: datetime, zone: ZoneInfo
) -> None:
    """However late it is typed within the day; in an hour shown twice, the later one is meant."""
    looked = (now - timedelta(minutes=minutes)).replace(second=0, microsecond=0)
    read = moment(shown(looked, zone), now, zone)
    assert read is not None
    assert shown(read, zone) == shown(looked, zone)
    assert looked <= read.replace(second=0, microsecond=0) <= looked + timedelta(hours=24)


@few
@given(TIMES, MOMENTS, ZONES, st.integers(0, 400))
def test_a_time_with_its_day_is_that_day_or_no_moment_at_all(
    typed: time, now: datetime, zone: ZoneInfo, days: int
) -> None:
    day = now.astimezone(zone).date() - timedelta(days=days)
    read = moment(typed, now, zone, day)
    if read is None:
        midnight = datetime.combine(day, time(0), tzinfo=UTC) - timedelta(hours=15)
        every = (midnight + timedelta(minutes=n) for n in range(40 * 60))
        assert not any(m.astimezone(zone).date() == day and shown(m, zone) == typed for m in every)
    else:
        assert (read.astimezone(zone).date(), shown(read, zone)) == (day, typed)


@pytest.mark.parametrize(
    ("typed", "now", "expected"),
    [
        # 13:20 in New York: twenty past one is this night's, not the next.
        ("1:20", datetime(2026, 3, 10, 17, 20, tzinfo=UTC), datetime(2026, 3, 10, 5, 20)),
        ("1:20 pm", datetime(2026, 3, 10, 17, 20, tzinfo=UTC), datetime(2026, 3, 10, 17, 20)),
        # After midnight, before it.
        ("23:59", datetime(2026, 3, 11, 4, 2, tzinfo=UTC), datetime(2026, 3, 11, 3, 59)),
        # 01:10 for the second time: the hour before, the first time.
        ("1:08", datetime(2026, 11, 1, 6, 10, tzinfo=UTC), datetime(2026, 11, 1, 6, 8)),
        ("1:30", datetime(2026, 11, 1, 6, 10, tzinfo=UTC), datetime(2026, 11, 1, 5, 30)),
        # 02:30 was never shown this night: it was yesterday.
        ("2:30", datetime(2026, 3, 8, 8, 0, tzinfo=UTC), datetime(2026, 3, 7, 7, 30)),
        # Two minutes ahead are the tablet's clock, three are the day before.
        ("13:22", datetime(2026, 3, 10, 17, 20, tzinfo=UTC), datetime(2026, 3, 10, 17, 22)),
        ("13:23", datetime(2026, 3, 10, 17, 20, tzinfo=UTC), datetime(2026, 3, 9, 17, 23)),
    ],
)
def test_examples_in_new_york(typed: str, now: datetime, expected: datetime) -> None:
    said = clock_time(typed)
    assert said is not None
    assert moment(said, now, NEW_YORK) == expected.replace(tzinfo=UTC)


def test_a_time_that_the_clocks_skipped_is_none_on_that_day() -> None:
    now = datetime(2026, 3, 9, 12, tzinfo=UTC)
    assert moment(time(2, 30), now, NEW_YORK, date(2026, 3, 8)) is None
    assert moment(time(3, 30), now, NEW_YORK, date(2026, 3, 8)) is not None


def test_a_time_to_come_on_a_chosen_day_is_read_as_what_it_says() -> None:
    """So that it can be refused as being in the future."""
    now = datetime(2026, 3, 10, 14, tzinfo=UTC)
    read = moment(time(13, 0), now, NEW_YORK, date(2026, 3, 10))
    assert read == datetime(2026, 3, 10, 17, tzinfo=UTC)


COURSE = replace(observed(reading(15)), admitted_at=at(-30))


@pytest.mark.parametrize(
    ("minutes", "now", "is_asked"),
    [(40, 45, False), (40, 45.1, True), (-31, -31, False), (-33, -31, True), (300, 300, False)],
)
def test_a_time_is_read_back_when_it_lies_far_back_or_before_admission(
    minutes: float, now: float, is_asked: bool
) -> None:
    found = is_this_the_time(COURSE, at(minutes), at(now), "at", confirmed=None)
    assert (found is not None) is is_asked


@few
@given(st.integers(-600, 600), st.integers(-600, 600))
def test_a_confirmation_belongs_to_the_moment_it_was_given_for(asked: int, now: int) -> None:
    assume(now - asked > 5)
    moment_asked = at(asked)
    question = is_this_the_time(COURSE, moment_asked, at(now), "at", confirmed=None)
    assert question is not None
    assert (question.field, question.params["at"]) == ("at", moment_asked)
    assert is_this_the_time(COURSE, moment_asked, at(now), "at", confirmed=moment_asked) is None
    other = moment_asked + timedelta(minutes=1)
    assert is_this_the_time(COURSE, moment_asked, at(now), "at", confirmed=other) is not None


@pytest.mark.parametrize(
    ("minutes", "where"),
    [(-33, "before_admission"), (-31, "before_dose"), (-1, "before_dose"), (0, "after_dose")],
)
def test_where_a_time_lies(minutes: float, where: str) -> None:
    assert side(COURSE, at(minutes)) == where


def test_where_nothing_was_given_a_time_lies_nowhere() -> None:
    assert side(arrived(), at(0)) == ""
    assert not is_on_wrong_side(arrived(), at(0), is_predose=False)


@pytest.mark.parametrize(
    ("minutes", "is_predose", "is_wrong"),
    [(-3, False, True), (-2, False, False), (40, False, False), (3, True, True), (2, True, False),
     (-10, True, False)],
)  # fmt: skip
def test_a_reading_on_the_other_side_of_the_dose_is_told_apart(
    minutes: float, is_predose: bool, is_wrong: bool
) -> None:
    assert is_on_wrong_side(COURSE, at(minutes), is_predose=is_predose) is is_wrong


@pytest.mark.parametrize(
    ("facts", "minutes", "code", "other"),
    [
        (replace(arrived(reading(-10)), admitted_at=at(-30)), -33, "dose_before_admission", -30),
        (replace(arrived(reading(-10)), admitted_at=at(-30)), -13, "dose_before_predose", -10),
        (COURSE, 2, "dose_before_device", 5),
        (COURSE, -33, "dose_before_admission", -30),
    ],
)
def test_a_device_is_never_before_what_it_follows(
    facts: Any, minutes: float, code: str, other: float
) -> None:
    found = out_of_order(facts, at(minutes))
    assert found is not None
    assert (found.field, found.code, found.params["other"]) == ("started_at", code, at(other))


@pytest.mark.parametrize(
    ("facts", "minutes"),
    [
        (replace(arrived(reading(-10)), admitted_at=at(-30)), -12),
        (replace(arrived(reading(-20), reading(-3)), admitted_at=at(-30)), -10),
        (COURSE, 3),
        (COURSE, 10),
        (arrived(), 0),
    ],
)
def test_the_clocks_of_two_tablets_may_stand_apart(facts: Any, minutes: float) -> None:
    """And a device given before the latest check rests on the one before that."""
    assert out_of_order(facts, at(minutes)) is None
