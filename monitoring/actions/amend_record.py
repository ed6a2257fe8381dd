"""Add to the record of a session that has ended."""

from __future__ import annotations

from uuid import UUID

from clinic.access import Permission
from clinic.models.row import name_of
from clinic.refusal import refuse
from monitoring.actions.text import require_text
from monitoring.actions.work import SessionWork, session_verb
from monitoring.models import Amendment
from monitoring.rules.phase import ENDED


@session_verb(Permission.AMEND_RECORD, phases=ENDED)
def amend_record(
    work: SessionWork,
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
    given = {
        "about": about,
        "about_id": about_id,
        "text": text.strip(),
        "reason": reason.strip(),
    }
    if sent := work.sent(work.session.amendment_set.filter(pk=id), id, given):
        return sent
    work.require_phase()
    if about not in Amendment.About.values or not _is_of_session(work, about, about_id):
        raise refuse("unknown_row", "about")
    require_text(text, "text")
    require_text(reason, "reason")
    amendment = work.add(Amendment(id=id, printed_name=work.by.printed_name, **given))
    return amendment


def _is_of_session(work: SessionWork, about: str, about_id: UUID | None) -> bool:
    rows = work.session.rows
    if about == Amendment.About.SESSION:
        return about_id is None
    return any(row.pk == about_id for row in rows.every() if name_of(type(row)) == about)
