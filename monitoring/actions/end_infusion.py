"""Record the end of an infusion: the window runs from here."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from clinic.access import Permission
from clinic.models import Staff
from monitoring.actions.outcome import refuse, repeated
from monitoring.actions.record import (
    open_record,
    require_phase,
    require_text,
    verb,
)
from monitoring.actions.sending import FIRST, Sending, require_same_time
from monitoring.actions.times import require_timely
from monitoring.models import DoseEnd
from monitoring.models.facts import dose_facts


@verb
def end_infusion(
    session_id: UUID,
    by: Staff,
    *,
    id: UUID,
    sending: Sending = FIRST,
    ended_at: datetime,
    mg: Decimal,
    is_complete: bool,
    partial_detail: str = "",
    late_reason: str = "",
    confirmed_at: datetime | None = None,
) -> DoseEnd:
    """Raises Refused when no infusion runs, for an end before the start or more than was ordered;
    NotAllowed."""
    record = open_record(session_id, by, Permission.GIVE_DOSE)
    doses = list(record.session.dose_set.all())
    if sent := next((d.end for d in doses if hasattr(d, "end") and d.end.id == id), None):
        require_same_time(sent, "ended_at", ended_at, sending)
        detail = "" if is_complete else partial_detail.strip()
        return repeated(
            sent,
            mg=mg,
            is_complete=is_complete,
            partial_detail=detail,
            late_reason=late_reason.strip(),
        )
    require_phase(record, "dosing")
    running = next((d for d in doses if not hasattr(d, "end")), None)
    if running is None or not record.facts.protocol.is_infusion:
        raise refuse("no_infusion_running")
    if ended_at < running.started_at:
        raise refuse("before_start", "ended_at", at=ended_at, other=running.started_at)
    require_timely(
        record,
        ended_at,
        "ended_at",
        confirmed_at=confirmed_at,
        late_reason=late_reason,
        window=record.facts.protocol.window,
    )
    if not 0 <= mg <= running.mg:
        raise refuse("not_within_order", "mg", ordered=running.mg)
    if is_complete and mg < running.mg:
        raise refuse("less_than_ordered", "mg", ordered=running.mg)
    if is_complete and partial_detail.strip():
        raise refuse("complete_and_partial", "partial_detail")
    detail = "" if is_complete else require_text(partial_detail, "partial_detail")
    end = record.add(
        DoseEnd(
            id=id,
            dose=running,
            ended_at=ended_at,
            mg=mg,
            is_complete=is_complete,
            partial_detail=detail,
            late_reason=late_reason.strip(),
        )
    )
    record.facts = replace(record.facts, doses=tuple(map(dose_facts, doses)))
    record.finish("end_infusion")
    return end
