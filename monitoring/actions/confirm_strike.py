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
from monitoring.models.rows import SessionRows
from monitoring.models.together import made_with
from monitoring.rules.phase import PRESENT


@session_verb(Permission.CONFIRM_STRIKE, phases=(*PRESENT, "closed"))
def confirm_strike(
    work: SessionWork, *, id: UUID, strike_id: UUID, is_confirmed: bool, reason: str = ""
) -> StrikeConfirmation:
    """Confirm the strike, by which its fact counts no more; or refuse it with a reason, by which
    the fact goes on counting. The strikes of what the same entry made beside it, which came with
    this one, have the same answer.

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
    beside = came_with(rows, found)
    if is_confirmed:
        if standing_fact(rows, found.noun, found.target) is None:
            raise refuse("unknown_fact")
        trials = [
            Strike(id=s.id, noun=s.noun, target=s.target, needs_confirmation=False)
            for s in (found, *beside)
        ]
        require_arrival(work, without(work.session.rows, work.facts, trials))
    else:
        require_text(reason, "reason")
    by = work.by.printed_name
    confirmation = work.add(StrikeConfirmation(id=id, strike=found, printed_name=by, **given))
    for strike in beside:
        work.add(StrikeConfirmation(strike=strike, printed_name=by, **given))
    if is_confirmed:
        take_back_arrival(work)
    return confirmation


def came_with(rows: SessionRows, strike: Strike) -> list[Strike]:
    """The strikes that wait and were made together with `strike`."""
    fact = standing_fact(rows, strike.noun, strike.target)
    ids = {row.pk for row in made_with(rows.session.rows, fact)} if fact else set()
    return [
        other
        for other in rows.of(Strike)
        if other.target in ids
        and other.recorded_at == strike.recorded_at
        and other.needs_confirmation
        and rows.beside(other, StrikeConfirmation) is None
    ]
