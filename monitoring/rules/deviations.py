"""What did not go as the protocol asks: late, not done, overridden, corrected, left early.

Listed first in every report (CLINICAL 7, hazard 40).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitoring.rules.clocks import ahead, went_back
from monitoring.rules.facts import CLOCKS_APART, SessionFacts
from monitoring.rules.flags import corrected_unanswered, flagged
from monitoring.rules.lateness import is_late, minutes_late
from monitoring.rules.readiness import FASTING, is_outside_guide, outside_guide
from monitoring.rules.schedule import slots


@dataclass(frozen=True, slots=True)
class Deviation:
    """`code` names the sentence, `params` fill it, `at` is when it happened."""

    code: str
    at: datetime
    params: Mapping[str, object] = field(default_factory=dict)


def deviations(facts: SessionFacts, now: datetime) -> list[Deviation]:
    """Every deviation up to `now`: serious adverse events first, then in the order of time."""
    found = [
        *_admission(facts),
        *_dose(facts),
        *_late_doses(facts),
        *_late_events(facts),
        *_slots(facts, now),
        *_readings(facts),
        *_flags(facts, now),
        *_clearances(facts),
        *_departure(facts),
        *_clock(facts, now),
    ]
    return sorted(found, key=lambda d: (d.code != "serious_event", d.at))


def _admission(facts: SessionFacts) -> Iterator[Deviation]:
    answers = facts.admission
    if answers is None:
        return
    if any(getattr(answers, name) is False for name in FASTING):
        yield Deviation("fasting_overridden", answers.at, {"reason": answers.fasting_reason})
    if answers.transport_arranged is False:
        yield Deviation("transport_overridden", answers.at, {"reason": answers.transport_reason})


def _dose(facts: SessionFacts) -> Iterator[Deviation]:
    by_id = {r.id: r for r in facts.readings}
    for dose in facts.doses:
        predose = by_id.get(dose.predose_reading) if dose.predose_reading else None
        was_outside = predose is not None and is_outside_guide(facts, predose)
        if dose.number == 1 and (was_outside or outside_guide(facts)):
            gave = [d for d in facts.decisions if d.outcome == "give"]
            reason = gave[-1].reason if gave else ""
            yield Deviation("guide_overridden", dose.started_at, {"reason": reason})
        if dose.early_reason:
            params = {"number": dose.number, "reason": dose.early_reason}
            yield Deviation("device_early", dose.started_at, params)
        if dose.is_complete is False:
            yield Deviation("device_partial", dose.started_at, {"number": dose.number})
    if facts.is_dose_stopped and facts.decision:
        yield Deviation("dose_stopped", facts.decision.at, {"reason": facts.decision.reason})


def _late_doses(facts: SessionFacts) -> Iterator[Deviation]:
    """Devices, and the start and end of an infusion, entered late (CLINICAL 8, rule 37)."""
    for dose in facts.doses:
        minutes = minutes_late(facts.protocol, dose.started_at, dose.recorded_at)
        if minutes is not None:
            params = {"number": dose.number, "minutes": minutes, "reason": dose.late_reason}
            code = "infusion_start_late" if facts.protocol.is_infusion else "device_late"
            yield Deviation(code, dose.started_at, params)
        if dose.ended_at is None or dose.end_recorded_at is None:
            continue
        minutes = minutes_late(facts.protocol, dose.ended_at, dose.end_recorded_at)
        if minutes is not None:
            params = {"minutes": minutes, "reason": dose.end_late_reason}
            yield Deviation("infusion_end_late", dose.ended_at, params)


def _late_events(facts: SessionFacts) -> Iterator[Deviation]:
    """Events, answers to flags among them, entered late (CLINICAL 8, rule 37)."""
    for event in facts.events:
        minutes = minutes_late(facts.protocol, event.at, event.recorded_at)
        if minutes is not None:
            params = {"kind": event.kind, "minutes": minutes, "reason": event.late_reason}
            yield Deviation("event_late", event.at, params)


def _slots(facts: SessionFacts, now: datetime) -> Iterator[Deviation]:
    for slot in slots(facts, now):
        if slot.state == "late" and slot.reading:
            params: dict[str, object] = {
                "slot": slot.minutes,
                "taken": facts.minutes(slot.reading.taken_at),
                "late": slot.minutes_over,
            }
            yield Deviation("reading_late", slot.reading.taken_at, params)
        elif slot.state == "not_done" and slot.reading:
            reasons = tuple(sorted(set(slot.reading.not_done.values())))
            params = {"slot": slot.minutes, "reasons": reasons}
            yield Deviation("reading_not_done", slot.due_at, params)
        elif slot.state == "missed" and not _was_cleared(facts, slot.due_at):
            yield Deviation("reading_missed", slot.due_at, {"slot": slot.minutes})


def _was_cleared(facts: SessionFacts, at: datetime) -> bool:
    """Whether a clearance stood at `at`: the schedule did not ask for a reading then."""
    valid = timedelta(minutes=facts.protocol.clearance_valid_minutes)
    for clearance in facts.clearances:
        until = min(
            clearance.withdrawn_at or clearance.signed_at + valid, clearance.signed_at + valid
        )
        if clearance.signed_at <= at <= until:
            return True
    return False


def _readings(facts: SessionFacts) -> Iterator[Deviation]:
    taken = {r.id: r.taken_at for r in facts.readings}
    for reading in facts.readings:
        minutes = minutes_late(facts.protocol, reading.taken_at, reading.received_at)
        if reading.replaces:
            params: dict[str, object] = {"reason": reading.correction_reason}
            was = taken.get(reading.replaces, reading.taken_at)
            if was == reading.taken_at:
                yield Deviation("reading_corrected", reading.received_at, params)
            else:
                params |= {"was": was, "at": reading.taken_at}
                yield Deviation("reading_retimed", reading.received_at, params)
        elif minutes is not None:
            params = {"minutes": minutes, "reason": reading.late_reason}
            yield Deviation("late_entry", reading.taken_at, params)
        if reading.after_departure:
            yield Deviation("after_departure", reading.received_at)


def _flags(facts: SessionFacts, now: datetime) -> Iterator[Deviation]:
    """Serious adverse events; flags that no one answered, or that were answered late.

    Late is more than five minutes after the value was taken or the event was seen, as for any
    other entry (CLINICAL 8, rule 37). Before then, while the session goes on, nobody is late; once
    the patient has left, an answer that was never given is told at once.
    """
    for event in facts.events:
        if event.is_serious:
            yield Deviation("serious_event", event.at, {"detail": event.detail})
    for found in (f for f in flagged(facts) if f.asks):
        params: dict[str, object] = {"flagged": found}
        if found.answered_at is None:
            if facts.departure is not None or is_late(facts.protocol, found.at, now):
                yield Deviation("flag_unanswered", found.at, params)
            continue
        minutes = minutes_late(facts.protocol, found.at, found.answered_at)
        if minutes is not None:
            params["minutes"] = minutes
            yield Deviation("flag_answered_late", found.at, params)
    for found in corrected_unanswered(facts):
        yield Deviation("flag_corrected", found.at, {"flagged": found})


def _clearances(facts: SessionFacts) -> Iterator[Deviation]:
    for clearance in facts.clearances:
        for code in clearance.justified:
            yield Deviation("caution_justified", clearance.signed_at, {"caution": code})
        if clearance.withdrawn_at is not None:
            params = {"reason": clearance.withdrawal_reason}
            yield Deviation("clearance_withdrawn", clearance.withdrawn_at, params)


def _departure(facts: SessionFacts) -> Iterator[Deviation]:
    """Leaving without a signature, unescorted, unadvised, or recorded late (CLINICAL 8, rules 34
    and 35)."""
    departure = facts.departure
    if departure is None:
        return
    if departure.kind == "left_unseen":
        params: dict[str, object] = {"seen": departure.last_seen_at, "by": departure.noticed_by}
        yield Deviation("left_unseen", departure.at, params)
    elif departure.kind != "discharged":
        yield Deviation(departure.kind, departure.at)
    if departure.no_escort_reason:
        yield Deviation("no_escort", departure.at, {"reason": departure.no_escort_reason})
    if departure.is_advised is False:
        yield Deviation("not_advised", departure.at)
    minutes = minutes_late(facts.protocol, departure.at, departure.recorded_at)
    if minutes is not None:
        params = {"minutes": minutes, "reason": departure.late_reason}
        yield Deviation("departure_late", departure.at, params)
    later = [r.taken_at for r in facts.after_dose if r.taken_at > departure.at + CLOCKS_APART]
    if later:
        yield Deviation("left_before_reading", departure.at, {"at": max(later)})


def _clock(facts: SessionFacts, now: datetime) -> Iterator[Deviation]:
    """Times that cannot all be right, for the server's clock jumped (CLINICAL 7, hazard 31)."""
    for jump in went_back(facts):
        yield Deviation("clock_went_back", jump.at, {"was": jump.was, "at": jump.at})
    to_come = ahead(facts, now)
    if to_come is not None:
        yield Deviation("recorded_ahead", to_come, {"at": to_come, "now": now})
