"""Record the end of an infusion, or a pause: the window runs from the last of them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from clinic import access
from clinic.access import Permission
from clinic.refusal import refuse
from monitoring.actions.correct_dose import end_taken_away
from monitoring.actions.sending import FIRST, Sending
from monitoring.actions.text import require_text
from monitoring.actions.times import require_timely
from monitoring.actions.work import SessionWork, session_verb
from monitoring.models import Dose, DoseEnd


@session_verb(Permission.GIVE_DOSE, phases=("dosing",))
def end_infusion(
    work: SessionWork,
    *,
    id: UUID,
    sending: Sending = FIRST,
    ended_at: datetime,
    mg: Decimal,
    is_complete: bool = False,
    is_paused: bool = False,
    partial_detail: str = "",
    late_reason: str = "",
    confirmed_at: datetime | None = None,
) -> DoseEnd:
    """`mg` is what ran in since the part that runs began. What is paused is resumed by another
    part, or stopped by a clinician. Raises Refused when no infusion runs, for an end before the
    start or more than was ordered; NotAllowed."""
    rows = work.session.rows
    given = {
        "kind": DoseEnd.Kind.PAUSED if is_paused else DoseEnd.Kind.ENDED,
        "mg": mg,
        "is_complete": is_complete,
        "partial_detail": "" if is_complete else partial_detail.strip(),
        "late_reason": late_reason.strip(),
    }
    if sent := work.sent(rows.of(DoseEnd), id, given, sending, ended_at=ended_at):
        return sent
    work.require_phase()
    running = next((d for d in rows.standing(Dose) if not rows.beside(d, DoseEnd)), None)
    if running is None or not work.facts.protocol.is_infusion:
        raise refuse("no_infusion_running")
    if ended_at < running.started_at:
        raise refuse("before_start", "ended_at", at=ended_at, other=running.started_at)
    require_timely(
        work,
        ended_at,
        "ended_at",
        confirmed_at=confirmed_at,
        late_reason=late_reason,
        window=work.facts.protocol.window,
    )
    _require_clinician(work, end_taken_away(rows, running), ended_at, mg)
    _require_amount(running, mg, is_complete=is_complete, is_paused=is_paused, why=partial_detail)
    return work.add(DoseEnd(id=id, dose=running, ended_at=ended_at, **given))


def _require_clinician(
    work: SessionWork, was: DoseEnd | None, ended_at: datetime, mg: Decimal
) -> None:
    """Refuse to anyone else an end that is earlier, or less, than the one that was taken away."""
    is_less = was is not None and (ended_at < was.ended_at or mg < was.mg)
    if is_less and not access.may(work.by, Permission.CONFIRM_STRIKE, work.session.site):
        raise refuse("clinician_corrects", "ended_at")


def _require_amount(
    running: Dose, mg: Decimal, *, is_complete: bool, is_paused: bool, why: str
) -> None:
    """Within what was still ordered when the part began, and in agreement with what is said."""
    if not 0 <= mg <= running.mg:
        raise refuse("not_within_order", "mg", ordered=running.mg)
    if is_paused and is_complete:
        raise refuse("paused_and_complete", "kind")
    if is_complete and mg < running.mg:
        raise refuse("less_than_ordered", "mg", ordered=running.mg)
    if is_complete and why.strip():
        raise refuse("complete_and_partial", "partial_detail")
    if not is_complete:
        require_text(why, "partial_detail")
