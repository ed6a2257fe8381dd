"""Whether the server's clock jumped while a session was recorded.

Facts are in the order of `seq`, whatever the clock says. A clock that was ahead leaves entries
that are dated in the future. One that went back leaves an entry that is dated before the one that
it follows. Neither makes a verb refuse; the pages show both (CLINICAL 7, hazard 31).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitoring.rules.facts import CLOCKS_APART, ReadingFacts, SessionFacts
from monitoring.rules.once import once

_SETTLED = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class WentBack:
    """An entry dated `at` follows one that is dated later, at `was`."""

    at: datetime
    was: datetime


@once
def recorded_times(facts: SessionFacts) -> list[datetime]:
    """When each fact, signature and departure was recorded, in their order.

    A signature follows the last fact that it covers; after the departure come late entries.
    """
    moments = [
        *((a.seq, a.at) for a in facts.admissions),
        *((d.seq, d.at) for d in facts.decisions),
        *((d.seq, d.recorded_at) for d in facts.doses),
        *((r.seq, r.received_at) for r in facts.readings if not _is_late(r)),
        *((e.seq, e.recorded_at) for e in facts.events if not e.after_departure),
        *((c.through_seq + 0.5, c.signed_at) for c in facts.clearances),
    ]
    late = [
        *((r.seq, r.received_at) for r in facts.readings if _is_late(r)),
        *((e.seq, e.recorded_at) for e in facts.events if e.after_departure),
    ]
    left = [facts.departure.recorded_at] if facts.departure else []
    in_order = [at for _, at in sorted(moments)]
    return [*in_order, *left, *(at for _, at in sorted(late))]


def settled_at(facts: SessionFacts) -> datetime:
    """A time after which nothing of a session that has ended changes by itself: what was not
    answered then stays unanswered, and no clock is behind the record any more. It has a fact, or a
    departure."""
    return max(recorded_times(facts)) + _SETTLED


def _is_late(reading: ReadingFacts) -> bool:
    return reading.after_departure or reading.corrected_after_departure


def went_back(facts: SessionFacts) -> Iterator[WentBack]:
    """Each time that the clock went back by more than two clocks may differ."""
    latest: datetime | None = None
    for at in recorded_times(facts):
        if latest is not None and at < latest - CLOCKS_APART:
            yield WentBack(at, latest)
            latest = at
        latest = at if latest is None else max(latest, at)


def ahead(facts: SessionFacts, now: datetime) -> datetime | None:
    """The latest time of the record, where it lies in the future of `now`; None elsewhere."""
    latest = max(recorded_times(facts), default=now)
    return latest if latest > now + CLOCKS_APART else None
