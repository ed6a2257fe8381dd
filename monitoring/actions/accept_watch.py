"""The one to whom the watch was handed over accepts it."""

from __future__ import annotations

from uuid import UUID

from clinic.access import Permission
from clinic.refusal import NotAllowed, refuse
from monitoring.actions.work import SessionWork, session_verb
from monitoring.models import Event
from monitoring.models.on_site import watched_with
from monitoring.rules.people import offered
from monitoring.rules.phase import PRESENT


@session_verb(Permission.HAND_OVER, phases=PRESENT)
def accept_watch(work: SessionWork, *, id: UUID, handover_id: UUID) -> Event:
    """Accept the handover that was shown: from now on who accepts watches the patient.

    Tapped twice it is one acceptance. Raises Refused where the offer was changed or withdrawn by
    another since; NotAllowed, also for anyone but the one it names.
    """
    rows = work.session.rows
    handover = rows.find_standing(Event, handover_id)
    if handover is None or handover.handed_to_id != work.by.pk:
        raise NotAllowed(work.declared.name)
    accepted = (e for e in rows.standing(Event) if e.accepts_id == handover_id)
    if (found := next(accepted, None)) is not None:
        return found
    work.require_phase()
    waiting = offered(work.facts)
    if waiting is None or waiting.id != handover_id:
        raise refuse("offer_changed")
    return work.add(
        Event(
            id=id,
            kind=Event.Kind.ACCEPTANCE,
            at=work.now,
            accepts=handover,
            watches=watched_with(work.session, work.by),
            watch_limit=work.session.site.watch_limit,
        )
    )
