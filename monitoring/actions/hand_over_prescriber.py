"""The prescriber on site leaves: who takes over, and when."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from clinic.access import Permission
from clinic.refusal import refuse
from monitoring.actions.sending import FIRST, Sending
from monitoring.actions.times import require_after, require_timely
from monitoring.actions.work import SessionWork, session_verb
from monitoring.models import Event
from monitoring.models.on_site import one_of, prescribers_at
from monitoring.rules.people import prescribers
from monitoring.rules.phase import PRESENT


@session_verb(Permission.HAND_OVER, phases=PRESENT)
def hand_over_prescriber(
    work: SessionWork,
    *,
    id: UUID,
    to_id: UUID | None,
    at: datetime,
    sending: Sending = FIRST,
    late_reason: str = "",
    confirmed_at: datetime | None = None,
) -> Event:
    """Name who takes over as the prescriber on site at `at` (CLINICAL 8, rule 28).

    Raises Refused for who is no active clinician of the site or is it already, and for a time
    before the one who leaves was named; NotAllowed.
    """
    given = {"handed_to_id": to_id, "late_reason": late_reason.strip()}
    if sent := work.sent(work.session.rows.of(Event), id, given, sending, at=at):
        return sent
    work.require_phase()
    taker = one_of(prescribers_at(work.session.site_id), to_id)
    if taker is None:
        raise refuse("prescriber", "to")
    leaver = work.session.prescriber
    if taker == leaver:
        raise refuse("is_prescriber", "to")
    if named := prescribers(work.facts):
        require_after(at, named[-1].since, "before_named")
    require_timely(work, at, "at", confirmed_at=confirmed_at, late_reason=late_reason)
    return work.add(
        Event(
            id=id,
            kind=Event.Kind.HANDOVER,
            hands_over=Event.Of.PRESCRIBER,
            at=at,
            handed_from=leaver,
            handed_from_name=leaver.printed_name if leaver else "",
            handed_to_name=taker.printed_name,
            **given,
        )
    )
