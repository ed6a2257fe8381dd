"""When a monitoring form is asked for, and until when (CLINICAL 8, rule 30; hazard 37).

A form is asked of each outpatient session under the REMS in which a device was given, in whole or
in part. Days are calendar days in the zone of the site.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Literal

from monitoring.rules.facts import SessionFacts

DAYS = 7
WARNED_ON = (3, 5, 6)
"""On which days after the treatment a form that is not filed is named (CLINICAL 8, rule 30); on the
last day, and daily once it is overdue, too."""

FormState = Literal["none", "due", "overdue", "filed", "changed"]
"""`none`: no form is asked for. `changed`: filed, and the record says otherwise since."""
Left = Literal["due_at_once", "due_soon", "due_later"]
LEFT: dict[Left, int] = {"due_at_once": 1, "due_soon": 4, "due_later": DAYS}
"""The forms that are due, by the most days that are left."""


def is_asked_for(facts: SessionFacts) -> bool:
    """Whether the session needs a form: under the REMS, an outpatient, something given."""
    return facts.protocol.rems and not facts.is_inpatient and bool(facts.doses)


def due_at(treated_at: datetime, zone: tzinfo) -> datetime:
    """The end of the seventh calendar day after `treated_at`: the first moment, in UTC, at which
    the form is overdue."""
    return due_with(DAYS, treated_at, zone)


def days_left(due: datetime, now: datetime, zone: tzinfo) -> int:
    """How many calendar days are left: 7 on the day of treatment, 0 on the last day, negative once
    it is overdue."""
    return (_last_day(due, zone) - now.astimezone(zone).date()).days


def due_with(left: int, now: datetime, zone: tzinfo) -> datetime:
    """When a form is overdue that has so many calendar days left `now`."""
    day = now.astimezone(zone).date() + timedelta(days=left + 1)
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


def days_late(due: datetime, filed_on: date, zone: tzinfo) -> int:
    """How many calendar days after the last one the form was filed; 0 where it was in time."""
    return max((filed_on - _last_day(due, zone)).days, 0)


def _last_day(due: datetime, zone: tzinfo) -> date:
    return (due - timedelta(microseconds=1)).astimezone(zone).date()


def is_named(left: int) -> bool:
    """Whether a form with so many days left is named to those who file, today."""
    return left <= 0 or DAYS - left in WARNED_ON


def state(due: datetime | None, *, is_filed: bool, is_changed: bool, now: datetime) -> FormState:
    if is_filed:
        return "changed" if is_changed else "filed"
    if due is None:
        return "none"
    return "overdue" if now >= due else "due"
