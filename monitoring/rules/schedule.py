"""Which reading is due when: upcoming, due, overdue, done, late, missed, not done.

Slots are minutes after the first device (CLINICAL 8, rules 4, 6, 7, 8 and 9). What fills them is
computed from the readings that stand, in `filling`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import zip_longest
from typing import Literal

from monitoring.rules.facts import ReadingFacts, SessionFacts, whole_minutes
from monitoring.rules.filling import (
    MANDATORY,
    PRESSURE,
    Filling,
    filling,
    observations_at,
    on_time,
    representative,
    slots_beyond,
)
from monitoring.rules.once import once
from monitoring.rules.protocol import Protocol

SlotState = Literal["upcoming", "due", "overdue", "done", "late", "missed", "not_done"]
OPEN: frozenset[SlotState] = frozenset({"due", "overdue"})


@dataclass(frozen=True, slots=True)
class Slot:
    """One scheduled reading. `minutes_over` counts past the due time, for an open or late slot.

    `lacking` is what was neither measured nor coded: all of it where nothing was read, and what is
    still asked for where a reading left something out.
    """

    minutes: int
    due_at: datetime
    state: SlotState
    reading: ReadingFacts | None = None
    minutes_over: int = 0
    is_escalated: bool = False
    lacking: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def is_mandatory(self) -> bool:
        return self.minutes in MANDATORY


def _minutes(facts: SessionFacts, now: datetime, filled: Filling) -> list[int]:
    """The protocol's slots, then one every `repeat_every_minutes` while the session is open.

    Reaches one slot past `now`, or the end of the session (CLINICAL 8, rule 8).
    """
    first = facts.first_dose_at
    if first is None:
        return []
    until = whole_minutes(ends_at(facts, now) - first)
    last = max((m for m, answers in filled.answers.items() if answers), default=0)
    if facts.departure is None and not facts.is_cleared(now):
        found = slots_beyond(facts.protocol, max(until, last - 1))
        return found
    return [m for m in slots_beyond(facts.protocol, max(until, last)) if m <= max(until, last)]


@once
def slots(facts: SessionFacts, now: datetime) -> list[Slot]:
    """Every slot with its state at `now`, in order (CLINICAL 8, rules 7, 8 and 9). Empty before the
    first device."""
    first = facts.first_dose_at
    if first is None:
        return []
    filled = filling(facts)
    minutes = _minutes(facts, now, filled)
    end = ends_at(facts, now)
    return [
        _slot(facts, m, following, filled, first, end)
        for m, following in zip_longest(minutes, minutes[1:])
    ]


def ends_at(facts: SessionFacts, now: datetime) -> datetime:
    """When the schedule stops asking: the departure, or the signature that still stands. Who left
    unseen was there to be measured until last seen.

    Under a signature that lapsed, the patient who stays is watched again (CLINICAL 8, rule 33).
    """
    departure, clearance = facts.departure, facts.clearance
    if departure is not None and departure.kind == "discharged" and clearance is not None:
        return min(departure.at, clearance.signed_at)
    if departure is not None:
        return departure.last_seen_at or departure.at
    if clearance is not None and facts.is_cleared(now):
        return clearance.signed_at
    return now


def _slot(
    facts: SessionFacts,
    minutes: int,
    following: int | None,
    filled: Filling,
    first: datetime,
    now: datetime,
) -> Slot:
    protocol = facts.protocol
    due_at = first + timedelta(minutes=minutes)
    answers = filled.of(minutes)
    lacking = tuple(o for o in observations_at(protocol, minutes) if o not in answers)
    if not lacking:
        return _filled(protocol, minutes, due_at, answers, first)
    tolerance = protocol.slot_tolerance_minutes
    closes = following or minutes + protocol.repeat_every_minutes
    if _is_read_after(protocol, filled, minutes):
        closes -= tolerance
    has_passed = now >= max(due_at, first + timedelta(minutes=closes))
    needs_pressure = minutes in MANDATORY and PRESSURE not in answers
    if facts.departure is not None or (has_passed and not needs_pressure):
        if not answers or needs_pressure:
            return Slot(minutes, due_at, "missed", lacking=lacking)
        return _filled(protocol, minutes, due_at, answers, first, lacking)
    if now < due_at - timedelta(minutes=tolerance):
        return Slot(minutes, due_at, "upcoming", lacking=lacking)
    over = whole_minutes(now - due_at)
    if now - due_at < timedelta(minutes=protocol.overdue_after_minutes):
        return Slot(minutes, due_at, "due", minutes_over=max(0, over), lacking=lacking)
    is_escalated = now - due_at >= timedelta(minutes=protocol.escalate_after_minutes)
    return Slot(
        minutes, due_at, "overdue", minutes_over=over, is_escalated=is_escalated, lacking=lacking
    )


def _is_read_after(protocol: Protocol, filled: Filling, minutes: int) -> bool:
    """Whether a later slot was read as a whole: this one then waits no longer for its turn."""
    return any(
        m > minutes and all(o in answers for o in observations_at(protocol, m))
        for m, answers in filled.answers.items()
    )


def _filled(
    protocol: Protocol,
    minutes: int,
    due_at: datetime,
    answers: Mapping[str, ReadingFacts],
    first: datetime,
    lacking: tuple[str, ...] = (),
) -> Slot:
    """A mandatory slot was read when its blood pressure was, another with its last observation."""
    reading = representative(answers)
    measured = {o: r for o, r in answers.items() if r.has_value(o)}
    if reading is None or not measured or (minutes in MANDATORY and PRESSURE not in measured):
        reasons = {r.not_done[o] for o, r in answers.items() if o not in measured}
        return Slot(
            minutes, due_at, "not_done", reading, lacking=lacking, reasons=tuple(sorted(reasons))
        )
    if minutes not in MANDATORY:
        reading = max(measured.values(), key=lambda r: r.taken_at)
    last_on_time = first + timedelta(minutes=on_time(protocol, minutes)[1])
    if reading.taken_at > last_on_time:
        late = whole_minutes(reading.taken_at - due_at)
        return Slot(minutes, due_at, "late", reading, minutes_over=late, lacking=lacking)
    return Slot(minutes, due_at, "done", reading, lacking=lacking)


def next_slot(facts: SessionFacts, now: datetime) -> Slot | None:
    """The reading to record next: an open mandatory one, else the first open, else the next.

    One that waits stays first until the next is due itself, so that it is called overdue and
    escalated also where readings lie 15 minutes apart (CLINICAL 8, rule 9). None before the first
    device and once nothing more is asked for.
    """
    all_slots = slots(facts, now)
    open_slots = [slot for slot in all_slots if slot.is_open]
    mandatory = [slot for slot in open_slots if slot.is_mandatory]
    if mandatory:
        return mandatory[0]
    if open_slots:
        return open_slots[0]
    return next((slot for slot in all_slots if slot.state == "upcoming"), None)
