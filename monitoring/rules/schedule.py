"""Which reading is due when: upcoming, due, overdue, done, late, missed, not done.

Slots are minutes after the first device (CLINICAL 8, rules 4, 6, 7, 8 and 9).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import zip_longest
from typing import Literal

from monitoring.rules.facts import ReadingFacts, SessionFacts, whole_minutes
from monitoring.rules.measures import OBSERVATIONS
from monitoring.rules.protocol import REMS_CHECK_MINUTES, Protocol

SlotState = Literal["upcoming", "due", "overdue", "done", "late", "missed", "not_done"]
OPEN: frozenset[SlotState] = frozenset({"due", "overdue"})
MANDATORY: frozenset[int] = frozenset({REMS_CHECK_MINUTES})
"""Slots whose blood pressure is taken or coded, never passed over (CLINICAL 8, rule 6)."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One scheduled reading. `minutes_over` counts past the due time, for an open or late slot."""

    minutes: int
    due_at: datetime
    state: SlotState
    reading: ReadingFacts | None = None
    minutes_over: int = 0
    is_escalated: bool = False

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def is_mandatory(self) -> bool:
        return self.minutes in MANDATORY


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
    return tuple(o.key for o in OBSERVATIONS.values() if o.is_at_each_slot)


def slot_minutes(facts: SessionFacts, now: datetime) -> list[int]:
    """The protocol's slots, then one every `repeat_every_minutes` while the session is open.

    Reaches one slot past `now`, or the end of the session (CLINICAL 8, rule 8).
    """
    first = facts.first_dose_at
    if first is None:
        return []
    minutes = list(facts.protocol.slots)
    step = facts.protocol.repeat_every_minutes
    until = whole_minutes(_end(facts, now) - first)
    is_over = facts.departure is not None or facts.is_cleared(now)
    taken = max((r.slot for r in facts.standing_readings if r.slot is not None), default=0)
    while minutes[-1] < max(until, taken) or (not is_over and minutes[-1] <= until):
        minutes.append(minutes[-1] + step)
    if is_over:
        minutes = [m for m in minutes if m <= max(until, taken)]
    return minutes


def slots(facts: SessionFacts, now: datetime) -> list[Slot]:
    """Every slot with its state at `now`, in order. Empty before the first device."""
    first = facts.first_dose_at
    if first is None:
        return []
    minutes = slot_minutes(facts, now)
    filled = {r.slot: r for r in facts.standing_readings if r.slot is not None}
    end = _end(facts, now)
    return [
        _slot(facts, m, following, filled, first, end)
        for m, following in zip_longest(minutes, minutes[1:])
    ]


def _end(facts: SessionFacts, now: datetime) -> datetime:
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
    filled: Mapping[int, ReadingFacts],
    first: datetime,
    now: datetime,
) -> Slot:
    protocol = facts.protocol
    due_at = first + timedelta(minutes=minutes)
    if minutes in filled:
        return _filled(protocol, minutes, due_at, filled[minutes], first)
    over = whole_minutes(now - due_at)
    tolerance = protocol.slot_tolerance_minutes
    if facts.departure is not None:
        return Slot(minutes, due_at, "missed")
    closes = following or minutes + protocol.repeat_every_minutes
    if any(m > minutes for m in filled):
        closes -= tolerance
    if minutes not in MANDATORY and now >= max(due_at, first + timedelta(minutes=closes)):
        return Slot(minutes, due_at, "missed")
    if now < due_at - timedelta(minutes=tolerance):
        return Slot(minutes, due_at, "upcoming")
    if now - due_at < timedelta(minutes=protocol.overdue_after_minutes):
        return Slot(minutes, due_at, "due", minutes_over=max(0, over))
    is_escalated = now - due_at >= timedelta(minutes=protocol.escalate_after_minutes)
    return Slot(minutes, due_at, "overdue", minutes_over=over, is_escalated=is_escalated)


def _filled(
    protocol: Protocol, minutes: int, due_at: datetime, reading: ReadingFacts, first: datetime
) -> Slot:
    if not any(reading.has_value(observation) for observation in OBSERVATIONS) or (
        minutes in MANDATORY and not reading.has_value("blood_pressure")
    ):
        return Slot(minutes, due_at, "not_done", reading)
    last_on_time = first + timedelta(minutes=on_time(protocol, minutes)[1])
    if reading.taken_at > last_on_time:
        late = whole_minutes(reading.taken_at - due_at)
        return Slot(minutes, due_at, "late", reading, minutes_over=late)
    return Slot(minutes, due_at, "done", reading)


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


def slot_for(facts: SessionFacts, asked: int | None, taken_at: datetime) -> int | None:
    """The slot a new reading fills when the nurse took it for `asked` at `taken_at`.

    None makes it an additional reading: the slot does not exist, is filled already, had not come
    near, or its time had passed to the next. A reading is never refused for its time, and its time
    is never moved to fit a slot (CLINICAL 7, hazard 4).
    """
    first = facts.first_dose_at
    if asked is None or first is None:
        return None
    minutes = slot_minutes(facts, taken_at)
    if asked not in minutes or any(r.slot == asked for r in facts.standing_readings):
        return None
    if taken_at < first + timedelta(minutes=on_time(facts.protocol, asked)[0]):
        return None
    if asked in MANDATORY:
        return asked
    later = [m for m in minutes if m > asked]
    closes = later[0] if later else asked + facts.protocol.repeat_every_minutes
    if taken_at >= first + timedelta(minutes=closes):
        return None
    return asked
