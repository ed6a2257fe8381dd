"""What page 1 tells of what was entered in error: every other rule reads only what stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from monitoring.rules.dose_facts import DoseFacts
from monitoring.rules.facts import (
    AdmissionFacts,
    DecisionFacts,
    EventFacts,
    ReadingFacts,
    SessionFacts,
)
from monitoring.rules.flags import Flagged, flagged
from monitoring.rules.mended import StruckFacts

F = TypeVar("F")


def happened_at(struck: StruckFacts) -> datetime:
    """When what was struck was said to have been; where that is not known, when it was struck."""
    fact = struck.fact
    if isinstance(fact, DoseFacts):
        return fact.started_at
    if isinstance(fact, ReadingFacts):
        return fact.taken_at
    if isinstance(fact, AdmissionFacts | DecisionFacts | EventFacts):
        return fact.at
    return struck.at


def flags_struck(facts: SessionFacts) -> list[Flagged]:
    """Flagged readings and events that were struck before anyone was informed of them.

    A wrong entry and one that was explained away look alike, so both are told (CLINICAL 7, hazards
    9 and 40). Each is judged as if it still stood, beside the doses that were struck.
    """
    gone = [s.fact for s in facts.struck if not s.waits]
    if not gone:
        return []
    doses = sorted(
        [*facts.doses, *(d for d in _of(DoseFacts, gone) if not d.has_failed)], key=lambda d: d.seq
    )
    readings = sorted([*facts.readings, *_of(ReadingFacts, gone)], key=lambda r: r.seq)
    events = sorted([*facts.events, *_of(EventFacts, gone)], key=lambda e: e.seq)
    entered = replace(
        facts, doses=tuple(doses), readings=tuple(readings), events=tuple(events), struck=()
    )
    ids = {fact.id for fact in gone if isinstance(fact, ReadingFacts | EventFacts)}
    return [f for f in flagged(entered) if f.fact.id in ids and f.needs_answer]


def _of(kind: type[F], facts: Iterable[object]) -> list[F]:
    return [fact for fact in facts if isinstance(fact, kind)]
