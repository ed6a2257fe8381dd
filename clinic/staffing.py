"""People of a site: invited, given roles, deactivated; never deleted.

Each function is one transaction, asks `access` itself, and is told to the trail by the models it
saves. An administrator acts at the own site alone, and never on themselves: no one locks themselves
out, or lets themselves in further.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.contrib.auth.tokens import default_token_generator
from django.db import transaction
from django.db.models import QuerySet

from clinic import access, emergency, sign_ins, sites
from clinic.access import Permission
from clinic.models import Membership, Site, Staff
from clinic.refusal import NotAllowed, NotPossible
from clinic.sites import SiteDetails

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
    Raises NotPossible for a user name that is taken, and for what no site can be.
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

    Raises NotPossible for a user name that is taken, or without a role.
    """
    _require_manager(by, site)
    names = {"username": username, "first_name": first_name, "last_name": last_name}
    more = {"credentials": credentials, "phone": phone, "email": email}
    return _add(site, _roles(roles), **names, **more)


def _add(site: Site, roles: Iterable[str], **details: str) -> Staff:
    if Staff.objects.filter(username__iexact=details["username"]).exists():
        raise NotPossible("username_taken", "username")
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
    """Give exactly `roles` at the site; other sites are left as they are. Raises NotPossible for
    one's own roles, or for none: who leaves is deactivated."""
    staff = _other(by, site, staff_id)
    chosen = _roles(roles)
    held = {m.role: m for m in _working(staff).filter(site=site)}
    for role in sorted(chosen - set(held)):
        Membership.objects.create(staff=staff, site=site, role=role)
    for role in sorted(set(held) - chosen):
        held[role].delete()
    return staff


@transaction.atomic
def deactivate(by: Staff, site: Site, staff_id: UUID) -> Staff:
    """Let a person in no more, anywhere, from the next request on: every session ends, and so does
    every visit. Raises NotPossible for oneself and for who also works where `by` manages no one."""
    staff = _other(by, site, staff_id)
    _require_all_sites(by, staff)
    staff.is_active = False
    staff.save(update_fields=["is_active"])
    sign_ins.end_all(staff)
    emergency.end_all(staff)
    return staff


@transaction.atomic
def reactivate(by: Staff, site: Site, staff_id: UUID) -> Staff:
    """Let a person in again, with a full sign-in: no session or shift of before comes back."""
    staff = _other(by, site, staff_id)
    _require_all_sites(by, staff)
    staff.is_active = True
    staff.save(update_fields=["is_active"])
    return staff


@transaction.atomic
def renew_link(by: Staff, site: Site, staff_id: UUID) -> Staff:
    """Take away the password, every link of before, the PIN and every second factor: for who forgot
    the password, or lost the link or the phone. Signs the person out everywhere."""
    staff = _other(by, site, staff_id)
    _require_all_sites(by, staff)
    if not staff.is_active:
        raise NotPossible("deactivated")
    staff.set_unusable_password()
    staff.save(update_fields=["password"])
    if staff.pin:
        staff.pin = ""
        staff.save(update_fields=["pin"])
    for factor in Authenticator.objects.filter(user=staff):
        factor.delete()
    sign_ins.end_all(staff)
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
    """Set the password that the person chose, once. Raises NotPossible for a link that no longer
    stands."""
    Staff.objects.select_for_update().filter(pk=staff_id).first()
    staff = invited(staff_id, token)
    if staff is None:
        raise NotPossible("link")
    staff.set_password(password)
    staff.save(update_fields=["password"])
    return staff


def _require_manager(by: Staff, site: Site) -> None:
    if not access.may(by, Permission.MANAGE_STAFF, site):
        raise NotAllowed


def _roles(roles: Iterable[str]) -> set[str]:
    chosen = set(roles)
    if not chosen or not chosen <= set(WORKING):
        raise NotPossible("no_role", "roles")
    return chosen


def _other(by: Staff, site: Site, staff_id: UUID) -> Staff:
    """Someone else who works at the site, locked. Raises NotAllowed for a stranger, also for one
    who visits in an emergency, and NotPossible for oneself."""
    _require_manager(by, site)
    staff = Staff.objects.select_for_update().filter(pk=staff_id).first()
    if staff is None or not _working(staff).filter(site=site).exists():
        raise NotAllowed
    if staff.pk == by.pk:
        raise NotPossible("oneself")
    return staff


def _working(staff: Staff) -> QuerySet[Membership]:
    return Membership.objects.filter(staff=staff, role__in=WORKING)


def _require_all_sites(by: Staff, staff: Staff) -> None:
    """Who visits another site in an emergency does not work there."""
    sites = {m.site for m in _working(staff).select_related("site")}
    if not all(access.may(by, Permission.MANAGE_STAFF, site) for site in sites):
        raise NotPossible("works_elsewhere")
