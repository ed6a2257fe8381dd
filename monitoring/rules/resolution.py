"""When sedation and dissociation were over (CLINICAL 2 and 8, rule 5).

Over at the first reading that is at the level of before the dose or better, and is not followed by
a worse one. The numbers inform and are reported; the gate asks for the criteria of the protocol
themselves.

What is decided here:

- A patient who came sedated (MOAA/S 4 before the dose) is back at 4; the level is told with it.
- Where the pre-dose reading has no such value, the level is the protocol's criterion, as of one
  who came unaffected.
- What never was worse than the level did not have to resolve; what still is worse at the last
  reading before the patient left has not resolved.
- Only what counts is read: no struck reading, of a corrected one the correction, nothing that was
  first entered after the patient had left. A scale that was not done says nothing: the reading
  before and after it decide.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from monitoring.rules.facts import SessionFacts
from monitoring.rules.measures import Number

Scale = Literal["sedation", "dissociation"]


@dataclass(frozen=True, slots=True)
class Resolution:
    """When one scale was over: `at`, and so many whole `minutes` after the first dose, where it
    is. `level` is what it was compared with; `is_own` says that this is the patient's own, of
    before the dose."""

    state: Literal["never_affected", "resolved", "not_resolved"]
    level: Number
    is_own: bool
    at: datetime | None = None
    minutes: int | None = None


def resolution(facts: SessionFacts, scale: Scale) -> Resolution | None:
    """None before the first dose, and where the scale was not rated after it."""
    rated = [(r.taken_at, v) for r in facts.after_dose if (v := r.value(scale)) is not None]
    if not rated:
        return None
    own = facts.predose.value(scale) if facts.predose else None
    level = unaffected(facts, scale) if own is None else own
    worse = [number for number, (_at, value) in enumerate(rated) if _is_worse(scale, value, level)]
    if not worse:
        return Resolution("never_affected", level, own is not None)
    if worse[-1] == len(rated) - 1:
        return Resolution("not_resolved", level, own is not None)
    at = rated[worse[-1] + 1][0]
    return Resolution("resolved", level, own is not None, at, facts.minutes(at))


def unaffected(facts: SessionFacts, scale: Scale) -> Number:
    """What the protocol asks of the scale at clearance (CLINICAL 8, rule 5)."""
    p = facts.protocol
    return p.clearance_sedation if scale == "sedation" else p.clearance_dissociation


def _is_worse(scale: Scale, value: Number, level: Number) -> bool:
    """MOAA/S falls with sedation; dissociation rises."""
    return value < level if scale == "sedation" else value > level
