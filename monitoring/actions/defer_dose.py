"""End a session without a dose after the patient has arrived."""

from __future__ import annotations

from clinic.access import Permission
from clinic.refusal import refuse
from monitoring.actions.text import require_text
from monitoring.actions.work import SessionWork, session_verb
from monitoring.models import Session
from monitoring.rules.suicidality import unreviewed


@session_verb(Permission.GIVE_DOSE, phases=("arrived",))
def defer_dose(work: SessionWork, *, reason: str) -> Session:
    """Nothing is given today; the patient may leave, once a clinician has reviewed what speaks of
    suicidality (CLINICAL 8, rule 42; 7, hazard 35). Raises Refused before that, and once a dose was
    given."""
    work.require_phase()
    if unreviewed(work.facts):
        raise refuse("review_first")
    return work.end(require_text(reason, "reason"))
