"""A clinician answers to a reading that arrived after the patient had left."""

from __future__ import annotations

from uuid import UUID

from clinic.access import Permission
from clinic.refusal import Conflict, refuse
from clinic.verbs import same_or_conflict
from monitoring.actions.text import require_text
from monitoring.actions.work import SessionWork, session_verb
from monitoring.models import Reading, Review


@session_verb(Permission.REVIEW_READING, phases=("closed",))
def review_reading(
    work: SessionWork,
    *,
    id: UUID,
    reading_id: UUID,
    assessment: str,
    action_taken: str,
) -> Review:
    """Say what the reading means for the patient, and what was done about it; once.

    What was signed is not changed. Raises Refused at an empty field or when no such reading waits,
    Conflict with another's review, NotAllowed.
    """
    given = {"assessment": assessment.strip(), "action_taken": action_taken.strip()}
    if theirs := work.session.review_set.filter(reading=reading_id).first():
        if theirs.id != id:
            raise Conflict(theirs)
        return same_or_conflict(theirs, {"reading_id": reading_id, **given})
    work.require_phase()
    reading = work.session.rows.find_standing(Reading, reading_id)
    if reading is None or not reading.after_departure:
        raise refuse("unknown_reading")
    require_text(assessment, "assessment")
    require_text(action_taken, "action_taken")
    review = work.add(
        Review(id=id, reading_id=reading_id, printed_name=work.by.printed_name, **given)
    )
    return review
