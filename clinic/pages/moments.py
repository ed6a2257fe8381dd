"""Days and times as every page shows them: 14-Jul-1958, 14:05, in the zone of the request's site.

Each is a function for code and, without loading anything, a filter in templates.
"""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language

register = template.Library()

DAY = "d-M-Y"


@register.filter
def day(value: date | None) -> str:
    """A day, or the day of a moment: 14-Jul-1958; empty for None."""
    if not value:
        return ""
    on = timezone.localtime(value).date() if isinstance(value, datetime) else value
    return _day(on, get_language())


@lru_cache(maxsize=4096)
def _day(on: date, _language: str) -> str:
    """Kept: a page names the same few days many times, and Django reads the pattern each time."""
    return date_format(on, DAY)


@register.filter
def clock(value: datetime | None) -> str:
    """The time of day of a moment: 14:05."""
    return f"{timezone.localtime(value):%H:%M}" if value else ""


@register.filter
def clock_seconds(value: datetime | None) -> str:
    """The time of day to the second: 14:05:09."""
    return f"{timezone.localtime(value):%H:%M:%S}" if value else ""


@register.filter
def day_clock(value: datetime | None) -> str:
    """Day and time: 14-Jul-1958 14:05."""
    return f"{day(value)} {clock(value)}" if value else ""


@register.filter
def day_clock_seconds(value: datetime | None) -> str:
    """Day and time to the second: 14-Jul-1958 14:05:09."""
    return f"{day(value)} {clock_seconds(value)}" if value else ""


@register.filter
def iso(value: datetime | None) -> str:
    """A moment for a script of the page: 2026-07-14T14:05:09.000012+02:00."""
    return timezone.localtime(value).isoformat() if value else ""
