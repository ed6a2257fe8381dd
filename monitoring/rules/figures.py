"""The figures of one session that has ended: what the overview adds up.

Each is of the facts alone, so that no later time changes it. What is decided here:

- A reading is asked for at each slot until the patient left or was cleared. It is answered where
  something was measured or coded as not done. Apart from that, it is said at how many of these
  slots a blood pressure was measured in its time, whichever slot that reading then filled
  (CLINICAL 8, rules 7, 8 and 9).
- A rise is from the pre-dose reading to the highest value after the dose (rule 13).
- The signature is waited for from when the window had elapsed and the patient was ready, as the
  signer wrote, whichever came later (rules 1 and 31).
- A fact that was corrected counts once, however often it was.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from monitoring.rules.clocks import settled_at
from monitoring.rules.deviations import was_cleared
from monitoring.rules.facts import ClearanceFacts, SessionFacts, whole_minutes
from monitoring.rules.filling import MANDATORY, PRESSURE, on_time
from monitoring.rules.flags import flagged
from monitoring.rules.lateness import is_late
from monitoring.rules.once import once
from monitoring.rules.resolution import Resolution, resolution
from monitoring.rules.schedule import Slot, slots
from monitoring.rules.summary import Extreme, highest, lowest

Forty = Literal["", "on_time", "late", "not_done", "missed"]
State = Literal["", "never_affected", "resolved", "not_resolved"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionFigures:
    """Times are in whole minutes: of a resolution and of being ready after the first dose. None is
    what was not measured or did not happen, and "" what was not asked."""

    end: str
    is_dosed: bool
    slots_asked: int
    slots_answered: int
    slots_in_time: int
    forty: Forty
    systolic_rise: int | None
    diastolic_rise: int | None
    lowest_spo2: int | None
    sedation: State
    sedation_minutes: int | None
    dissociation: State
    dissociation_minutes: int | None
    is_signed: bool
    ready_minutes: int | None
    signature_minutes: int | None
    left_early: bool
    entered: int
    entered_late: int
    corrected: int
    struck: int
    to_answer: int
    answered_late: int
    unanswered: int


@once
def figures(facts: SessionFacts) -> SessionFigures:
    """The figures of whole facts of a session that has ended."""
    asked = _asked(facts)
    sedation, dissociation = resolution(facts, "sedation"), resolution(facts, "dissociation")
    signed = standing_clearance(facts)
    spo2 = lowest(facts, "spo2")
    entries = list(_entries(facts))
    to_answer, late, unanswered = _answers(facts)
    return SessionFigures(
        end=facts.departure.kind if facts.departure else facts.phase,
        is_dosed=bool(facts.doses),
        slots_asked=len(asked),
        slots_answered=sum(slot.state != "missed" for slot in asked),
        slots_in_time=sum(_is_measured_in_time(facts, slot) for slot in asked),
        forty=next((_forty(slot) for slot in asked if slot.minutes in MANDATORY), ""),
        systolic_rise=_rise(highest(facts, "systolic")),
        diastolic_rise=_rise(highest(facts, "diastolic")),
        lowest_spo2=int(spo2.value) if spo2 else None,
        sedation=_state(sedation),
        sedation_minutes=sedation.minutes if sedation else None,
        dissociation=_state(dissociation),
        dissociation_minutes=dissociation.minutes if dissociation else None,
        is_signed=signed is not None,
        ready_minutes=signed.ready_minutes if signed else None,
        signature_minutes=_waited(facts, signed) if signed else None,
        left_early=_left_early(facts),
        entered=len(entries),
        entered_late=sum(is_late(facts.protocol, at, recorded) for at, recorded in entries),
        corrected=_corrected(facts),
        struck=sum(not struck.waits for struck in facts.struck),
        to_answer=to_answer,
        answered_late=late,
        unanswered=unanswered,
    )


def _asked(facts: SessionFacts) -> list[Slot]:
    """The slots of which a reading was asked: none that passed under a clearance."""
    found = slots(facts, settled_at(facts)) if facts.departure else []
    return [s for s in found if s.state != "missed" or not was_cleared(facts, s.due_at)]


def _is_measured_in_time(facts: SessionFacts, slot: Slot) -> bool:
    first = facts.first_dose_at
    if first is None:
        return False
    start, last = (first + timedelta(minutes=m) for m in on_time(facts.protocol, slot.minutes))
    return any(start <= r.taken_at <= last for r in facts.after_dose if r.has_value(PRESSURE))


def _forty(slot: Slot) -> Forty:
    if slot.state == "late" or slot.state == "not_done" or slot.state == "missed":
        return slot.state
    return "on_time"


def _rise(found: Extreme | None) -> int | None:
    return int(found.change) if found and found.change is not None else None


def _state(found: Resolution | None) -> State:
    return found.state if found else ""


def standing_clearance(facts: SessionFacts) -> ClearanceFacts | None:
    """The signature that stands."""
    clearance = facts.clearance
    return clearance if clearance and clearance.withdrawn_at is None else None


def _waited(facts: SessionFacts, signed: ClearanceFacts) -> int | None:
    first, window = facts.first_dose_at, facts.window_ends_at
    if first is None or window is None:
        return None
    ready = first + timedelta(minutes=signed.ready_minutes or 0)
    return max(0, whole_minutes(signed.signed_at - max(window, ready)))


def _left_early(facts: SessionFacts) -> bool:
    """Whether the patient left after a dose and before the window had elapsed."""
    if facts.departure is None or not facts.doses:
        return False
    window = facts.window_ends_at
    return window is None or facts.departure.at < window


def _entries(facts: SessionFacts) -> Iterator[tuple[datetime, datetime]]:
    """When each entry happened and when it was recorded; of what was corrected, the first."""
    for dose in (*facts.doses, *facts.failed):
        yield dose.started_at, dose.recorded_at
        if dose.ended_at and dose.end_recorded_at:
            yield dose.ended_at, dose.end_recorded_at
    yield from ((r.taken_at, r.received_at) for r in facts.readings if not r.replaces)
    yield from ((e.at, e.recorded_at) for e in facts.events)
    if facts.departure is not None:
        yield facts.departure.at, facts.departure.recorded_at


def _corrected(facts: SessionFacts) -> int:
    return (
        sum(r.replaces is not None for r in facts.standing_readings)
        + sum(d.corrected is not None for d in (*facts.doses, *facts.failed))
        + sum(e.corrected is not None for e in facts.events)
    )


def _answers(facts: SessionFacts) -> tuple[int, int, int]:
    """How often someone had to be informed, was informed late, and was not (rules 9 and 13)."""
    within = timedelta(minutes=facts.protocol.answer_within_minutes)
    found = [f for f in flagged(facts) if f.asks]
    late = sum(f.answered_at is not None and f.answered_at - f.at > within for f in found)
    return len(found), late, sum(f.answered_at is None for f in found)
