"""Who is there for a patient: on the page of the session, on the board and at arrival."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from clinic.models import Site, Staff
from monitoring.models import Event, Session
from monitoring.models.on_site import watched_with
from monitoring.rules.facts import SessionFacts
from monitoring.rules.people import observers, offered, prescribers
from monitoring.words.people import begun, spans


@dataclass(frozen=True, slots=True)
class Offer:
    """A handover of the watch that waits for the person who looks at the page. Where they would
    then watch more patients than the site's number, `watches` is how many, and `limit` the number.
    """

    id: UUID
    by: str
    watches: int = 0
    limit: int = 0

    def taken_by(self, watched: int, site: Site) -> Offer:
        """The offer to one who would watch `watched` patients with this one (CLINICAL 8, rule
        40)."""
        limit = site.watch_limit
        return replace(self, watches=watched, limit=limit) if watched > limit else self


@dataclass(frozen=True, slots=True)
class Handover:
    """A handover of the watch that waits, and for whom."""

    to: UUID
    offer: Offer


@dataclass(frozen=True, slots=True)
class Load:
    """One person who watches more patients than the site's number."""

    name: str
    count: int
    limit: int


def handover_of(session: Session, facts: SessionFacts) -> Handover | None:
    """What someone is asked to accept."""
    handover = offered(facts) if session.is_open else None
    if handover is None or handover.handed_to is None:
        return None
    row = session.rows.find(Event, handover.id)
    return Handover(handover.handed_to, Offer(handover.id, row.handed_from_name if row else ""))


def people_of(session: Session, facts: SessionFacts, person: Staff) -> dict[str, Any]:
    """What the page of a session says of its people to `person`."""
    handover = offered(facts) if session.is_open else None
    waits_for_other = handover is not None and handover.handed_to != person.pk
    waiting = handover_of(session, facts)
    offer = waiting.offer if waiting and waiting.to == person.pk else None
    if offer is not None:
        offer = offer.taken_by(watched_with(session, person), session.site)
    return {
        "prescribers": spans(
            session, begun(session, prescribers(facts), Event.Of.PRESCRIBER, session.prescriber)
        ),
        "observers": spans(
            session, begun(session, observers(facts), Event.Of.OBSERVER, session.observer)
        ),
        "offer": offer,
        "offered_to": handover.handed_to_name if handover and waits_for_other else "",
    }


def loads(observers: Iterable[Staff | None], site: Site) -> list[Load]:
    """Who watches more open patients than the site's number (CLINICAL 8, rule 40), of the observer
    of each open session there."""
    watched = Counter(observer for observer in observers if observer)
    return [
        Load(person.printed_name, count, site.watch_limit)
        for person, count in watched.items()
        if count > site.watch_limit
    ]
