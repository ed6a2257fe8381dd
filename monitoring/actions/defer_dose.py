"""End a session without a dose after the patient has arrived."""

from __future__ import annotations

from clinic.access import Permission
from monitoring.actions.text import require_text
from monitoring.actions.work import SessionWork, session_verb
from monitoring.models import Session


@session_verb(Permission.GIVE_DOSE, phases=("arrived",))
def defer_dose(work: SessionWork, *, reason: str) -> Session:
    """Nothing is given today; the patient may leave. Raises Refused once a dose was given."""
    work.require_phase()
    return work.end(require_text(reason, "reason"))
