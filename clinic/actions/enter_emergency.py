"""Enter a site in an emergency."""

from __future__ import annotations

from clinic import access
from clinic.access import Permission
from clinic.actions.work import OrganisationWork, organisation_verb
from clinic.emergency import EMERGENCY, LEAST_AGE, MOST_VISITS, REASON_LENGTH, VISIT_LENGTH
from clinic.models import Membership, Site, Staff
from clinic.refusal import NotAllowed, refuse


@organisation_verb(Permission.ENTER_IN_EMERGENCY, name="enter_emergency")
def _enter(work: OrganisationWork, by: Staff, site: Site, reason: str) -> Membership:
    """Let `by`, who proved to be themselves, in at `site`."""
    work.by = by
    staff = Staff.objects.select_for_update().get(pk=by.pk)
    held = list(Membership.objects.filter(staff=staff))
    roles = [m for m in held if m.site_id != site.pk and m.role != EMERGENCY]
    if not staff.is_active or not any(map(_enters, roles)):
        raise NotAllowed
    if all(m.given_at and work.now - m.given_at < LEAST_AGE for m in filter(_enters, roles)):
        raise refuse("new_role")
    open_now = [m for m in held if m.is_in_force(work.now)]
    if any(m.site_id == site.pk for m in open_now):
        raise refuse("is_here", "site")
    if sum(m.role == EMERGENCY for m in open_now) >= MOST_VISITS:
        raise refuse("most_visits")
    visit = Membership(
        staff=staff,
        site=site,
        role=EMERGENCY,
        began_at=work.now,
        ends_at=work.now + VISIT_LENGTH,
        reason=reason,
    )
    return work.log.insert(visit)


@organisation_verb(None, name="enter_failed")
def _log_wrong_password(work: OrganisationWork, by: Staff) -> None:
    """Someone signed in as `by` gave a wrong password to enter."""
    work.by = by
    work.log.touch(by)


def _enter_emergency(by: Staff, site: Site, *, reason: str, password: str) -> Membership:
    """Let `by` in at `site` from now on, for LASTS.

    Raises NotAllowed for someone who is a clinician nowhere, Refused without a reason, for someone
    who is one since less than LEAST_AGE, at a site where the person has a role or a visit already,
    with MOST_VISITS open, and for a wrong password, which is logged.
    """
    text = reason.strip()
    if not text or len(text) > REASON_LENGTH:
        raise refuse("reason", "reason")
    if not by.check_password(password):
        _log_wrong_password(by)
        raise refuse("password", "password")
    return _enter(by, site, text)


def _enters(held: Membership) -> bool:
    return Permission.ENTER_IN_EMERGENCY in access.permissions_of([held.role])


enter_emergency = _enter.behind(_enter_emergency)
