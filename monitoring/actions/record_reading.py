"""Record one set of observations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from clinic.access import Permission
from clinic.refusal import Refused, refuse
from monitoring.actions.sending import FIRST, Sending
from monitoring.actions.work import SessionWork, session_verb
from monitoring.models import Reading, Withdrawal
from monitoring.rules.entry import Entry
from monitoring.rules.filling import filling, slots_beyond
from monitoring.rules.judgement import Judgement, judge
from monitoring.rules.measures import OBSERVATIONS, value_fields
from monitoring.rules.phase import PRESENT
from monitoring.rules.protocol import Protocol


@session_verb(Permission.RECORD_READING, phases=(*PRESENT, "closed"), is_whole=False)
def record_reading(
    work: SessionWork,
    *,
    id: UUID,
    entry: Entry,
    note: str = "",
    sending: Sending = FIRST,
) -> Reading:
    """Keep `entry` as reading `id`, which the tablet made: the same one sent twice is one row.

    Which slot it fills follows from when it was taken. One outside the criteria takes a standing
    clearance back; one that arrives after departure is marked and changes nothing that was signed.
    The same values a moment later, for a slot that is recorded already, or for what someone
    recorded since the form was shown, are asked about. Raises Refused with a reason at each field,
    Conflict when `id` stands for other values, NotAllowed.
    """
    rows = work.session.rows.of(Reading)
    given = written(entry, note=note)
    if sent := work.sent(rows, id, given, sending, taken_at=entry.taken_at):
        return sent
    work.require_phase()
    if work.session.phase == "closed":
        work.load_whole()
    reason = work.late_reason(entry.late_reason, entry.taken_at, sending)
    entry = replace(entry, late_reason=reason)
    judged_at = sending.judged_at(work.now)
    judged = judge(work.facts, entry, work.now, id, sending.through_seq, judged_at, sending.known)
    if judged.problems:
        raise Refused(judged.problems)
    _require_meant(work, entry, judged, sending)
    return add_reading(work, id, entry, judged, written(entry, note=note))


def written(entry: Entry, *, note: str, correction_reason: str = "") -> dict[str, Any]:
    """The columns of a reading that hold what a person wrote."""
    return {
        "note": note.strip(),
        "late_reason": entry.late_reason.strip(),
        "correction_reason": correction_reason.strip(),
        **_measured(entry),
    }


def _measured(entry: Entry) -> dict[str, Any]:
    """The columns of a reading that hold what was measured, or why it was not."""
    values: dict[str, Any] = {f: entry.values.get(f) for f in value_fields()}
    return values | {f"{o}_not_done": entry.not_done.get(o, "") for o in OBSERVATIONS}


def _scales(protocol: Protocol, entry: Entry) -> dict[str, str]:
    """The scale beside each value that was rated on one."""
    rated = (f for f in protocol.scales if entry.values.get(f) is not None)
    return {f"{f}_scale": protocol.scales[f] for f in rated}


def _require_meant(work: SessionWork, entry: Entry, judged: Judgement, sending: Sending) -> None:
    """Ask about the same values a moment later, and about what is recorded already: the session is
    locked, so that of two tablets the second is always asked."""
    rows = work.session.rows.unstruck(Reading)
    work.require_once(rows, sending, "again_reading", _measured(entry))
    if sending.is_another or judged.beside is None:
        return
    theirs = next(row for row in rows if row.pk == judged.beside.id)
    name, at = theirs.recorded_by.printed_name, theirs.recorded_at
    of_slot = filling(work.facts).of(entry.asked).values() if entry.asked else ()
    code = "slot_taken" if judged.beside in of_slot else "taken_meanwhile"
    params = {"slot": entry.asked, "name": name, "at": at, "beside": theirs.pk}
    raise refuse(code, "another", **params)


def add_reading(
    work: SessionWork,
    id: UUID,
    entry: Entry,
    judged: Judgement,
    given: Mapping[str, Any],
    replaces: Reading | None = None,
) -> Reading:
    """Write the row as it was judged and, where it is outside, take a standing clearance back."""
    standing = work.session.standing_clearance_id
    is_closed = work.session.phase == "closed"
    reading = work.add(
        Reading(
            id=id,
            taken_at=entry.taken_at,
            slot=replaces.slot if replaces else _meant_for(work.facts.protocol, entry.asked),
            replaces=replaces,
            confirmed=sorted(f for f in entry.confirmed if entry.values.get(f) is not None),
            after_departure=is_closed,
            **given,
            **_scales(work.facts.protocol, entry),
        )
    )
    if standing and not is_closed and judged.is_outside:
        work.add(
            Withdrawal(
                clearance_id=standing,
                reason="outside",
                is_automatic=True,
            )
        )
    return reading


def _meant_for(protocol: Protocol, asked: int | None) -> int | None:
    """The slot whose form was opened, where there is such a slot: what was meant. What a reading
    fills is computed from its time."""
    return asked if asked and asked in slots_beyond(protocol, asked) else None
