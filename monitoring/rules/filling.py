"""Which reading fills which slot: by when it was taken, whichever form it was typed into.

For each observation the first value that comes in a slot's time counts; a reason why there is none
counts only while no value comes. An attempt uses no slot up, and a reading that is taken away
frees its slot again, since nothing of this is stored (CLINICAL 8, rules 6, 7 and 8).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from monitoring.rules.facts import CLOCKS_APART, ReadingFacts, SessionFacts, whole_minutes
from monitoring.rules.measures import OBSERVATIONS
from monitoring.rules.once import once
from monitoring.rules.protocol import REMS_CHECK_MINUTES, Protocol

MANDATORY: frozenset[int] = frozenset({REMS_CHECK_MINUTES})
"""Slots whose blood pressure is taken or coded, never passed over (CLINICAL 8, rule 6)."""

PRESSURE = "blood_pressure"
Answers = dict[str, ReadingFacts]


@dataclass(frozen=True, slots=True)
class Filling:
    """`homes` is by reading the slot that it is for, one that is additional is left out; `answers`
    by slot and observation the reading that measured it, or said why not."""

    homes: Mapping[UUID, int]
    answers: Mapping[int, Mapping[str, ReadingFacts]]

    def of(self, minutes: int) -> Mapping[str, ReadingFacts]:
        return self.answers.get(minutes, {})


def on_time(protocol: Protocol, minutes: int) -> tuple[int, int]:
    """First and last minute at which a slot's reading is on time.

    The 40-minute reading: 30 to 50 (CLINICAL 8, rule 7). Any other: within the minutes after
    which it would be called overdue (rule 9).
    """
    if minutes == REMS_CHECK_MINUTES:
        return protocol.forty_on_time
    return minutes - protocol.slot_tolerance_minutes, minutes + protocol.slot_tolerance_minutes


def observations_at(protocol: Protocol, minutes: int | None) -> tuple[str, ...]:
    """What a scheduled reading asks for; None is the pre-dose reading.

    All at each slot, respiratory rate at pre-dose, 40 and the final ones only (CLINICAL 4).
    """
    last = protocol.slots[-1]
    if minutes is None or minutes == REMS_CHECK_MINUTES or minutes >= last:
        return tuple(OBSERVATIONS)
    return tuple([o.key for o in OBSERVATIONS.values() if o.is_at_each_slot])


def slots_beyond(protocol: Protocol, until: int) -> list[int]:
    """The protocol's slots, then one every `repeat_every_minutes`, to the first after `until`."""
    minutes = list(protocol.slots)
    while minutes[-1] <= until:
        minutes.append(minutes[-1] + protocol.repeat_every_minutes)
    return minutes


@once
def filling(facts: SessionFacts) -> Filling:
    """What every reading after the first device fills, the earliest taken first.

    A reading is for the earliest slot for which it is on time and to which it brings something;
    otherwise for the one whose time has not passed to the next. A mandatory blood pressure that
    was not answered in its time is the one that was then recorded for it, and late (CLINICAL 7,
    hazards 3 and 4).
    """
    first = facts.first_dose_at
    counted = list(_counted(facts))
    if first is None or not counted:
        return Filling({}, {})
    minutes = slots_beyond(facts.protocol, whole_minutes(counted[-1].taken_at - first))
    answers: dict[int, Answers] = {m: {} for m in minutes}
    homes: dict[UUID, int] = {}
    times = _times(facts.protocol, minutes, first)
    for reading in counted:
        for m in _near(times, reading.taken_at):
            brought = _brought(facts.protocol, m, answers[m], reading)
            if brought:
                answers[m] |= dict.fromkeys(brought, reading)
                homes[reading.id] = m
                break
    _fill_late(facts.protocol, counted, first, answers)
    return Filling(homes, answers)


