"""A clinician takes a clearance back."""

from __future__ import annotations

from uuid import UUID

from clinic.access import Permission
from clinic.models import Staff
from monitoring.actions.outcome import Conflict, refuse, repeated
from monitoring.actions.record import open_record, require_phase, require_text, verb
from monitoring.models import Withdrawal


@verb
def withdraw_clearance(
    session_id: UUID, by: Staff, *, id: UUID, clearance_id: UUID, reason: str
) -> Withdrawal:
    """The clearance stays readable with what it covered. Raises Refused without a reason or after
    the patient has left, Conflict when it was withdrawn already, NotAllowed."""
    record = open_record(session_id, by, Permission.SIGN_CLEARANCE)
    require_phase(record, "dosing", "observing", "cleared")
    clearances = record.session.clearance_set.all()
    clearance = next((c for c in clearances if c.id == clearance_id), None)
    if clearance is None:
        raise refuse("unknown_clearance")
    if hasattr(clearance, "withdrawal"):
        if clearance.withdrawal.id == id:
            return repeated(clearance.withdrawal, reason=reason.strip())
        raise Conflict(clearance.withdrawal)
    text = require_text(reason, "reason")
    withdrawal = record.add(Withdrawal(id=id, clearance=clearance, reason=text))
    record.finish("withdraw_clearance")
    return withdrawal
