"""A clinician decides: give, delay, do not give; or, once begun, no further device."""

from __future__ import annotations

from uuid import UUID

from clinic.access import Permission
from clinic.refusal import refuse
from monitoring.actions.text import require_text
from monitoring.actions.work import SessionWork, session_verb
from monitoring.models import Decision
from monitoring.rules.readiness import history_asks


@session_verb(Permission.DECIDE_DOSE, phases=("arrived", "dosing"))
def decide_dose(
    work: SessionWork,
    *,
    id: UUID,
    outcome: str,
    reason: str,
    reading_id: UUID | None,
    through_seq: int,
) -> Decision:
    """Record the decision on the pre-dose reading that was shown, `reading_id`, with all that was
    recorded up to `through_seq`.

    A decision to give answers what the patient's history asks, too. "Do not give" after the first
    device stops the rest. Raises Refused when another pre-dose
    reading has come since, or for want of a reason; NotAllowed.
    """
    given = {"outcome": outcome, "reason": reason.strip(), "reading_id": reading_id}
    if sent := work.sent(work.session.rows.of(Decision), id, given):
        return sent
    work.require_phase()
    if outcome not in Decision.Outcome.values:
        raise refuse("required", "outcome")
    if work.facts.doses and outcome != Decision.Outcome.DO_NOT_GIVE:
        raise refuse("dose_begun", "outcome")
    require_text(reason, "reason")
    predose = work.facts.predose
    has_newer = any(r.seq > through_seq for r in work.facts.readings)
    if has_newer or reading_id != (predose.id if predose else None):
        raise refuse("predose_changed")
    work.load_history()
    answers = history_asks(work.facts) if outcome == Decision.Outcome.GIVE else []
    return work.add(
        Decision(
            id=id,
            printed_name=work.by.printed_name,
            history=[ask.code for ask in answers],
            **given,
        )
    )
