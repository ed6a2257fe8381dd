"""Sign someone out of one session."""

from __future__ import annotations

from django.contrib.sessions.models import Session

from clinic import sign_ins
from clinic.access import Permission
from clinic.actions.sessions import end_shifts, forget
from clinic.actions.work import OrganisationWork, organisation_verb
from clinic.models import Shift, Site, Staff
from clinic.refusal import NotAllowed, refuse
from clinic.signin import arrival


@organisation_verb(Permission.MANAGE_STAFF)
def end_sign_in(
    work: OrganisationWork, by: Staff, site: Site, sign_in: int, *, own_key: str
) -> Staff:
    """Sign someone out of one session at once, and let them back there only with a full sign-in.

    Raises NotAllowed for a session that is not of this site's people, Refused for `own_key`, the
    session in which `by` asks.
    """
    work.require(by, site)
    row = sign_ins.rows(site).select_related("user").filter(pk=sign_in).first()
    if row is None:
        raise NotAllowed
    if row.session_key == own_key:
        raise refuse("this_one")
    staff: Staff = row.user
    found = Session.objects.filter(pk=row.session_key).first()
    tablet = found.get_decoded().get(arrival.TABLET) if found else None
    if tablet is not None:
        end_shifts(Shift.objects.filter(tablet=tablet, staff=staff))
    forget([row.session_key])
    work.log.touch(staff)
    return staff
