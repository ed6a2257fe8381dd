"""People of a site: invited, given roles, deactivated; never deleted.

Each function is one transaction, asks `access` itself, and is told to the trail by the models it
saves. An administrator acts at the own site alone, and never on themselves: no one locks themselves
out, or lets themselves in further.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from uuid import UUID

from django.contrib.auth.tokens import default_token_generator
from django.db import transaction
from django.db.models import Q, QuerySet
from django.dispatch import Signal

from clinic import access, emergency, passwords, proposals, sign_ins, sites
from clinic.access import Permission
from clinic.models import Membership, Proposal, Site, Staff
from clinic.refusal import NotAllowed, refuse
from clinic.sites import SiteDetails

link_renewed = Signal()
"""Sent with `staff`, within the transaction in which someone else took the password away."""

WORKING = tuple(r for r in Membership.Role if r != Membership.Role.EMERGENCY)
"""Roles that are given; the other one a clinician takes, for a time."""


@transaction.atomic
def open_site(
    details: SiteDetails,
    *,
    username: str,
    first_name: str,
    last_name: str,
    credentials: str = "",
    phone: str = "",
    email: str = "",
) -> tuple[Site, Staff]:
    """A new site with its first administrator, who has no password yet: `link_of` lets them in.

    Run by a management command alone: it asks for no one's permission, for there is no one yet.
    Raises Refused for a user name that is taken, and for what no site can be.
    """
    sites.check(details)
    site = Site.objects.create(**asdict(details))
    role = Membership.Role.ADMINISTRATOR
    names = {"username": username, "first_name": first_name, "last_name": last_name}
    return site, _add(site, {role}, **names, credentials=credentials, phone=phone, email=email)


@transaction.atomic
def invite(
    by: Staff,
    site: Site,
    *,
    username: str,
    first_name: str,
    last_name: str,
    credentials: str,
    roles: Iterable[str],
    phone: str = "",
    email: str = "",
) -> Staff:
    """Add a person who has no password yet; `link_of` gives the link by which they choose one.

    A role that needs two is proposed and not given yet: see `proposals`. Raises Refused for a
    user name that is taken, or without a role.
    """
    _require_manager(by, site)
    names = {"username": username, "first_name": first_name, "last_name": last_name}
    more = {"credentials": credentials, "phone": phone, "email": email}
    staff = _add(site, set(), **names, **more)
    _give(by, site, staff, _roles(roles))
    return staff


def _give(by: Staff, site: Site, staff: Staff, roles: Iterable[str]) -> None:
    """Each role at once, or proposed where one administrator alone may not give it."""
    for role in sorted(roles):
        if proposals.needs_two(role, site):
            proposals.propose(by, site, staff, role)
        else:
            Membership.objects.create(staff=staff, site=site, role=role)


def _add(site: Site, roles: Iterable[str], **details: str) -> Staff:
    if Staff.objects.filter(username__iexact=details["username"]).exists():
        raise refuse("username_taken", "username")
    staff = Staff(**details)
    staff.set_unusable_password()
    staff.save(force_insert=True)
    for role in sorted(roles):
        Membership.objects.create(staff=staff, site=site, role=role)
    return staff


@transaction.atomic
def amend_contact(by: Staff, site: Site, staff_id: UUID, *, phone: str, email: str) -> Staff:
    """Where the person is reached: the monitoring form asks it of who watched the patient."""
    return _set_contact(_other(by, site, staff_id), phone, email)


@transaction.atomic
def amend_own_contact(by: Staff, *, phone: str, email: str) -> Staff:
    """The same for oneself, whatever the role."""
    return _set_contact(Staff.objects.select_for_update().get(pk=by.pk), phone, email)


def _set_contact(staff: Staff, phone: str, email: str) -> Staff:
    if (staff.phone, staff.email) != (phone, email):
        staff.phone, staff.email = phone, email
        staff.save(update_fields=["phone", "email"])
    return staff


@transaction.atomic
def set_roles(by: Staff, site: Site, staff_id: UUID, *, roles: Iterable[str]) -> Staff:
    """Give exactly `roles` at the site; other sites are left as they are.

    A role that needs two is proposed and not given yet. Raises Refused for one's own roles, for
    none, as who leaves is deactivated, and where nothing would be left until the new role is
    confirmed.
    """
    staff = _other(by, site, staff_id)
    chosen = _roles(roles)
    held = {m.role: m for m in _working(staff).filter(site=site)}
    at_once = {r for r in chosen if r in held or not proposals.needs_two(r, site)}
    if held and not at_once:
        raise refuse("keep_a_role", "roles")
    _give(by, site, staff, chosen - set(held))
    for role in sorted(set(held) - chosen):
        held[role].delete()
    return staff


@transaction.atomic
def deactivate(by: Staff, site: Site, staff_id: UUID) -> Staff:
    """Let a person in no more, anywhere, from the next request on: every session ends, every visit,
    and an invitation that was not used. Raises Refused for oneself, and for someone who also
    works where `by` manages no one."""
    staff = _other(by, site, staff_id)
    _require_all_sites(by, staff)
    staff.is_active = False
    staff.save(update_fields=["is_active"])
    if not staff.has_usable_password():
        _end_password(staff)
    sign_ins.end_all(staff)
    emergency.end_all(staff)
    proposals.end_all(staff, by)
    return staff


@transaction.atomic
def reactivate(by: Staff, site: Site, staff_id: UUID) -> Staff:
    """Let a person in again, with a full sign-in: nothing that ended comes back."""
    staff = _other(by, site, staff_id)
    _require_all_sites(by, staff)
    staff.is_active = True
    staff.save(update_fields=["is_active"])
    return staff


@transaction.atomic
def renew_link(by: Staff, site: Site, staff_id: UUID) -> Staff:
    """Let the person choose a password anew: for who forgot it, or lost the link.

    Takes away the password, every link of before and the PIN, and signs the person out everywhere.
    Someone who signs, or says who signs, keeps the second factors, and comes in with them alone;
    from anyone else they are taken, too. Raises Refused for the first where there is none to
    keep: see `propose_new_sign_in`.
    """
    staff = _other(by, site, staff_id)
    _require_all_sites(by, staff)
    if not staff.is_active:
        raise refuse("deactivated")
    if proposals.is_guarded(staff):
        if proposals.is_open_to_a_link(staff):
            raise refuse("no_factor_left")
        _end_password(staff)
        if staff.pin:
            staff.pin = ""
            staff.save(update_fields=["pin"])
        sign_ins.end_all(staff)
    else:
        proposals.begin_anew(staff)
    link_renewed.send(sender=Staff, staff=staff)
    return staff


@transaction.atomic
def propose_new_sign_in(by: Staff, site: Site, staff_id: UUID) -> Staff:
    """For a lost phone of someone who signs, or says who signs: see `proposals`."""
    staff = _other(by, site, staff_id)
    _require_all_sites(by, staff)
    if not staff.is_active:
        raise refuse("deactivated")
    proposals.propose(by, site, staff)
    return staff


@transaction.atomic
def require_second_factor(by: Staff, site: Site, *, is_required: bool) -> Site:
    """Say whether administrators and clinicians need a second factor at the site."""
    _require_manager(by, site)
    found = Site.objects.select_for_update().get(pk=site.pk)
    if found.requires_second_factor != is_required:
        found.requires_second_factor = is_required
        found.save(update_fields=["requires_second_factor"])
    return found


def work_at(staff: Staff, site_id: UUID) -> None:
    """Let the person land there again, at the next sign-in, too. It changes no right, and is not
    told."""
    Staff.objects.filter(pk=staff.pk).update(last_site=site_id)


def link_of(staff: Staff) -> tuple[UUID, str]:
    """What the one-time link carries. It ends with its use, with a new one, and with time."""
    return staff.pk, default_token_generator.make_token(staff)


def invited(staff_id: UUID, token: str) -> Staff | None:
    """Whose link this is; None for one that was used, replaced, is too old, or was made up."""
    staff = Staff.objects.filter(pk=staff_id, is_active=True).first()
    if staff is None or staff.has_usable_password():
        return None
    return staff if default_token_generator.check_token(staff, token) else None


@transaction.atomic
def accept(staff_id: UUID, token: str, password: str) -> Staff:
    """Set the password that the person chose, once. Raises Refused for a link that no longer
    stands."""
    Staff.objects.select_for_update().filter(pk=staff_id).first()
    staff = invited(staff_id, token)
    if staff is None:
        raise refuse("link")
    passwords.change(staff, password)
    return staff


def _end_password(staff: Staff) -> None:
    """With it every link of before ends: each carries a digest of the password it was made for."""
    staff.set_unusable_password()
    staff.save(update_fields=["password"])


def _require_manager(by: Staff, site: Site) -> None:
    if not access.may(by, Permission.MANAGE_STAFF, site):
        raise NotAllowed


def _roles(roles: Iterable[str]) -> set[str]:
    chosen = set(roles)
    if not chosen or not chosen <= set(WORKING):
        raise refuse("no_role", "roles")
    return chosen


def _other(by: Staff, site: Site, staff_id: UUID) -> Staff:
    """Someone else who works at the site, locked. Raises NotAllowed for a stranger, also for one
    who visits in an emergency, and Refused for oneself."""
    _require_manager(by, site)
    staff = Staff.objects.select_for_update().filter(pk=staff_id).first()
    if staff is None or not people(site).filter(pk=staff.pk).exists():
        raise NotAllowed
    if staff.pk == by.pk:
        raise refuse("oneself")
    return staff


def people(site: Site) -> QuerySet[Staff]:
    """Who works at the site, or was invited to and waits for the role; not who visits it."""
    here = Membership.objects.filter(site=site, role__in=WORKING).values("staff")
    waiting = Proposal.objects.filter(site=site).values("staff")
    return Staff.objects.filter(Q(pk__in=here) | Q(pk__in=waiting))


def _working(staff: Staff) -> QuerySet[Membership]:
    return Membership.objects.filter(staff=staff, role__in=WORKING)


def _require_all_sites(by: Staff, staff: Staff) -> None:
    """Who visits another site in an emergency does not work there."""
    sites = {m.site for m in _working(staff).select_related("site")}
    if not all(access.may(by, Permission.MANAGE_STAFF, site) for site in sites):
        raise refuse("works_elsewhere")
