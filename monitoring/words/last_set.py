"""What was measured last, as the board's card and the head of the session show it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitoring.rules.facts import ReadingFacts, SessionFacts
from monitoring.rules.flags import outside_now
from monitoring.rules.measures import OBSERVATIONS
from monitoring.rules.predose import outside_before_dose
from monitoring.words.readings import column
from monitoring.words.values import beside, change, value

SHOWN = ("blood_pressure", "spo2", "sedation", "dissociation")
IF_OUTSIDE = ("heart_rate", "respiratory_rate")
"""Shown only while the last value is outside its limits: the card has little room."""


@dataclass(frozen=True, slots=True)
class Value:
    """The last value of one observation. `change` is since the pre-dose reading, `beside` what the
    value cannot be read without. `older` is when it was taken, where that was before the newest of
    the set."""

    name: str
    text: str
    unit: str
    change: str = ""
    beside: str = ""
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
    found = [(o, r) for o in (*SHOWN, *IF_OUTSIDE) if (r := newest(facts, o)) is not None]
    if not any(observation in SHOWN for observation, _ in found):
        return None
    at = max(reading.taken_at for _, reading in found)
    outside = set(outside_now(facts))
    values = [(o, _value(facts, o, r, at, outside)) for o, r in found]
    return LastSet(tuple(v for o, v in values if o in SHOWN or v.is_outside), at)


def newest(facts: SessionFacts, observation: str) -> ReadingFacts | None:
    """The last reading that has a value of `observation`, while the patient was here."""
    standing = (r for r in reversed(facts.standing_readings) if not r.after_departure)
    return next((r for r in standing if r.has_value(observation)), None)


def _value(
    facts: SessionFacts, observation: str, reading: ReadingFacts, at: datetime, outside: set[str]
) -> Value:
    heading = column(OBSERVATIONS[observation], facts.protocol)
    fields = OBSERVATIONS[observation].fields
    is_after = facts.is_after_dose(reading)
    before = {flag.field for flag in outside_before_dose(facts.protocol, reading)}
    return Value(
        name=heading.name,
        text=value(reading.values, OBSERVATIONS[observation]),
        unit=heading.unit,
        change=_change(facts, reading, fields) if is_after else "",
        beside=beside(reading.values, OBSERVATIONS[observation]),
        older=reading.taken_at if reading.taken_at != at else None,
        is_outside=bool((outside if is_after else before) & set(fields)),
    )


def _change(facts: SessionFacts, reading: ReadingFacts, fields: tuple[str, ...]) -> str:
    """+28/+14 for a blood pressure; empty for the rest, and where there is no pre-dose value."""
    if "systolic" not in fields or facts.predose is None:
        return ""
    pairs = [(reading.value(field), facts.predose.value(field)) for field in fields]
    if any(now is None or before is None for now, before in pairs):
        return ""
    return "/".join(change((now or 0) - (before or 0)) for now, before in pairs)
