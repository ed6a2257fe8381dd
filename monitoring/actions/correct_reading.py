"""Replace a reading that was entered wrongly; the original stays."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from clinic.access import Permission
from clinic.models import Staff
from monitoring.actions.outcome import Conflict, Reason, Refused, refuse
from monitoring.actions.record import (
    Record,
    open_record,
    require_not_future,
    require_phase,
    require_text,
    verb,
)
from monitoring.actions.record_reading import add_reading, same_or_conflict
from monitoring.actions.sending import FIRST, Sending, require_same_time
from monitoring.models import Reading
from monitoring.models.facts import reading_facts
from monitoring.rules.entry import Entry, corrected, correction_problems
from monitoring.rules.schedule import slot_for


@verb
def correct_reading(
    session_id: UUID,
    by: Staff,
    *,
    id: UUID,
    replaces: UUID,
    entry: Entry,
    reason: str,
    note: str = "",
    is_time_wrong: bool = False,
    sending: Sending = FIRST,
) -> Reading:
    """Add reading `id` in the place of `replaces`, once, with a reason.

    `entry` holds what was wrong; what it leaves empty stays as it was. The correction keeps the
    original's time and slot. Only with `is_time_wrong` does the time of `entry` count: the slot is
    then kept if a reading taken at that time would have filled it. Raises Conflict with the other
    correction when one stands already, Refused with a reason at each field, NotAllowed.
    """
    record = open_record(session_id, by, Permission.RECORD_READING)
    readings = list(record.session.reading_set.all())
    original = next((r for r in readings if r.id == replaces), None)
    sent = next((r for r in readings if r.id == id), None)
    if original is None:
        raise Conflict(sent) if sent else refuse("unknown_reading")
    was = reading_facts(original)
    whole = corrected(was, entry, is_time_wrong=is_time_wrong)
    if sent:
        if sent.replaces_id != replaces:
            raise Conflict(sent)
        if is_time_wrong:
            require_same_time(sent, "taken_at", whole.taken_at, sending)
        return same_or_conflict(sent, whole, note=note, correction_reason=reason)
    require_phase(record, "arrived", "dosing", "observing", "cleared")
    if theirs := next((r for r in readings if r.replaces_id == replaces), None):
        raise Conflict(theirs)
    text = require_text(reason, "correction_reason")
    if is_time_wrong:
        require_not_future(record, entry.taken_at, "taken_at")
    problems = correction_problems(
        record.facts, was, entry, record.now, is_time_wrong=is_time_wrong
    )
    if problems:
        raise Refused(Reason(p.code, p.field, p.params) for p in problems)
    reading = add_reading(
        record,
        id,
        replace(whole, confirmed=whole.confirmed | _confirmed(original, entry)),
        slot=_slot(record, original, whole) if is_time_wrong else original.slot,
        note=note,
        replaces=original,
        correction_reason=text,
    )
    record.finish("correct_reading")
    return reading


def _confirmed(original: Reading, entry: Entry) -> set[str]:
    """Unusual values that are kept were confirmed with the original."""
    return {f for f in original.confirmed if entry.values.get(f) is None}


def _slot(record: Record, original: Reading, whole: Entry) -> int | None:
    """The slot of the original, unless it had not come near or had passed at the right time."""
    return slot_for(record.facts.without(original.id), original.slot, whole.taken_at)
