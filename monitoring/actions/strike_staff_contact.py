"""Mark a staff contact as entered in error."""

from __future__ import annotations

from uuid import UUID

from clinic import access
from clinic.access import Permission
from clinic.refusal import Conflict, refuse
from monitoring.actions.text import require_text
from monitoring.actions.work import SessionWork, session_verb
from monitoring.models import StaffContact, StaffContactStrike
from monitoring.rules.phase import ENDED, PRESENT


@session_verb(Permission.RECORD_STAFF_CONTACT, phases=(*PRESENT, *ENDED))
def strike_staff_contact(
    work: SessionWork, *, id: UUID, contact_id: UUID, reason: str
) -> StaffContactStrike:
    """Mark a staff contact as entered in error: it stays readable and counts in nothing.

    Its author may, or a clinician (CLINICAL 7, hazard 32). Raises Refused for a contact that is not
    the session's, or without a reason; Conflict with a strike that stands already; NotAllowed.
    """
    given = {"contact_id": contact_id, "reason": reason.strip()}
    strikes = work.session.staffcontactstrike_set.select_related("recorded_by")
    if sent := work.sent(strikes.filter(pk=id), id, given):
        return sent
    work.require_phase()
    found = StaffContact.objects.filter(session=work.session, pk=contact_id)
    contact = found.select_related("recorded_by").first()
    if contact is None:
        raise refuse("unknown_fact")
    if theirs := strikes.filter(contact=contact).first():
        raise Conflict(theirs)
    is_clinician = access.may(work.by, Permission.CONFIRM_STRIKE, work.session.site)
    if contact.recorded_by_id != work.by.pk and not is_clinician:
        raise refuse("not_struck_by_you", by=contact.recorded_by.printed_name)
    require_text(reason, "reason")
    return work.insert(
        StaffContactStrike(
            id=id, session=work.session, recorded_at=work.now, recorded_by=work.by, **given
        )
    )
