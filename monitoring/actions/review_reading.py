"""A clinician answers to a reading that arrived after the patient had left."""

from __future__ import annotations

from uuid import UUID

from clinic.access import Permission
from clinic.models import Staff
from monitoring.actions.outcome import Conflict, refuse, repeated
from monitoring.actions.record import open_record, require_phase, require_text, verb
from monitoring.models import Review


@verb
def review_reading(
    session_id: UUID,
    by: Staff,
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
    record = open_record(session_id, by, Permission.REVIEW_READING)
    given = {"assessment": assessment.strip(), "action_taken": action_taken.strip()}
    if theirs := record.session.review_set.filter(reading=reading_id).first():
        if theirs.id != id:
            raise Conflict(theirs)
        return repeated(theirs, reading_id=reading_id, **given)
    require_phase(record, "closed")
    readings = record.session.reading_set.all()
    if not any(r.id == reading_id and r.after_departure for r in readings):
        raise refuse("unknown_reading")
    require_text(assessment, "assessment")
    require_text(action_taken, "action_taken")
    review = record.add(Review(id=id, reading_id=reading_id, printed_name=by.printed_name, **given))
    record.finish("review_reading")
    return review
