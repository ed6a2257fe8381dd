"""What did not go as the protocol asks: late, not done, overridden, corrected, left early.

Listed first in every report (CLINICAL 7, hazard 40).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise

from monitoring.rules.clocks import ahead, went_back
from monitoring.rules.codes import (
    HistoryCode,
    KindCode,
    NotDoneCode,
    NounCode,
    ObservationCode,
    QuestionCode,
    RepeatCode,
    StrikeCode,
)
from monitoring.rules.contraindications import changes
from monitoring.rules.deviation import Deviation
from monitoring.rules.deviations_of_doses import in_part
from monitoring.rules.deviations_of_leaving import of_leaving
from monitoring.rules.dose_facts import DoseFacts
from monitoring.rules.facts import SessionFacts, whole_minutes
from monitoring.rules.flags import Flag, Flagged, corrected_unanswered, event_flags, flagged
from monitoring.rules.lateness import minutes_late
from monitoring.rules.mended import Corrected
from monitoring.rules.order import mg_words
from monitoring.rules.people import is_over, offered
from monitoring.rules.predose import (
    checks_before_dose,
    outside_and_repeated,
    outside_before_dose,
    why_decide,
)
from monitoring.rules.repeats import repeats
from monitoring.rules.schedule import slots
from monitoring.rules.struck import flags_struck, happened_at
from monitoring.rules.suicidality import is_missing, positive, reviews


def deviations(facts: SessionFacts, now: datetime) -> list[Deviation]:
    """Every deviation up to `now`: suicidality, serious events, then in the order of time."""
    found = [
        *_orders(facts),
        *_suicidality(facts),
        *_people(facts),
        *_admission(facts),
        *_contraindications(facts),
        *_history(facts),
        *_measured_again(facts),
        *_dose(facts),
        *_late_doses(facts),
        *_late_events(facts),
        *_slots(facts, now),
        *_readings(facts),
        *_flags(facts, now),
        *_corrected(facts),
        *_repeats(facts, now),
        *_struck(facts),
        *_clearances(facts),
        *of_leaving(facts),
        *_clock(facts, now),
    ]
    return sorted(found, key=lambda d: (_LEADS.get(d.code, len(_LEADS)), d.at))


_LEADS = {"suicidality_unreviewed": 0, "suicidality_reviewed": 1, "serious_event": 2}


def _suicidality(facts: SessionFacts) -> Iterator[Deviation]:
    """What was positive, and what a clinician wrote about it; a screen that was not done (CLINICAL
    8, rule 42)."""
    done = reviews(facts)
    for event in positive(facts):
        params: dict[str, object] = {"flagged": Flagged(event, event_flags(event))}
        if review := done.get(event.id):
            params |= {"by": review.informed, "words": review.detail, "action": review.ordered}
        code = "suicidality_reviewed" if review else "suicidality_unreviewed"
        yield Deviation(code, params, at=event.at)
    for event in facts.events:
        if event.screen is not None and event.screen.not_done:
            params = {"reason": NotDoneCode(event.screen.not_done)}
            yield Deviation("screen_not_done", params, at=event.at)
    if facts.departure is not None and is_missing(facts):
        yield Deviation("screen_missing", at=facts.departure.at)


def _orders(facts: SessionFacts) -> Iterator[Deviation]:
    """An order that took the place of another (CLINICAL 8, rule 52)."""
    for was, order in pairwise(facts.orders):
        params = {"was": mg_words(was.mg), "mg": mg_words(order.mg), "reason": order.reason}
        yield Deviation("order_changed", params, at=order.at)


def _people(facts: SessionFacts) -> Iterator[Deviation]:
    """One who watches more than the site's number, and a handover that no one accepted (CLINICAL 8,
    rule 40)."""
    taken_on = [(a.watches, a.at) for a in facts.admissions]
    taken_on += [(e.watches, e.at) for e in facts.events]
    for watches, at in taken_on:
        if watches and is_over(watches):
            count, limit = watches
            yield Deviation("watched_many", {"count": count, "limit": limit}, at=at)
    handover = offered(facts)
    if handover is not None and facts.departure is not None:
        yield Deviation("handover_open", {"name": handover.handed_to_name}, at=handover.at)


def _admission(facts: SessionFacts) -> Iterator[Deviation]:
    answers = facts.admission
    if answers is None:
        return
    if any(answers.given.get(name) is False for name in facts.protocol.fasting):
        yield Deviation("fasting_overridden", {"reason": answers.fasting_reason}, at=answers.at)
    if answers.given.get("transport_arranged") is False:
        yield Deviation("transport_overridden", {"reason": answers.transport_reason}, at=answers.at)


def _contraindications(facts: SessionFacts) -> Iterator[Deviation]:
    """Both answers, where a Yes was changed to No (CLINICAL 8, rule 24)."""
    for question, before, after in changes(facts.admissions):
        params = {
            "question": QuestionCode(question),
            "was": before.at,
            "at": after.at,
            "reason": after.contraindication_reason,
        }
        yield Deviation("contraindication_changed", params, at=after.at)


def _history(facts: SessionFacts) -> Iterator[Deviation]:
    """What the patient's earlier sessions and age asked, each with the clinician's reason
    (CLINICAL 8, rule 53). Told by what was answered then: a later session changes none of it."""
    if not facts.doses:
        return
    told: set[str] = set()
    for decision in facts.decisions:
        if decision.outcome == "give":
            for code in decision.history:
                if code not in told:
                    params = {"asked": HistoryCode(code), "reason": decision.reason}
                    yield Deviation("history_overridden", params, at=decision.at)
                told.add(code)


def _dose(facts: SessionFacts) -> Iterator[Deviation]:
    for dose in facts.doses:
        if dose.number == 1 and (why := _outside_when_dosed(facts, dose)):
            gave = [d for d in facts.decisions if d.outcome == "give"]
            params: dict[str, object] = {"why": why, "reason": gave[-1].reason if gave else ""}
            yield Deviation("guide_overridden", params, at=dose.started_at)
        if dose.early_reason:
            params = {"number": dose.number, "reason": dose.early_reason}
            yield Deviation("device_early", params, at=dose.started_at)
    yield from in_part(facts)
    if facts.is_dose_stopped and facts.decision:
        yield Deviation("dose_stopped", {"reason": facts.decision.reason}, at=facts.decision.at)


def _outside_when_dosed(facts: SessionFacts, dose: DoseFacts) -> tuple[Flag, ...]:
    """What was outside in the reading that the first dose rests on, in what took its place, or in
    a later check before it (CLINICAL 8, rules 10 and 49)."""
    named = [r for r in facts.readings if r.id == dose.predose_reading]
    found = [why_decide(facts, r) for r in (*named, *checks_before_dose(facts))]
    return tuple(dict.fromkeys(flag for flags in found for flag in flags))


def _measured_again(facts: SessionFacts) -> Iterator[Deviation]:
    """A value outside its limit before the dose, though a later reading is within it (CLINICAL 8,
    rule 49)."""
    for reading in outside_and_repeated(facts):
        params = {"why": outside_before_dose(facts.protocol, reading)}
        yield Deviation("predose_repeated", params, at=reading.taken_at)


def _late_doses(facts: SessionFacts) -> Iterator[Deviation]:
    """Devices, and the start and end of an infusion, entered late (CLINICAL 8, rule 37)."""
    for dose in (*facts.doses, *facts.failed):
        minutes = minutes_late(facts.protocol, dose.started_at, dose.recorded_at)
        if minutes is not None:
            params = {"number": dose.number, "minutes": minutes, "reason": dose.late_reason}
            code = "infusion_start_late" if facts.protocol.is_infusion else "device_late"
            yield Deviation(code, params, at=dose.started_at)
        if dose.ended_at is None or dose.end_recorded_at is None:
            continue
        minutes = minutes_late(facts.protocol, dose.ended_at, dose.end_recorded_at)
        if minutes is not None:
            params = {"minutes": minutes, "reason": dose.end_late_reason}
            yield Deviation("infusion_end_late", params, at=dose.ended_at)


def _late_events(facts: SessionFacts) -> Iterator[Deviation]:
    """Events, answers to flags among them, entered late (CLINICAL 8, rule 37)."""
    for event in facts.events:
        minutes = minutes_late(facts.protocol, event.at, event.recorded_at)
        if minutes is not None and event.kind == "response":
            times = {"informed": event.at, "recorded": event.recorded_at}
            params = {"minutes": minutes, "reason": event.late_reason, **times}
            yield Deviation("answer_backdated", params, at=event.at)
        elif minutes is not None:
            params = {"kind": KindCode(event.kind), "minutes": minutes, "reason": event.late_reason}
            yield Deviation("event_late", params, at=event.at)
        if event.after_departure and event.kind != "review":
            params = {"kind": KindCode(event.kind)}
            yield Deviation("event_after_departure", params, at=event.recorded_at)


def _slots(facts: SessionFacts, now: datetime) -> Iterator[Deviation]:
    for slot in slots(facts, now):
        if slot.state == "late" and slot.reading:
            params: dict[str, object] = {
                "slot": slot.minutes,
                "taken": facts.minutes(slot.reading.taken_at),
                "late": slot.minutes_over,
            }
            yield Deviation("reading_late", params, at=slot.reading.taken_at)
        elif slot.state == "not_done" and slot.reading:
            params = {"slot": slot.minutes, "reasons": tuple(map(NotDoneCode, slot.reasons))}
            yield Deviation("reading_not_done", params, at=slot.due_at)
        if slot.lacking and slot.state in {"done", "late", "not_done"}:
            lacking = tuple(map(ObservationCode, slot.lacking))
            params = {"slot": slot.minutes, "lacking": lacking}
            yield Deviation("reading_incomplete", params, at=slot.due_at)
        elif slot.state == "missed" and not was_cleared(facts, slot.due_at):
            yield Deviation("reading_missed", {"slot": slot.minutes}, at=slot.due_at)


def was_cleared(facts: SessionFacts, at: datetime) -> bool:
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
                yield Deviation("reading_corrected", params, at=reading.received_at)
            else:
                params |= {"was": was, "at": reading.taken_at}
                yield Deviation("reading_retimed", params, at=reading.received_at)
        elif minutes is not None:
            params = {"minutes": minutes, "reason": reading.late_reason}
            yield Deviation("late_entry", params, at=reading.taken_at)
        if reading.corrected_after_departure:
            params = {"noun": NounCode("reading")}
            yield Deviation("corrected_after_departure", params, at=reading.received_at)
        elif reading.after_departure:
            yield Deviation("after_departure", at=reading.received_at)


def _flags(facts: SessionFacts, now: datetime) -> Iterator[Deviation]:
    """Serious adverse events; flags that no one answered, or that were answered late.

    Late is after the minutes by which a reading that nobody takes is urgent (CLINICAL 8, rule 9;
    7, hazard 44). Before then, while the session goes on, nobody is late; once the patient has
    left, an answer that was never given is told at once.
    """
    for event in facts.events:
        if event.is_serious:
            yield Deviation("serious_event", {"detail": event.detail}, at=event.at)
    within = timedelta(minutes=facts.protocol.answer_within_minutes)
    for found in (f for f in flagged(facts) if f.asks):
        params: dict[str, object] = {"flagged": found}
        if found.answered_at is None:
            if facts.departure is not None or now - found.at > within:
                yield Deviation("flag_unanswered", params, at=found.at)
        elif found.answered_at - found.at > within:
            params |= {
                "minutes": whole_minutes(found.answered_at - found.at),
                "informed": found.answered_at,
                "recorded": _recorded_at(facts, found),
            }
            yield Deviation("flag_answered_late", params, at=found.at)
    for found in corrected_unanswered(facts):
        yield Deviation("flag_corrected", {"flagged": found}, at=found.at)


def _corrected(facts: SessionFacts) -> Iterator[Deviation]:
    """Doses and events that were put right, each with the time it first had where that changed."""
    told: list[tuple[str, object, Corrected | None, datetime]] = [
        *(("dose", d.number, d.corrected, d.started_at) for d in facts.doses + facts.failed),
        *(("event", KindCode(e.kind), e.corrected, e.at) for e in facts.events),
    ]
    for noun, what, corrected, at in told:
        if corrected is None:
            continue
        params: dict[str, object] = {"what": what, "reason": corrected.reason}
        if corrected.was == at:
            yield Deviation(f"{noun}_corrected", params, at=corrected.at)
        else:
            params |= {"was": corrected.was, "at": at}
            yield Deviation(f"{noun}_retimed", params, at=corrected.at)
        if corrected.after_departure:
            params = {"noun": NounCode(noun)}
            yield Deviation("corrected_after_departure", params, at=corrected.at)


def _recorded_at(facts: SessionFacts, found: Flagged) -> datetime | None:
    """When the answer that was given first was recorded."""
    answers = (e for e in facts.events if found.fact.id in {e.answers_reading, e.answers_event})
    return next((e.recorded_at for e in answers if e.at == found.answered_at), None)


def _repeats(facts: SessionFacts, now: datetime) -> Iterator[Deviation]:
    """Repeats met late, coded or never (CLINICAL 8, rule 51; 7, hazard 46)."""
    for repeat in repeats(facts, now):
        params: dict[str, object] = {
            "because": RepeatCode(repeat.because),
            "due": repeat.due_at,
            "minutes": repeat.minutes_over,
        }
        if repeat.state in {"late", "not_done", "missed"}:
            yield Deviation(f"repeat_{repeat.state}", params, at=repeat.due_at)


def _struck(facts: SessionFacts) -> Iterator[Deviation]:
    """What was entered in error, and what of it was flagged and nobody informed of."""
    for struck in facts.struck:
        params = {
            "noun": NounCode(struck.noun),
            "at": happened_at(struck),
            "kind": StrikeCode(struck.kind),
            "by": struck.by,
            "reason": struck.reason,
        }
        yield Deviation("strike_waits" if struck.waits else "struck", params, at=struck.at)
    for found in flags_struck(facts):
        yield Deviation("flag_struck", {"flagged": found}, at=found.at)


def _clearances(facts: SessionFacts) -> Iterator[Deviation]:
    for clearance in facts.clearances:
        for code in clearance.justified:
            yield Deviation("caution_justified", {"caution": code}, at=clearance.signed_at)
        if clearance.withdrawn_at is not None:
            params = {"reason": clearance.withdrawal_reason}
            yield Deviation("clearance_withdrawn", params, at=clearance.withdrawn_at)


def _clock(facts: SessionFacts, now: datetime) -> Iterator[Deviation]:
    """Times that cannot all be right, for the server's clock jumped (CLINICAL 7, hazard 31)."""
    for jump in went_back(facts):
        yield Deviation("clock_went_back", {"was": jump.was, "at": jump.at}, at=jump.at)
    to_come = ahead(facts, now)
    if to_come is not None:
        yield Deviation("recorded_ahead", {"at": to_come, "now": now}, at=to_come)
