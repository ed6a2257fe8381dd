"""Days and times are shown in one way, in the site's zone."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template
from django.utils import timezone

from clinic.pages import moments

AT = datetime(2026, 3, 10, 23, 30, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("day", "11-Mar-2026"),
        ("clock", "12:30"),
        ("clock_seconds", "12:30:09"),
        ("day_clock", "11-Mar-2026 12:30"),
        ("day_clock_seconds", "11-Mar-2026 12:30:09"),
    ],
)
def test_a_moment_is_shown_in_the_zone_of_the_site_by_code_and_by_template(
    name: str, shown: str
) -> None:
    with timezone.override(ZoneInfo("Pacific/Auckland")):
        assert getattr(moments, name)(AT) == shown
        assert Template(f"{{{{ at|{name} }}}}").render(Context({"at": AT})) == shown
        assert getattr(moments, name)(None) == ""


def test_a_day_is_the_same_everywhere() -> None:
    with timezone.override(ZoneInfo("Pacific/Auckland")):
        assert moments.day(date(1958, 7, 14)) == "14-Jul-1958"


def test_a_script_is_told_a_moment_with_its_difference_from_utc() -> None:
    with timezone.override(ZoneInfo("Pacific/Auckland")):
        assert moments.iso(AT) == "2026-03-11T12:30:09+13:00"
        assert moments.iso(None) == ""
