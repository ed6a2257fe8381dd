"""What someone else recorded while a reading's form was open, so that two tablets meet.

CLINICAL 7, hazard 4: one measurement that is recorded twice is never taken for two. Whoever comes
second is shown the first and says whether both are meant.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from monitoring.rules.facts import ReadingFacts, SessionFacts
from monitoring.rules.filling import brings, filling, on_time, representative, with_reading
from monitoring.rules.repeats import repeats


def taken_meanwhile(
    facts: SessionFacts,
    reading: ReadingFacts,
    through_seq: int | None,
    now: datetime,
    known: Collection[UUID] = (),
) -> ReadingFacts | None:
    """The reading that has the place which `reading` had when its form was shown, at the fact
    `through_seq`: a slot, a repeat, or the one before the dose. None where nobody came between;
    what the same person had entered, `known`, is nobody else's.

    CLINICAL 7, hazard 4.
    """
    if through_seq is None:
        return None
    later = [r for r in facts.standing_readings if r.seq > through_seq and r.id not in known]
    if not later:
        return None
    if not facts.is_after_dose(reading):
        return next((r for r in reversed(later) if not facts.is_after_dose(r)), None)
    then = (r for r in facts.readings if r.seq <= through_seq or r.id in known)
    shown = replace(facts, readings=tuple(then))
    return _in_slot(facts, shown, reading) or _in_repeat(facts, shown, reading, now)


def _in_slot(
    facts: SessionFacts, shown: SessionFacts, reading: ReadingFacts
) -> ReadingFacts | None:
    minutes = filling(with_reading(shown, reading)).homes.get(reading.id)
    if minutes is None or brings(facts, reading):
        return None
    return representative(filling(facts).of(minutes))


def _in_repeat(
    facts: SessionFacts, shown: SessionFacts, reading: ReadingFacts, now: datetime
) -> ReadingFacts | None:
    met = {(r.because, r.about): r.reading for r in repeats(facts, now) if r.reading}
    then = repeats(with_reading(shown, reading), now)
    own = [(r.because, r.about) for r in then if r.reading and r.reading.id == reading.id]
    return next((met[key] for key in own if key in met), None)


def moved_onto(
    facts: SessionFacts, reading: ReadingFacts, replaces: UUID
) -> tuple[int, ReadingFacts] | None:
    """The slot to which a correction of the time moves `reading`, and what stands for it already,
    where one of the two would then fill none. None where the slot was its own, both fill one, or
    the new time is beyond that slot's: then it is one between two.

    CLINICAL 7, hazard 4.
    """
    others = facts.without(replaces)
    minutes = filling(replace(others, readings=(reading,))).homes.get(reading.id)
    if minutes is None or filling(facts).homes.get(replaces) == minutes:
        return None
    if (facts.minutes(reading.taken_at) or 0) > on_time(facts.protocol, minutes)[1]:
        return None
    theirs = representative(filling(others).of(minutes))
    homes = filling(with_reading(others, reading)).homes
    is_pushed_out = theirs is not None and not {reading.id, theirs.id} <= homes.keys()
    return (minutes, theirs) if theirs is not None and is_pushed_out else None
