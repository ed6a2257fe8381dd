"""Call a planned session off before the patient arrives."""

from __future__ import annotations

from uuid import UUID

from clinic.access import Permission
from clinic.models import Staff
from monitoring.actions.record import Record, open_record, require_phase, require_text, verb
from monitoring.models import Session


@verb
def cancel_session(session_id: UUID, by: Staff, *, reason: str) -> Session:
    """Raises Refused without a reason or once the patient has arrived, NotAllowed."""
    record = open_record(session_id, by, Permission.PLAN_SESSION)
    require_phase(record, "planned")
    return end_without_dose(record, reason, "cancel_session")


def end_without_dose(record: Record, reason: str, verb: str) -> Session:
    """Close a session in which nothing was given, with the reason."""
    session = record.session
    session.cancel_reason = require_text(reason, "reason")
    session.cancelled_at = record.now
    session.cancelled_by = record.by
    record.set_phase("cancelled")
    record.finish(verb)
    return session
