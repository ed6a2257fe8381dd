"""What has to be measured again because of a value or an order, and until when.

CLINICAL 8, rule 51 (hazards 34 and 46): a blood pressure at or above the limits of rule 13 is
repeated until two checks in a row are falling or below; a low SpO2 until it is not low; an order
"repeat in n minutes" once. The minutes are the protocol's. Nothing of this is stored: it follows
from the readings and responses that stand.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from monitoring.rules.facts import EventFacts, ReadingFacts, SessionFacts, whole_minutes
from monitoring.rules.filling import PRESSURE
from monitoring.rules.flags import flagged, flags_of
from monitoring.rules.measures import OBSERVATIONS
from monitoring.rules.once import once
from monitoring.rules.schedule import OPEN, SlotState, ends_at

EARLY = timedelta(minutes=1)
"""Pages show whole minutes: a check within the minute before counts as made at its time."""

Because = Literal["blood_pressure", "spo2", "ordered"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """One reading that is due because of `about`, a reading or a response.

    `observations` are what is to be measured; empty means any. States and minutes are those of a
    slot; `reading` met it, or says why it was not measured.
    """

    because: Because
    about: UUID
    ordered_at: datetime
    due_at: datetime
    observations: tuple[str, ...]
    state: SlotState = "upcoming"
    reading: ReadingFacts | None = None
    minutes_over: int = 0
    is_escalated: bool = False

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


@once
def repeats(facts: SessionFacts, now: datetime) -> list[Repeat]:
    """Every repeat with its state at `now`, in the order in which they are due.

    One that falls due after the departure, or under a signature that stands, is asked for no more
    (CLINICAL 8, rules 33 and 51).
    """
    if facts.first_dose_at is None:
        return []
    end = ends_at(facts, now)
    is_over = facts.departure is not None or facts.is_cleared(now)
    found = [
        _judged(facts, r, end) for r in (*_pressures(facts), *_low_spo2(facts), *_orders(facts))
    ]
    asked = [r for r in found if r.reading or not is_over or r.due_at <= end]
    if is_over:
        asked = [r if r.reading else replace(r, state="missed", minutes_over=0) for r in asked]
    return sorted(asked, key=lambda r: (r.due_at, r.because, r.ordered_at))


def next_repeat(facts: SessionFacts, now: datetime) -> Repeat | None:
    """The repeat that is due first and was not met (CLINICAL 8, rule 51)."""
    found = (r for r in repeats(facts, now) if r.is_open or r.state == "upcoming")
    return next(found, None)


def waited_for(facts: SessionFacts, now: datetime) -> list[Repeat]:
    """The repeats that a signature waits for: each that is due, and each that someone ordered.

    The next check of a pressure that stays high does not keep a clinician from signing with words
    (CLINICAL 8, rules 15 and 51).
    """
    found = repeats(facts, now)
    return [r for r in found if r.is_open or (r.state == "upcoming" and r.because == "ordered")]


def _pressures(facts: SessionFacts) -> Iterator[Repeat]:
    """After a high check, one a check until two in a row are falling or below.

    A check made earlier than it is due never ends it. One that is not falling begins it anew; the
    time that was due already stays.
    """
    wait = timedelta(minutes=facts.protocol.repeat_pressure_minutes)
    due: Repeat | None = None
    calm, before = 0, None
    for reading in facts.after_dose:
        if not reading.has(PRESSURE):
            continue
        is_due = due is not None and reading.taken_at >= due.due_at - EARLY
        is_measured = reading.has_value(PRESSURE)
        is_calm = is_measured and _is_falling_or_below(facts, reading, before)
        if is_measured:
            before = reading
        if due is None and (is_calm or not is_measured):
            continue
        if due is not None and not is_due:
            calm = calm if is_calm or not is_measured else 0
            continue
        calm = calm + 1 if is_calm else calm if not is_measured else 0
        if due is not None:
            yield replace(due, reading=reading)
        due = None if calm == 2 else _repeat("blood_pressure", reading, wait, (PRESSURE,))
        calm = 0 if due is None else calm
    if due is not None:
        yield due


def _is_falling_or_below(
    facts: SessionFacts, reading: ReadingFacts, before: ReadingFacts | None
) -> bool:
    """Whether each pressure at or above its limits of rule 13 is lower than at the check before."""
    high = {f.field for f in flags_of(facts, reading) if f.code in _HIGH}
    if not high:
        return True
    return before is not None and all(_is_lower(reading, before, field) for field in high)


_HIGH = frozenset(
    f"{field}_{how}"
    for field in OBSERVATIONS[PRESSURE].fields
    for how in ("emergency", "high", "high_again", "rise")
)
"""The flags of rules 13 and 14."""


def _is_lower(reading: ReadingFacts, before: ReadingFacts, field: str) -> bool:
    value, last = reading.value(field), before.value(field)
    return value is not None and last is not None and value < last


def _low_spo2(facts: SessionFacts) -> Iterator[Repeat]:
    """After each value below the limit of rule 17, until one is not below it. Below the lower limit
    someone is informed at once, and it is measured again all the same."""
    wait = timedelta(minutes=facts.protocol.repeat_spo2_minutes)
    due: Repeat | None = None
    for reading in facts.after_dose:
        if not reading.has("spo2"):
            continue
        if due is not None and reading.taken_at < due.due_at - EARLY:
            continue
        if due is not None:
            yield replace(due, reading=reading)
        value = reading.value("spo2")
        is_low = value is not None and value < facts.protocol.spo2_below
        is_again = is_low or (value is None and due is not None)
        due = _repeat("spo2", reading, wait, ("spo2",)) if is_again else None
    if due is not None:
        yield due


def _repeat(
    because: Because, reading: ReadingFacts, wait: timedelta, observations: tuple[str, ...]
) -> Repeat:
    return Repeat(
        because=because,
        about=reading.id,
        ordered_at=reading.taken_at,
        due_at=reading.taken_at + wait,
        observations=observations,
    )


def _orders(facts: SessionFacts) -> Iterator[Repeat]:
    """Once for each response that ordered it: what was outside is measured again."""
    outside = {f.fact.id: f for f in flagged(facts)}
    for event in facts.events:
        if event.repeat_minutes is None:
            continue
        about = event.answers_reading or event.answers_event
        found = outside.get(about) if about else None
        fields = {flag.field for flag in found.flags} if found else set()
        observations = tuple(o.key for o in OBSERVATIONS.values() if fields.intersection(o.fields))
        due = Repeat(
            because="ordered",
            about=event.id,
            ordered_at=event.at,
            due_at=event.at + timedelta(minutes=event.repeat_minutes),
            observations=observations,
        )
        yield _met(facts, due, event)


def _met(facts: SessionFacts, due: Repeat, event: EventFacts) -> Repeat:
    """With the first reading that measures all of it at its time or later; the one that the
    response answers never is it."""
    asked = due.observations or tuple(OBSERVATIONS)
    for reading in facts.after_dose:
        answers = [reading.has(o) for o in asked]
        is_it = all(answers) if due.observations else any(answers)
        in_time = reading.taken_at >= due.due_at - EARLY and reading.id != event.answers_reading
        if is_it and in_time:
            return replace(due, reading=reading)
    return due


def _judged(facts: SessionFacts, found: Repeat, now: datetime) -> Repeat:
    """Overdue and escalated after the same minutes as any reading (CLINICAL 8, rule 9)."""
    protocol = facts.protocol
    grace = timedelta(minutes=protocol.overdue_after_minutes)
    at = found.reading.taken_at if found.reading else now
    over, is_late = max(0, whole_minutes(at - found.due_at)), at - found.due_at >= grace
    if found.reading is not None:
        asked = found.observations or tuple(OBSERVATIONS)
        if not any(found.reading.has_value(o) for o in asked):
            return replace(found, state="not_done", minutes_over=over)
        return replace(found, state="late" if is_late else "done", minutes_over=over)
    if at < found.due_at:
        return found
    is_escalated = at - found.due_at >= timedelta(minutes=protocol.escalate_after_minutes)
    return replace(
        found,
        state="overdue" if is_late else "due",
        minutes_over=over,
        is_escalated=is_escalated,
    )
