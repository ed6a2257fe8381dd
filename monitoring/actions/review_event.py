"""A clinician reviews what speaks of suicidality, or what was recorded after departure."""

from __future__ import annotations

from uuid import UUID

from clinic.access import Permission
from clinic.refusal import Conflict, refuse
from monitoring.actions.text import require_text
from monitoring.actions.work import SessionWork, session_verb
from monitoring.models import Dose, Event
from monitoring.rules.late_doses import ids_to_review
from monitoring.rules.phase import PRESENT


@session_verb(Permission.REVIEW_EVENT, phases=(*PRESENT, "closed"))
def review_event(
    work: SessionWork, *, id: UUID, about: UUID, assessment: str, action_taken: str
) -> Event:
    """Say what `about`, an event or a dose, means for the patient and what was done; once.

    Before the patient leaves it lets the clearance be signed (CLINICAL 8, rule 42); after that what
    was signed does not change. Raises Refused at an empty field or where nothing waits, Conflict
    with another's review, NotAllowed.
    """
    is_dose = work.session.rows.find(Dose, about) is not None
    given = {
        "answers_dose_id" if is_dose else "answers_event_id": about,
        "detail": assessment.strip(),
        "ordered": action_taken.strip(),
    }
    events = work.session.rows.of(Event)
    if sent := work.sent(events, id, given):
        return sent
    work.require_phase()
    standing = work.session.rows.standing(Event)
    for theirs in (e for e in standing if e.kind == Event.Kind.REVIEW):
        if about in {theirs.answers_event_id, theirs.answers_dose_id}:
            raise Conflict(theirs)
    if about not in ids_to_review(work.facts):
        raise refuse("nothing_to_review")
    require_text(assessment, "assessment")
    require_text(action_taken, "action_taken")
    return work.add(
        Event(
            id=id,
            kind=Event.Kind.REVIEW,
            at=work.now,
            informed=work.by.printed_name,
            after_departure=work.session.phase == "closed",
            **given,
        )
    )
