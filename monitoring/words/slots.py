"""The line of scheduled readings, pre-dose first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from clinic.pages import moments
from monitoring.rules.facts import SessionFacts
from monitoring.rules.repeats import Repeat, repeats
from monitoring.rules.schedule import Slot, slots


@dataclass(frozen=True, slots=True)
class Mark:
    """One scheduled reading; `due_at` is counted down or up where it is not recorded yet."""

    label: str
    state: str
    words: str
    due_at: datetime | None = None


def slot_line(facts: SessionFacts, now: datetime) -> list[Mark]:
    """With the repeats among the slots. Empty before the first dose, when the list of open items
    says what comes next."""
    found = [(slot.due_at, _mark(slot)) for slot in slots(facts, now)]
    if not found:
        return []
    again = [(r.due_at, _repeat(r)) for r in repeats(facts, now) if r.state != "done"]
    in_order = sorted([*found, *again], key=lambda pair: pair[0])
    return [_predose(facts), *(mark for _at, mark in in_order)]


def _repeat(repeat: Repeat) -> Mark:
    """A repeat that is waited for, or was not met in time; one that was met is in the table."""
    label = _("Repeat")
    if repeat.state == "missed":
        return Mark(label, repeat.state, _("Missed"))
    if repeat.state == "not_done":
        return Mark(label, repeat.state, _("Not done"))
    if repeat.state == "late":
        return Mark(label, repeat.state, _("%(count)s min late") % {"count": repeat.minutes_over})
    state = "urgent" if repeat.is_escalated else repeat.state
    return Mark(label, state, _clock(repeat.due_at), repeat.due_at)


def _predose(facts: SessionFacts) -> Mark:
    reading = facts.predose
    if reading is None:
        return Mark(_("Pre-dose"), "missed", _("Missed"))
    return Mark(_("Pre-dose"), "done", _clock(reading.taken_at))


def _mark(slot: Slot) -> Mark:
    label = _("%(count)s min") % {"count": slot.minutes}
    if slot.state == "missed":
        return Mark(label, slot.state, _("Missed"))
    if slot.reading is None:
        state = "urgent" if slot.is_escalated else slot.state
        return Mark(label, state, _clock(slot.due_at), slot.due_at)
    if slot.state == "not_done":
        return Mark(label, slot.state, _("Not done"))
    if slot.state == "late":
        words = _("%(count)s min late") % {"count": slot.minutes_over}
        return Mark(label, slot.state, words)
    return Mark(label, slot.state, _clock(slot.reading.taken_at))


def _clock(at: datetime) -> str:
    return moments.clock(at)
