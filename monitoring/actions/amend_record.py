"""Add to the record of a session that has ended."""

from __future__ import annotations

from uuid import UUID

from clinic.access import Permission
from clinic.models import Staff
from monitoring.actions.outcome import refuse, repeated
from monitoring.actions.record import Record, open_record, require_phase, require_text, verb
from monitoring.models import Amendment


@verb
def amend_record(
    session_id: UUID,
    by: Staff,
    *,
    id: UUID,
    about: str,
    about_id: UUID | None,
    text: str,
    reason: str,
) -> Amendment:
    """Add `text` on one row of the session, or on the whole (`about` "session"), with the reason.

    The row stays as it is, and so does what was signed. Raises Refused while the session goes on
    (readings are corrected then), for a row that is not the session's, at an empty field;
    NotAllowed.
    """
    record = open_record(session_id, by, Permission.AMEND_RECORD)
    given = {
        "about": about,
        "about_id": about_id,
        "text": text.strip(),
        "reason": reason.strip(),
    }
    if sent := record.session.amendment_set.filter(pk=id).first():
        return repeated(sent, **given)
    require_phase(record, "closed", "cancelled")
    if about not in Amendment.About.values or not _is_of_session(record, about, about_id):
        raise refuse("unknown_row", "about")
    require_text(text, "text")
    require_text(reason, "reason")
    amendment = record.add(Amendment(id=id, printed_name=by.printed_name, **given))
    record.finish("amend_record")
    return amendment


def _is_of_session(record: Record, about: str, about_id: UUID | None) -> bool:
    session = record.session
    if about == Amendment.About.SESSION:
        return about_id is None
    if about == Amendment.About.DEPARTURE:
        departure = getattr(session, "departure", None)
        return departure is not None and departure.pk == about_id
    return any(row.pk == about_id for row in getattr(session, f"{about}_set").all())
