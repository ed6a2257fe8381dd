"""Replace a reading that was entered wrongly; the original stays."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from clinic.access import Permission
from clinic.models import Staff
from monitoring.actions.outcome import Conflict, refuse
from monitoring.actions.record import open_record, require_phase, require_text, verb
from monitoring.actions.record_reading import add_reading, check_entry, same_or_conflict
from monitoring.models import Reading
from monitoring.rules.entry import Entry


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
) -> Reading:
    """Add reading `id` in the place of `replaces`, once, with a reason; it keeps its slot.

    Raises Conflict with the other correction when one stands already, Refused with a reason at
    each field, NotAllowed.
    """
    record = open_record(session_id, by, Permission.RECORD_READING)
    readings = list(record.session.reading_set.all())
    if sent := next((r for r in readings if r.id == id), None):
        return same_or_conflict(sent, entry)
    require_phase(record, "arrived", "dosing", "observing", "cleared")
    original = next((r for r in readings if r.id == replaces), None)
    if original is None:
        raise refuse("unknown_reading")
    if theirs := next((r for r in readings if r.replaces_id == replaces), None):
        raise Conflict(theirs)
    text = require_text(reason, "correction_reason")
    entry = replace(entry, late_reason=entry.late_reason or text)
    check_entry(record, entry)
    reading = add_reading(
        record,
        id,
        entry,
        slot=original.slot,
        note=note,
        replaces=original,
        correction_reason=text,
    )
    record.finish("correct_reading")
    return reading
