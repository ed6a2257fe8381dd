"""Days and times as every page shows them: 14-Jul-1958, 14:05, in the zone of the request's site.

Each is a function for code and, without loading anything, a filter in templates.
"""

from __future__ import annotations

from datetime import date, datetime

from django import template
from django.utils import timezone
from django.utils.formats import date_format

register = template.Library()

DAY, CLOCK, SECONDS = "d-M-Y", "H:i", "H:i:s"


def _shown(value: date | None, pattern: str) -> str:
    if not value:
        return ""
    if isinstance(value, datetime):
        value = timezone.localtime(value)
    return date_format(value, pattern)


@register.filter
def day(value: date | None) -> str:
    """A day, or the day of a moment: 14-Jul-1958; empty for None."""
    return _shown(value, DAY)


@register.filter
def clock(value: datetime | None) -> str:
    """The time of day of a moment: 14:05."""
    return _shown(value, CLOCK)


@register.filter
def clock_seconds(value: datetime | None) -> str:
    """The time of day to the second: 14:05:09."""
    return _shown(value, SECONDS)


@register.filter
def day_clock(value: datetime | None) -> str:
    """Day and time: 14-Jul-1958 14:05."""
    return _shown(value, f"{DAY} {CLOCK}")


@register.filter
def day_clock_seconds(value: datetime | None) -> str:
    """Day and time to the second: 14-Jul-1958 14:05:09."""
    return _shown(value, f"{DAY} {SECONDS}")
