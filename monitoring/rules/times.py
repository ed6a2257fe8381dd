"""A time as a person types it, and what is asked about the moment that was understood.

Times are aware UTC datetimes. Only moments that the site's clocks really showed are meant: on the
night they go forward an hour is missing, on the night they go back one is shown twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Literal

from clinic.message import Message
from monitoring.rules.facts import CLOCKS_APART, SessionFacts
from monitoring.rules.lateness import is_late

TYPED = re.compile(
    r"(?P<hour>[0-9]{1,2})\s*(?:(?P<sign>[:.])\s*)?(?P<minute>[0-9]{2})\s*"
    r"(?:(?P<half>[ap])\.?\s*m\.?)?",
    re.IGNORECASE,
)
DAYS_BACK = 3
"""How far back a time without a day is looked for: on a night the clocks go forward, the time that
was typed may have been shown last on the day before."""

Side = Literal["before_admission", "before_dose", "after_dose", ""]


def clock_time(text: str) -> time | None:
    """The time of day that `text` names: "13:20", "13.20", "1320", "1:20 pm"; None for any other.

    "1:20" is twenty past one at night. Numbers above twelve, and zero, take no am or pm.
    """
    match = TYPED.fullmatch(text.strip())
    if match is None:
        return None
    hour, minute, half = int(match["hour"]), int(match["minute"]), (match["half"] or "").lower()
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "p" else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


def moment(typed: time, now: datetime, zone: tzinfo, day: date | None = None) -> datetime | None:
    """The latest moment at which clocks in `zone` showed `typed` and that is not in the future.

    Two minutes ahead are not yet future: the tablet's clock may run ahead of the server's. With
    `day` it is the latest such moment of that day, or its first where all of them are to come.
    The minute that is shown now is `now` itself. None where the clocks skipped this time.
    """
    shown = now.astimezone(zone)
    if (shown.hour, shown.minute) == (typed.hour, typed.minute) and day in {None, shown.date()}:
        return now
    tomorrow = shown.date() + timedelta(days=1)
    days = [day] if day else [tomorrow - timedelta(days=n) for n in range(DAYS_BACK + 2)]
    found = sorted({at for d in days for at in _shown_at(d, typed, zone)})
    past = [at for at in found if at <= now + CLOCKS_APART]
    if past:
        return past[-1]
    return found[0] if day and found else None


def _shown_at(day: date, typed: time, zone: tzinfo) -> Iterator[datetime]:
    """Each moment at which the clocks show `typed` on `day`: one, two, or none."""
    for fold in (0, 1):
        local = datetime.combine(day, typed, tzinfo=zone).replace(fold=fold)
        at = local.astimezone(UTC)
        back = at.astimezone(zone)
        if (back.date(), back.hour, back.minute) == (day, typed.hour, typed.minute):
            yield at


def future(at: datetime, now: datetime, field: str) -> Message | None:
    """What is said at `field` of a time further ahead than clocks stand apart; None of another."""
    if at <= now + CLOCKS_APART:
        return None
    return Message("future", {"at": at, "now": now}, field)


def side(facts: SessionFacts, at: datetime) -> Side:
    """Where `at` lies: before admission, before or after the first dose; empty where there is
    neither."""
    if facts.admitted_at is not None and at < facts.admitted_at - CLOCKS_APART:
        return "before_admission"
    first = facts.first_dose_at
    if first is None:
        return ""
    return "before_dose" if at < first else "after_dose"


def is_this_the_time(
    facts: SessionFacts,
    at: datetime,
    now: datetime,
    field: str,
    *,
    confirmed: datetime | None,
    is_on_wrong_side: bool = False,
    window_ends_at: datetime | None = None,
) -> Message | None:
    """The moment read back as a question at `field`, before it counts; None where it is plain.

    Asked where it lies further back than a late entry, before admission, or on the other side of
    the dose than what it is entered for. A confirmation belongs to the very moment it was given
    for. `window_ends_at` is told with it, where the moment begins the window (CLINICAL 7, hazards
    5 and 32).
    """
    where = side(facts, at)
    is_plain = not (
        is_late(facts.protocol, at, now) or where == "before_admission" or is_on_wrong_side
    )
    if is_plain or at == confirmed:
        return None
    params = {
        "at": at,
        "now": now,
        "side": where,
        "minutes": facts.minutes(at),
        "window_ends_at": window_ends_at,
    }
    return Message("is_this_the_time", params, field)


def is_on_wrong_side(facts: SessionFacts, at: datetime, *, is_predose: bool) -> bool:
    """Whether a reading taken for before the dose, or for after it, lies on the other side."""
    first = facts.first_dose_at
    if first is None:
        return False
    if is_predose:
        return at > first + CLOCKS_APART
    return at < first - CLOCKS_APART
