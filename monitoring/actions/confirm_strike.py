"""A clinician answers to a strike that waits."""

from __future__ import annotations

from uuid import UUID

from clinic.access import Permission
from clinic.refusal import Conflict, refuse
from clinic.verbs import same_or_conflict
from monitoring.actions.strike import require_arrival, standing_fact, take_back_arrival, without
from monitoring.actions.text import require_text
from monitoring.actions.work import SessionWork, session_verb
from monitoring.models import Strike, StrikeConfirmation
from monitoring.rules.phase import PRESENT


@session_verb(Permission.CONFIRM_STRIKE, phases=(*PRESENT, "closed"))
def confirm_strike(
    work: SessionWork, *, id: UUID, strike_id: UUID, is_confirmed: bool, reason: str = ""
) -> StrikeConfirmation:
    """Confirm the strike, by which its fact counts no more; or refuse it with a reason, by which
    the fact goes on counting.

    Raises Refused where nothing waits or the reason is missing, Conflict with another's answer,
    NotAllowed.
    """
    rows = work.session.rows
    given = {"is_confirmed": is_confirmed, "reason": reason.strip()}
    found = rows.find(Strike, strike_id)
    if found is not None and (theirs := rows.beside(found, StrikeConfirmation)):
        if theirs.id != id:
            raise Conflict(theirs)
        return same_or_conflict(theirs, given)
    work.require_phase()
    if found is None or not found.needs_confirmation:
        raise refuse("unknown_strike")
    if is_confirmed:
        if standing_fact(rows, found.noun, found.target) is None:
            raise refuse("unknown_fact")
        trial = Strike(id=found.id, noun=found.noun, target=found.target, needs_confirmation=False)
        require_arrival(work, without(rows, work.facts, trial))
    else:
        require_text(reason, "reason")
    confirmation = work.add(
        StrikeConfirmation(id=id, strike=found, printed_name=work.by.printed_name, **given)
    )
    if is_confirmed:
        take_back_arrival(work)
    return confirmation
