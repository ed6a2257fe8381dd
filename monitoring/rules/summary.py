"""What a session came to, in a few numbers: peaks, rise, lowest, highest, and when it was over.

Each measure by itself: the highest systolic and the highest diastolic are seldom of one reading,
and together would be a pressure that no one measured. Nothing here decides; the limits are those of
CLINICAL 8, rules 5, 13 and 17.
"""

from __future__ import annotations

from dataclasses import dataclass

from monitoring.rules.facts import ReadingFacts, SessionFacts
from monitoring.rules.measures import Number
from monitoring.rules.resolution import Resolution, resolution


@dataclass(frozen=True, slots=True)
class Extreme:
    """The highest or lowest value of one field, in the reading that first had it, and its minutes
    after the first dose. `change` is since the pre-dose reading, where that has a value."""

    value: Number
    minutes: int
    change: Number | None
    reading: ReadingFacts


@dataclass(frozen=True, slots=True)
class Summary:
    systolic: Extreme | None
    diastolic: Extreme | None
    spo2: Extreme | None
    sedation: Extreme | None
    dissociation: Extreme | None
    sedation_over: Resolution | None
    dissociation_over: Resolution | None


def summary(facts: SessionFacts) -> Summary:
    """The strip of a session from its first dose on; None for what was not measured."""
    return Summary(
        systolic=highest(facts, "systolic"),
        diastolic=highest(facts, "diastolic"),
        spo2=lowest(facts, "spo2"),
        sedation=lowest(facts, "sedation"),
        dissociation=highest(facts, "dissociation"),
        sedation_over=resolution(facts, "sedation"),
        dissociation_over=resolution(facts, "dissociation"),
    )


def highest(facts: SessionFacts, field: str) -> Extreme | None:
    """The highest `field` after the dose, when it was first reached."""
    return _extreme(facts, field, 1)


def lowest(facts: SessionFacts, field: str) -> Extreme | None:
    """The lowest `field` after the dose, when it was first reached."""
    return _extreme(facts, field, -1)


def _extreme(facts: SessionFacts, field: str, sign: int) -> Extreme | None:
    found = [(v, r) for r in facts.after_dose if (v := r.value(field)) is not None]
    if not found:
        return None
    value, reading = max(found, key=lambda pair: pair[0] * sign)
    base = facts.predose.value(field) if facts.predose else None
    change = None if base is None else value - base
    return Extreme(value, facts.minutes(reading.taken_at) or 0, change, reading)


def earliest_ready(facts: SessionFacts) -> int:
    """Minutes after the first dose before which no one can have found the patient ready: those of
    the first reading after it (CLINICAL 8, rule 31)."""
    first = next(iter(facts.after_dose), None)
    return (facts.minutes(first.taken_at) or 0) if first else 0
