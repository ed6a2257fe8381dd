"""What a session came to, in a few numbers: peaks, rise, lowest, highest, and when it was over.

Each measure by itself: the highest systolic and the highest diastolic are seldom of one reading,
and together would be a pressure that no one measured. Nothing here decides; the limits are those of
CLINICAL 8, rules 5, 13 and 17.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from monitoring.rules.facts import ReadingFacts, SessionFacts
from monitoring.rules.measures import Number


@dataclass(frozen=True, slots=True)
class Extreme:
    """The highest or lowest value of one field, in the reading that first had it, and its minutes
    after the first dose. `change` is since the pre-dose reading, where that has a value."""

    value: Number
    minutes: int
    change: Number | None
    reading: ReadingFacts


@dataclass(frozen=True, slots=True)
class Resolution:
    """When sedation and dissociation were over: `minutes` after the first dose where they are."""

    state: Literal["never_affected", "resolved", "not_resolved"]
    minutes: int | None = None


@dataclass(frozen=True, slots=True)
class Summary:
    systolic: Extreme | None
    diastolic: Extreme | None
    spo2: Extreme | None
    sedation: Extreme | None
    dissociation: Extreme | None
    resolution: Resolution | None


def summary(facts: SessionFacts) -> Summary:
    """The strip of a session from its first dose on; None for what was not measured."""
    return Summary(
        systolic=highest(facts, "systolic"),
        diastolic=highest(facts, "diastolic"),
        spo2=lowest(facts, "spo2"),
        sedation=lowest(facts, "sedation"),
        dissociation=highest(facts, "dissociation"),
        resolution=resolution(facts),
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


def resolution(facts: SessionFacts) -> Resolution | None:
    """When both scales were back at MOAA/S 5 and 0, and stayed there (CLINICAL 8, rule 5)."""
    over = [_over(facts, field) for field in ("sedation", "dissociation")]
    if all(found is None for found in over):
        return None
    affected = [found for found in over if found is not None and found.is_affected]
    if not affected:
        return Resolution("never_affected")
    ends = [found.ended_at for found in affected if found.ended_at is not None]
    if len(ends) < len(affected):
        return Resolution("not_resolved")
    return Resolution("resolved", facts.minutes(max(ends)))


@dataclass(frozen=True, slots=True)
class _Over:
    is_affected: bool
    ended_at: datetime | None = None


def _over(facts: SessionFacts, field: str) -> _Over | None:
    """Of one scale: whether it was ever affected, and the first value after that was over."""
    p = facts.protocol
    found = [(r.taken_at, v) for r in facts.after_dose if (v := r.value(field)) is not None]
    if not found:
        return None
    is_over = [
        value >= p.clearance_sedation if field == "sedation" else value <= p.clearance_dissociation
        for _, value in found
    ]
    if all(is_over):
        return _Over(is_affected=False)
    first_over = len(is_over) - is_over[::-1].index(False)
    ended_at = found[first_over][0] if first_over < len(found) else None
    return _Over(is_affected=True, ended_at=ended_at)


def earliest_ready(facts: SessionFacts) -> int:
    """Minutes after the first dose before which no one can have found the patient ready: those of
    the first reading after it (CLINICAL 8, rule 31)."""
    first = next(iter(facts.after_dose), None)
    return (facts.minutes(first.taken_at) or 0) if first else 0
