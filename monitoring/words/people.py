"""Who was there, from when to when, in words."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.utils.translation import gettext as _

from clinic.models import Staff
from clinic.pages import moments
from monitoring.models import Admission, Event, Session
from monitoring.models.row import Sent, SessionFact
from monitoring.rules.people import Span


def recorder(row: SessionFact) -> str:
    """Who recorded it and, where a colleague sent it from the tablet, who that was: "Rosa
    Delgado, RN, sent by Max Adler, RN"."""
    return with_sender(row.recorded_by.printed_name, row)


def with_sender(name: str, row: SessionFact) -> str:
    """The same where the name was printed with the row."""
    if not isinstance(row, Sent) or row.sent_by is None:
        return name
    params = {"name": name, "sender": row.sent_by.printed_name}
    return _("%(name)s, sent by %(sender)s") % params


def spans(session: Session, found: Iterable[Span]) -> str:
    """Each person with their time: "Mei Chen, MD 10:02 to 11:40; Julia Haas, PMHNP from 11:40"."""
    names = _names(session)
    return "; ".join(_span(names.get(span.person, ""), span) for span in found)


def begun(session: Session, found: list[Span], of: Event.Of, current: Staff | None) -> list[Span]:
    """`found` with its beginning, on a page that leaves the answers on arrival out."""
    if session.rows.has(Admission) or session.admitted_at is None:
        return found
    handed = [e for e in session.rows.standing(Event) if e.hands_over == of]
    first = handed[0].handed_from_id if handed else getattr(current, "pk", None)
    if first is None:
        return found
    return [Span(first, session.admitted_at, found[0].since if found else None), *found]


def _span(name: str, span: Span) -> str:
    params = {"name": name, "since": moments.clock(span.since)}
    if span.until is None:
        return _("%(name)s from %(since)s") % params
    return _("%(name)s %(since)s to %(until)s") % {**params, "until": moments.clock(span.until)}


def _names(session: Session) -> dict[UUID, str]:
    """Everyone whom the answers on arrival and the handovers name, as they were printed then."""
    now = (session.prescriber, session.observer)
    found = {person.pk: person.printed_name for person in now if person}
    for answers in session.rows.if_loaded(Admission):
        found[answers.recorded_by_id] = answers.recorded_by.printed_name
        found[answers.prescriber_id] = answers.prescriber_name
    for event in session.rows.standing(Event):
        if event.handed_from_id:
            found[event.handed_from_id] = event.handed_from_name
        if event.handed_to_id:
            found[event.handed_to_id] = event.handed_to_name
    return found
