"""Until when a monitoring form is to be filed: seven calendar days, at the site."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.rules.form_due import (
    days_late,
    days_left,
    due_at,
    due_with,
    is_asked_for,
    is_named,
    state,
)
from monitoring.rules.protocol import KETAMINE_IV, SPRAVATO_EU
from tests.rules.samples import dose, observed

NEW_YORK = "America/New_York"


def local(text: str, zone: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(
    ("treated", "overdue", "zone"),
    [
        ("2026-06-01T00:00", "2026-06-09T00:00", NEW_YORK),
        ("2026-06-01T10:00", "2026-06-09T00:00", NEW_YORK),
        ("2026-06-01T23:59", "2026-06-09T00:00", NEW_YORK),
        ("2026-06-02T00:00", "2026-06-10T00:00", NEW_YORK),
        # The clocks go forward on 8 March and back on 1 November.
        ("2026-03-05T10:00", "2026-03-13T00:00", NEW_YORK),
        ("2026-10-29T10:00", "2026-11-06T00:00", NEW_YORK),
        # On the very day of the change: from midnight on.
        ("2026-02-28T10:00", "2026-03-08T00:00", NEW_YORK),
        ("2026-10-24T10:00", "2026-11-01T00:00", NEW_YORK),
        ("2026-06-01T23:59", "2026-06-09T00:00", "Pacific/Honolulu"),
        ("2026-06-01T23:59", "2026-06-09T00:00", "Pacific/Kiritimati"),
        ("2026-12-28T10:00", "2027-01-05T00:00", "America/Puerto_Rico"),
    ],
)
def test_a_form_is_due_until_the_end_of_the_seventh_day(
    treated: str, overdue: str, zone: str
) -> None:
    at, ends = local(treated, zone), local(overdue, zone)
    due = due_at(at.astimezone(UTC), ZoneInfo(zone))
    assert due == ends
    last_second = (ends - timedelta(seconds=1)).astimezone(UTC)
    assert state(due, is_filed=False, is_changed=False, now=last_second) == "due"
    assert state(due, is_filed=False, is_changed=False, now=due) == "overdue"
    tz = ZoneInfo(zone)
    assert (days_left(due, at.astimezone(UTC), tz), days_left(due, last_second, tz)) == (7, 0)
    assert days_left(due, due, tz) == -1


def test_a_midnight_that_the_clocks_skip_is_the_moment_at_which_they_do() -> None:
    """In Santiago the clocks go from 24:00 to 1:00 on 6 September 2026."""
    zone = ZoneInfo("America/Santiago")
    due = due_at(local("2026-08-29T12:00", zone.key), zone)
    assert due.astimezone(zone).isoformat() == "2026-09-06T01:00:00-03:00"
    assert (due - timedelta(seconds=1)).astimezone(zone).date().isoformat() == "2026-09-05"
    assert days_left(due, due - timedelta(seconds=1), zone) == 0


@pytest.mark.parametrize(
    ("left", "is_so"),
    [(7, False), (6, False), (5, False), (4, True), (3, False), (2, True), (1, True), (0, True),
     (-1, True), (-2, True), (-30, True)],
)  # fmt: skip
def test_it_is_named_on_days_3_5_and_6_on_the_last_and_daily_when_overdue(
    left: int, is_so: bool
) -> None:
    assert is_named(left) is is_so


@given(
    st.datetimes(datetime(2024, 1, 1), datetime(2031, 1, 1)),
    st.sampled_from([NEW_YORK, "America/Santiago", "Pacific/Kiritimati", "Australia/Lord_Howe"]),
    st.integers(-30, 7),
)
def test_a_form_with_so_many_days_left_is_overdue_when_they_are_over(
    now: datetime, zone: str, left: int
) -> None:
    at, tz = now.replace(tzinfo=UTC), ZoneInfo(zone)
    due = due_with(left, at, tz)
    assert days_left(due, at, tz) == left
    assert days_left(due, due - timedelta(microseconds=1), tz) == 0
    assert days_left(due, due, tz) == -1


def test_what_is_filed_is_neither_due_nor_overdue() -> None:
    now = datetime(2026, 6, 20, tzinfo=UTC)
    due = now - timedelta(days=9)
    assert state(due, is_filed=True, is_changed=False, now=now) == "filed"
    assert state(due, is_filed=True, is_changed=True, now=now) == "changed"
    assert state(None, is_filed=False, is_changed=False, now=now) == "none"


def test_a_form_is_asked_of_an_outpatient_under_the_rems_who_was_given_something() -> None:
    facts = observed()
    assert is_asked_for(facts)
    assert is_asked_for(replace(facts, doses=(dose(0, 1, mg=14.0, is_complete=False),)))
    assert not is_asked_for(replace(facts, doses=()))
    assert not is_asked_for(replace(facts, is_inpatient=True))
    for other in (SPRAVATO_EU, KETAMINE_IV):
        assert not is_asked_for(replace(facts, protocol=other))


@pytest.mark.parametrize(
    ("filed_on", "days"),
    [(date(2026, 6, 1), 0), (date(2026, 6, 8), 0), (date(2026, 6, 9), 1), (date(2026, 6, 18), 10)],
)
def test_a_form_is_filed_late_from_the_day_after_the_last_on(filed_on: date, days: int) -> None:
    zone = ZoneInfo(NEW_YORK)
    assert days_late(due_at(local("2026-06-01T23:59", NEW_YORK), zone), filed_on, zone) == days
