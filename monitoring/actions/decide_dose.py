"""A clinician decides: give, delay, do not give; or, once begun, no further device."""

from __future__ import annotations

from uuid import UUID

from clinic.access import Permission
from clinic.models import Staff
from monitoring.actions.outcome import refuse, repeated
from monitoring.actions.record import open_record, require_phase, require_text, verb
from monitoring.models import Decision


@verb
def decide_dose(
    session_id: UUID,
    by: Staff,
    *,
    id: UUID,
    outcome: str,
    reason: str,
    reading_id: UUID | None,
    through_seq: int,
) -> Decision:
    """Record the decision on the pre-dose reading that was shown, `reading_id`, with all that was
    recorded up to `through_seq`.

    "Do not give" after the first device stops the rest. Raises Refused when another pre-dose
    reading has come since, or for want of a reason; NotAllowed.
    """
    record = open_record(session_id, by, Permission.DECIDE_DOSE)
    if sent := next((d for d in record.session.decision_set.all() if d.id == id), None):
        return repeated(sent, outcome=outcome, reason=reason.strip(), reading_id=reading_id)
    require_phase(record, "arrived", "dosing")
    if outcome not in Decision.Outcome.values:
        raise refuse("required", "outcome")
    if record.facts.doses and outcome != Decision.Outcome.DO_NOT_GIVE:
        raise refuse("dose_begun", "outcome")
    text = require_text(reason, "reason")
    predose = record.facts.predose
    has_newer = any(r.seq > through_seq for r in record.facts.readings)
    if has_newer or reading_id != (predose.id if predose else None):
        raise refuse("predose_changed")
    decision = record.add(
        Decision(
            id=id,
            outcome=outcome,
            reason=text,
            reading_id=reading_id,
            printed_name=by.printed_name,
        )
    )
    record.finish("decide_dose")
    return decision
