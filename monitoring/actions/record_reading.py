"""Record one set of observations."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from clinic.access import Permission
from clinic.models import Staff
from monitoring.actions.outcome import Reason, Refused, refuse, repeated
from monitoring.actions.record import Record, open_record, require_not_future, require_phase, verb
from monitoring.actions.sending import FIRST, Sending, require_once, require_same_time
from monitoring.models import Reading, Withdrawal
from monitoring.models.facts import reading_facts
from monitoring.rules.cautions import is_outside_criteria
from monitoring.rules.entry import PRE_DOSE, Entry, entry_problems
from monitoring.rules.flags import flags_of
from monitoring.rules.measures import OBSERVATIONS, value_fields
from monitoring.rules.protocol import Protocol
from monitoring.rules.schedule import slot_for


@verb
def record_reading(
    session_id: UUID,
    by: Staff,
    *,
    id: UUID,
    entry: Entry,
    note: str = "",
    sending: Sending = FIRST,
) -> Reading:
    """Keep `entry` as reading `id`, which the tablet made: the same one sent twice is one row.

    It fills the slot it was taken for when that is free and near, and is additional otherwise. One
    outside the criteria takes a standing clearance back; one that arrives after departure is
    marked and changes nothing that was signed. The same values a moment later, or for a slot that
    is recorded already, are asked about. Raises Refused with a reason at each field, Conflict
    when `id` stands for other values, NotAllowed.
    """
    record = open_record(session_id, by, Permission.RECORD_READING, is_whole=False)
    if sent := next((r for r in record.session.reading_set.all() if r.id == id), None):
        require_same_time(sent, "taken_at", entry.taken_at, sending)
        return same_or_conflict(sent, entry, note=note)
    require_phase(record, "arrived", "dosing", "observing", "cleared", "closed")
    check_entry(record, entry)
    _require_meant(record, entry, sending)
    if record.session.phase == "closed":
        record = record.whole()
    slot = slot_for(record.facts, entry.asked, entry.taken_at)
    reading = add_reading(record, id, entry, slot=slot, note=note)
    record.finish("record_reading")
    return reading


def same_or_conflict(
    sent: Reading, entry: Entry, *, note: str, correction_reason: str = ""
) -> Reading:
    """The row that a second sending of the same reading meets."""
    return repeated(
        sent,
        note=note.strip(),
        late_reason=entry.late_reason.strip(),
        correction_reason=correction_reason.strip(),
        **_measured(entry),
    )


def _measured(entry: Entry) -> dict[str, Any]:
    """The columns of a reading that hold what was measured, or why it was not."""
    values: dict[str, Any] = {f: entry.values.get(f) for f in value_fields()}
    return values | {f"{o}_not_done": entry.not_done.get(o, "") for o in OBSERVATIONS}


def _scales(protocol: Protocol, entry: Entry) -> dict[str, str]:
    """The scale beside each value that was rated on one."""
    rated = (f for f in protocol.scales if entry.values.get(f) is not None)
    return {f"{f}_scale": protocol.scales[f] for f in rated}


def _require_meant(record: Record, entry: Entry, sending: Sending) -> None:
    """Ask about the same values a moment later, and about a slot that is recorded already.

    A pre-dose reading is repeated by the protocol until the dose is given.
    """
    rows = list(record.session.reading_set.all())
    require_once(record, rows, sending, "again_reading", **_measured(entry))
    if sending.is_another or entry.asked in {None, PRE_DOSE}:
        return
    if theirs := next((r for r in rows if r.slot == entry.asked and r.replaces_id is None), None):
        name, at = theirs.recorded_by.printed_name, theirs.recorded_at
        raise refuse("slot_taken", "another", slot=entry.asked, name=name, at=at)


def check_entry(record: Record, entry: Entry) -> None:
    require_not_future(record, entry.taken_at, "taken_at")
    if problems := entry_problems(record.facts, entry, record.now):
        raise Refused(Reason(p.code, p.field, p.params) for p in problems)


def add_reading(
    record: Record,
    id: UUID,
    entry: Entry,
    *,
    slot: int | None,
    note: str,
    **correction: Any,
) -> Reading:
    """Write the row and, where it is outside the criteria, take a standing clearance back."""
    standing = record.session.standing_clearance_id
    is_closed = record.session.phase == "closed"
    reading = record.add(
        Reading(
            id=id,
            taken_at=entry.taken_at,
            slot=slot,
            note=note.strip(),
            confirmed=sorted(f for f in entry.confirmed if entry.values.get(f) is not None),
            late_reason=entry.late_reason.strip(),
            after_departure=is_closed,
            **_measured(entry),
            **_scales(record.facts.protocol, entry),
            **correction,
        )
    )
    inserted = reading_facts(reading)
    outside = is_outside_criteria(record.facts, inserted) or flags_of(record.facts, inserted)
    if standing and not is_closed and outside:
        record.add(
            Withdrawal(
                clearance_id=standing,
                reason=f"Reading {reading.seq} is outside the criteria for clearance",
                is_automatic=True,
            )
        )
    return reading