def _counted(facts: SessionFacts) -> Iterable[ReadingFacts]:
    """Readings taken after the first device, while the patient was here, in their order."""
    left = facts.departure
    for reading in facts.standing_readings:
        is_here = left is None or reading.taken_at <= left.at + CLOCKS_APART
        if is_here and facts.is_after_dose(reading):
            yield reading


class _Time(NamedTuple):
    """From when to when a reading is on time for a slot, and when it gives way to the next."""

    minutes: int
    starts: datetime
    last: datetime
    closes: datetime


def _times(protocol: Protocol, minutes: Sequence[int], first: datetime) -> list[_Time]:
    found = []
    for m, following in zip(minutes, [*minutes[1:], None], strict=True):
        start, last = on_time(protocol, m)
        closes = m + protocol.repeat_every_minutes if following is None else following
        begins, ends = first + timedelta(minutes=start), first + timedelta(minutes=last)
        found.append(_Time(m, begins, ends, first + timedelta(minutes=closes)))
    return found


def _near(times: Iterable[_Time], at: datetime) -> list[int]:
    """The slots in whose time `at` lies: those for which it is on time, the earliest first, then
    the one that gives way to the next when that is due."""
    timely, later = [], []
    for time in times:
        if time.starts <= at <= time.last:
            timely.append(time.minutes)
        elif time.starts <= at < time.closes:
            later.append(time.minutes)
    return [*timely, *later]


def _brought(
    protocol: Protocol, minutes: int, answers: Answers, reading: ReadingFacts
) -> list[str]:
    """The observations of a slot that `reading` answers better than what there is."""
    found = []
    for observation in observations_at(protocol, minutes):
        there = answers.get(observation)
        if reading.has_value(observation):
            is_better = there is None or not there.has_value(observation)
        else:
            is_better = there is None and reading.has(observation)
        if is_better:
            found.append(observation)
    return found


def _fill_late(
    protocol: Protocol,
    counted: Sequence[ReadingFacts],
    first: datetime,
    answers: dict[int, Answers],
) -> None:
    """The blood pressure of a mandatory slot that had passed, recorded for it in so many words:
    that of a later slot never passes for it (CLINICAL 7, hazard 3)."""
    for m in (m for m in answers if m in MANDATORY and PRESSURE not in answers[m]):
        begins = first + timedelta(minutes=on_time(protocol, m)[0])
        late = (r for r in counted if r.meant_for == m and r.taken_at >= begins)
        for reading in (r for r in late if r.has(PRESSURE)):
            answers[m] |= dict.fromkeys(_brought(protocol, m, answers[m], reading), reading)


def taken_already(
    facts: SessionFacts, asked: int | None, reading: ReadingFacts
) -> ReadingFacts | None:
    """The reading that stands for the slot `asked`, to which `reading` would add nothing.

    None where it brings something to that slot or another, or where nothing stands there: a set
    taken long before the slot came near is an additional one (CLINICAL 8, rule 8).
    """
    if not asked or brings(facts, reading):
        return None
    return representative(filling(facts).of(asked))


def brings(facts: SessionFacts, reading: ReadingFacts) -> bool:
    """Whether `reading` fills a slot, and something of some slot is answered that was not.

    Taken a moment before what stands there, and sent a moment later, it would only push that
    aside: of two people who measure at once, the second is told of the first whoever was quicker.
    """
    before, now = filling(facts), filling(with_reading(facts, reading))
    return reading.id in now.homes and any(
        there is None or by.has_value(observation) > there.has_value(observation)
        for minutes, answers in now.answers.items()
        for observation, by in answers.items()
        for there in (before.of(minutes).get(observation),)
    )


def with_reading(facts: SessionFacts, reading: ReadingFacts) -> SessionFacts:
    return replace(facts, readings=(*facts.readings, reading))


def representative(answers: Mapping[str, ReadingFacts]) -> ReadingFacts | None:
    """The reading that is named for a slot: that of the blood pressure, else the newest."""
    if PRESSURE in answers:
        return answers[PRESSURE]
    return max(answers.values(), key=lambda r: r.taken_at, default=None)
