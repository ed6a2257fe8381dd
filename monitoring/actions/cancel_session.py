"""Call a planned session off before the patient arrives."""

from __future__ import annotations

from clinic.access import Permission
from monitoring.actions.text import require_text
from monitoring.actions.work import SessionWork, session_verb
from monitoring.models import Session


@session_verb(Permission.PLAN_SESSION, phases=("planned",))
def cancel_session(work: SessionWork, *, reason: str) -> Session:
    """Raises Refused without a reason or once the patient has arrived, NotAllowed."""
    work.require_phase()
    return work.end(require_text(reason, "reason"))
