"""Who must be looked at first: what each session waits for, and in which order.

An emergency stands first, then what waits for this person alone and expires, then what has waited
too long (CLINICAL 8, rules 9, 10, 14, 22 and 51; CLINICAL 7, hazard 33).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from monitoring.rules.doses import is_paused, is_running
from monitoring.rules.due import next_due
from monitoring.rules.facts import SessionFacts
from monitoring.rules.flags import unanswered
from monitoring.rules.once import once
from monitoring.rules.readiness import (
    awaits_decision,
    before_clearance,
    before_dose,
    clearance_state,
    lapses_at,
)
from monitoring.rules.repeats import Repeat
from monitoring.rules.suicidality import unreviewed

Kind = Literal[
    "emergency",
    "review",
    "decision",
    "order",
    "device",
    "urgent",
    "flagged",
    "overdue",
    "repeat",
    "due",
    "dosing",
    "upcoming",
    "waiting",
    "ready",
    "arrived",
    "to_order",
    "planned",
]

FOR_NURSES: tuple[Kind, ...] = (
    "emergency",
    "device",
    "urgent",
    "flagged",
    "overdue",
    "repeat",
    "due",
    "dosing",
    "upcoming",
    "review",
    "decision",
    "order",
    "waiting",
    "ready",
    "arrived",
    "to_order",
    "planned",
)
FOR_CLINICIANS: tuple[Kind, ...] = (
    "emergency",
    "review",
    "decision",
    "order",
    "urgent",
    "flagged",
    "waiting",
    "to_order",
    "device",
    "overdue",
    "repeat",
    "due",
    "dosing",
    "upcoming",
    "ready",
    "arrived",
    "planned",
)
"""A review of suicidality, a decision, an order and a signature wait for a clinician alone, a
device for who gives it. The order of a patient who is not here yet waits behind those who are.
Overdue by ten minutes and a flag concern both: an escalation asks a second person."""


NOT_HERE_YET: frozenset[Kind] = frozenset({"planned", "to_order"})
"""Kinds of a patient who has not arrived."""


@dataclass(frozen=True, slots=True)
class Wait:
    """One thing that a session waits for. `since` orders sessions that wait for the same: the
    earliest first; it is when the wait began, or when what is waited for is due or expires."""

    kind: Kind
    since: datetime


@once
def waits(facts: SessionFacts, now: datetime) -> tuple[Wait, ...]:
    """All that a session waits for at `now`, in no order; one of each kind. What is planned waits
    for its order alone."""
    if facts.phase == "planned":
        return () if facts.ordered else (Wait("to_order", now),)
    if facts.phase == "arrived":
        return _before_dose(facts, now)
    if facts.phase not in {"dosing", "observing", "cleared"}:
        return ()
    if clearance_state(facts, now) == "stands":
        return (Wait("ready", lapses_at(facts)),)
    found = [*_flags(facts), *_reviews(facts), *_doses(facts, now), *_due(facts, now)]
    if not before_clearance(facts, now):
        found.append(Wait("waiting", facts.window_ends_at or now))
    if not found:
        found.append(Wait("upcoming", facts.window_ends_at or now))
    return tuple(found)


def sorted_for(found: tuple[Wait, ...], *, is_clinician: bool) -> list[Wait]:
    """What this person turns to in one session, first things first.

    Where nothing is open, the signature comes before the repeats that it makes needless: before
    all of them for who can sign, before those that are not overdue for anyone else.
    """
    order = FOR_CLINICIANS if is_clinician else FOR_NURSES
    at = 0 if is_clinician else order.index("repeat")
    own = (*order[:at], "waiting", *order[at:])
    return sorted(found, key=lambda wait: own.index(wait.kind))


def rank(wait: Wait, *, is_clinician: bool) -> tuple[int, datetime]:
    """Sorts sessions: the most urgent kind first, within it the one that has waited longest."""
    order = FOR_CLINICIANS if is_clinician else FOR_NURSES
    return order.index(wait.kind), wait.since


def emergencies(facts: SessionFacts) -> tuple[datetime, ...]:
    """When each emergency began that no one was informed of, the earliest first."""
    return tuple(sorted(found.at for found in unanswered(facts) if found.tier == "emergency"))


def rest_ends_at(facts: SessionFacts) -> datetime | None:
    """When the rest after the last device ends (CLINICAL 8, rule 22); None where no further device
    is to be given, and of an infusion."""
    if facts.protocol.is_infusion or not (facts.doses and facts.devices_open):
        return None
    rest = timedelta(minutes=facts.protocol.rest_between_devices_minutes)
    return max(dose.started_at for dose in facts.doses) + rest


def _flags(facts: SessionFacts) -> list[Wait]:
    found = unanswered(facts)
    kinds: tuple[tuple[Kind, bool], ...] = (("emergency", True), ("flagged", False))
    return [
        Wait(kind, min(f.at for f in found if (f.tier == "emergency") is is_emergency))
        for kind, is_emergency in kinds
        if any((f.tier == "emergency") is is_emergency for f in found)
    ]


def _reviews(facts: SessionFacts) -> list[Wait]:
    """What speaks of suicidality waits for a clinician (CLINICAL 8, rule 42)."""
    since = [event.at for event in unreviewed(facts)]
    return [Wait("review", min(since))] if since else []


def _doses(facts: SessionFacts, now: datetime) -> list[Wait]:
    if (rest := rest_ends_at(facts)) is not None:
        return [Wait("device" if now >= rest else "dosing", rest)]
    if is_running(facts):
        return [Wait("dosing", facts.doses[-1].started_at)]
    if is_paused(facts) and facts.last_dose_at is not None:
        return [Wait("dosing", facts.last_dose_at)]
    return []


def _due(facts: SessionFacts, now: datetime) -> list[Wait]:
    due = next_due(facts, now)
    if due is None:
        return []
    if due.state == "overdue":
        return [Wait("urgent" if due.is_escalated else "overdue", due.due_at)]
    if due.state == "due":
        return [Wait("repeat" if isinstance(due, Repeat) else "due", due.due_at)]
    return [Wait("upcoming", due.due_at)]


def _before_dose(facts: SessionFacts, now: datetime) -> tuple[Wait, ...]:
    """A decision expires with the pre-dose reading it is taken on (CLINICAL 8, rule 12)."""
    items = before_dose(facts, now)
    codes = {item.code for item in items}
    predose = facts.predose
    found = [*_flags(facts), *_reviews(facts)]
    if predose and awaits_decision(items) and "predose_old" not in codes:
        greatest = timedelta(minutes=facts.protocol.predose_max_age_minutes)
        found.append(Wait("decision", predose.taken_at + greatest))
    admitted = [answers.at for answers in facts.admissions]
    since = admitted[0] if admitted else now
    if facts.ordered is None:
        found.append(Wait("order", since))
    return (*found, Wait("arrived", since))
