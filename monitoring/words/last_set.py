"""What was measured last, as the board's card and the head of the session show it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitoring.rules.facts import ReadingFacts, SessionFacts
from monitoring.rules.flags import outside_now
from monitoring.rules.measures import OBSERVATIONS, Number
from monitoring.rules.readiness import is_outside_guide
from monitoring.words.readings import column

SHOWN = ("blood_pressure", "spo2", "sedation", "dissociation")


@dataclass(frozen=True, slots=True)
class Value:
    """The last value of one observation. `change` is since the pre-dose reading. `older` is when
    it was taken, where that was before the newest of the set."""

    name: str
    text: str
    unit: str
    change: str = ""
    older: datetime | None = None
    is_outside: bool = False


@dataclass(frozen=True, slots=True)
class LastSet:
    values: tuple[Value, ...]
    at: datetime


def last_set(facts: SessionFacts) -> LastSet | None:
    """The last value of each observation that is shown; None before anything was measured.

    A value outside its range is marked while it is the last one, answered or not.
    """
    found = [(o, r) for o in SHOWN if (r := _newest(facts, o)) is not None]
    if not found:
        return None
    at = max(reading.taken_at for _, reading in found)
    outside = set(outside_now(facts))
    return LastSet(tuple(_value(facts, o, r, at, outside) for o, r in found), at)


def _newest(facts: SessionFacts, observation: str) -> ReadingFacts | None:
    standing = (r for r in reversed(facts.standing_readings) if not r.after_departure)
    return next((r for r in standing if r.has_value(observation)), None)


def _value(
    facts: SessionFacts, observation: str, reading: ReadingFacts, at: datetime, outside: set[str]
) -> Value:
    heading = column(OBSERVATIONS[observation], facts.protocol)
    fields = OBSERVATIONS[observation].fields
    is_after = facts.is_after_dose(reading)
    return Value(
        name=heading.name,
        text="/".join(str(reading.value(field)) for field in fields),
        unit=heading.unit,
        change=_change(facts, reading, fields) if is_after else "",
        older=reading.taken_at if reading.taken_at != at else None,
        is_outside=bool(outside & set(fields))
        if is_after
        else "systolic" in fields and is_outside_guide(facts, reading),
    )


def _change(facts: SessionFacts, reading: ReadingFacts, fields: tuple[str, ...]) -> str:
    """+28/+14 for a blood pressure; empty for the rest, and where there is no pre-dose value."""
    if "systolic" not in fields or facts.predose is None:
        return ""
    pairs = [(reading.value(field), facts.predose.value(field)) for field in fields]
    if any(now is None or before is None for now, before in pairs):
        return ""
    return "/".join(_signed((now or 0) - (before or 0)) for now, before in pairs)


def _signed(change: Number) -> str:
    return f"{change:+}".replace("-", "−") if change else "±0"
