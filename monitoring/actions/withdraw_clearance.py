"""A clinician takes a clearance back."""

from __future__ import annotations

from uuid import UUID

from clinic.access import Permission
from clinic.refusal import Conflict, refuse
from clinic.verbs import same_or_conflict
from monitoring.actions.text import require_text
from monitoring.actions.work import SessionWork, session_verb
from monitoring.models import Clearance, Withdrawal
from monitoring.rules.phase import DOSED


@session_verb(Permission.SIGN_CLEARANCE, phases=DOSED)
def withdraw_clearance(
    work: SessionWork, *, id: UUID, clearance_id: UUID, reason: str
) -> Withdrawal:
    """The clearance stays readable with what it covered. Raises Refused without a reason or after
    the patient has left, Conflict when it was withdrawn already, NotAllowed."""
    work.require_phase()
    rows = work.session.rows
    clearance = rows.find(Clearance, clearance_id)
    if clearance is None:
        raise refuse("unknown_clearance")
    if theirs := rows.beside(clearance, Withdrawal):
        if theirs.id == id:
            return same_or_conflict(theirs, {"reason": reason.strip()})
        raise Conflict(theirs)
    text = require_text(reason, "reason")
    withdrawal = work.add(Withdrawal(id=id, clearance=clearance, reason=text))
    return withdrawal
