"""The watch over a patient passes from one person to another."""

from __future__ import annotations

from uuid import UUID

from clinic.access import Permission
from clinic.refusal import refuse
from monitoring.actions.work import SessionWork, session_verb
from monitoring.models import Event
from monitoring.models.on_site import observers_at, one_of, watched_with
from monitoring.rules.phase import PRESENT


@session_verb(Permission.HAND_OVER, phases=PRESENT)
def hand_over_watch(work: SessionWork, *, id: UUID, to_id: UUID | None) -> Event:
    """Offer the watch to a nurse or clinician of the site, who accepts it; whoever names himself
    takes it over at once. A later offer takes the place of one that waits.

    Raises Refused for who may not watch here, or watches already; NotAllowed.
    """
    given = {"handed_to_id": to_id}
    if sent := work.sent(work.session.rows.of(Event), id, given):
        return sent
    work.require_phase()
    taker = one_of(observers_at(work.session.site_id), to_id)
    if taker is None:
        raise refuse("observer", "to")
    giver = work.session.observer
    if taker == giver:
        raise refuse("is_observer", "to")
    is_taken = taker == work.by
    return work.add(
        Event(
            id=id,
            kind=Event.Kind.HANDOVER,
            hands_over=Event.Of.OBSERVER,
            at=work.now,
            handed_from=giver,
            handed_from_name=giver.printed_name if giver else "",
            handed_to_name=taker.printed_name,
            watches=watched_with(work.session, taker) if is_taken else None,
            watch_limit=work.session.site.watch_limit if is_taken else None,
            **given,
        )
    )
