"""What several verbs about people share; each is called within the verb's transaction."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import make_password
from django.db.models import QuerySet

from clinic import access, clock, emergency, proposals, staffing
from clinic.access import Permission
from clinic.actions.sessions import sign_out_everywhere
from clinic.actions.work import OrganisationWork
from clinic.models import Membership, Proposal, Site, Staff
from clinic.refusal import NotAllowed, refuse


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPerson:
    """What people write of someone who is to work here."""

    username: str
    first_name: str
    last_name: str
    credentials: str = ""
    phone: str = ""
    email: str = ""


def add(work: OrganisationWork, new: NewPerson) -> Staff:
    """A person who has no password yet. Raises Refused for a user name that is taken."""
    if Staff.objects.filter(username__iexact=new.username).exists():
        raise refuse("username_taken", "username")
    staff = Staff(
        username=new.username,
        first_name=new.first_name,
        last_name=new.last_name,
        credentials=new.credentials,
        phone=new.phone,
        email=new.email,
    )
    staff.set_unusable_password()
    return work.log.insert(staff)


def give_roles(
    work: OrganisationWork, by: Staff, site: Site, staff: Staff, roles: Iterable[str]
) -> None:
    """Each role at once, or proposed where one administrator alone may not give it."""
    for role in sorted(roles):
        if proposals.needs_two(role, site):
            propose(work, by, site, staff, role)
        else:
            work.log.insert(Membership(staff=staff, site=site, role=role))


def propose(
    work: OrganisationWork, by: Staff, site: Site, staff: Staff, role: str = ""
) -> Proposal:
    """At most one is open of each kind."""
    found = Proposal.objects.filter(staff=staff, site=site, role=role, ended_at=None).first()
    if found is not None:
        return found
    is_alone = not proposals.others(site, by).exists()
    proposal = Proposal(
        staff=staff,
        site=site,
        role=role,
        proposed_at=work.now,
        proposed_by=by,
        effective_at=work.now + proposals.WAIT if is_alone else None,
    )
    return work.log.insert(proposal)


def end_proposal(work: OrganisationWork, found: Proposal, by: Staff, *, is_confirmed: bool) -> None:
    """It was done, or nothing comes of it."""
    work.log.change(found, ended_at=clock.now(), ended_by=by, is_confirmed=is_confirmed)


def open_proposal(by: Staff, site: Site, proposal_id: UUID) -> Proposal:
    """One that `by` may answer, locked: an administrator of the site, or the person it is about.
    Raises NotAllowed, and Refused for one that ended."""
    found = Proposal.objects.select_for_update().filter(pk=proposal_id, site=site).first()
    is_part = found is not None and by.is_active and found.staff_id == by.pk
    if found is None or not (is_part or access.may(by, Permission.MANAGE_STAFF, site)):
        raise NotAllowed
    if found.ended_at is not None:
        raise refuse("proposal_ended")
    return found


def end_visit(work: OrganisationWork, visits: QuerySet[Membership]) -> Membership:
    """End the visit among `visits` that goes on. Raises Refused where none does."""
    visit = emergency.in_force(visits).select_for_update().first()
    if visit is None:
        raise refuse("not_visiting")
    work.log.change(visit, ends_at=clock.now())
    return visit


def end_password(work: OrganisationWork, staff: Staff) -> None:
    """With it every earlier link ends: each carries a digest of the password it was made for."""
    work.log.change(staff, password=make_password(None))


def restart_sign_in(work: OrganisationWork, staff: Staff) -> None:
    """Take away password, PIN and every second factor, and sign the person out everywhere. A new
    link lets them in."""
    end_password(work, staff)
    work.log.change(staff, pin="")
    for factor in Authenticator.objects.filter(user=staff):
        factor.delete()
    sign_out_everywhere(staff)


def someone_else(work: OrganisationWork, by: Staff, site: Site, staff_id: UUID) -> Staff:
    """Someone else who works at the site, locked. Raises NotAllowed for a stranger, also for one
    who visits in an emergency, and Refused for oneself."""
    work.require(by, site)
    staff = Staff.objects.select_for_update().filter(pk=staff_id).first()
    if staff is None or not staffing.people(site).filter(pk=staff.pk).exists():
        raise NotAllowed
    if staff.pk == by.pk:
        raise refuse("oneself")
    return staff


def require_all_sites(by: Staff, staff: Staff) -> None:
    """Raises Refused for someone who also works where `by` manages no one. Who visits another site
    in an emergency does not work there."""
    sites = {m.site for m in staffing.roles_of(staff).select_related("site")}
    if not all(access.may(by, Permission.MANAGE_STAFF, site) for site in sites):
        raise refuse("works_elsewhere")


def chosen_roles(roles: Iterable[str]) -> set[str]:
    """Raises Refused without a role that is given."""
    chosen = set(roles)
    if not chosen or not chosen <= set(staffing.WORKING):
        raise refuse("no_role", "roles")
    return chosen
