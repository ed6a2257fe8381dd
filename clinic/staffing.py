"""People of a site: invited, given roles, deactivated; never deleted.

Each function is one transaction, asks `access` itself, and is told to the trail by the models it
saves. An administrator acts at the own site alone, and never on themselves: no one locks themselves
out, or lets themselves in further.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.contrib.auth.tokens import default_token_generator
from django.db import transaction

from clinic import access
from clinic.access import Permission
from clinic.models import Membership, Site, Staff


class NotPossible(Exception):
    """Why it is refused: `code` names the sentence, `field` the input it belongs to."""

    def __init__(self, code: str, field: str = "") -> None:
        super().__init__(code)
        self.code, self.field = code, field


class NotAllowed(Exception):
    """The acting person does not manage the staff of the site."""


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
) -> Staff:
    """Add a person who has no password yet; `link_of` gives the link by which they choose one.

    Raises NotPossible for a user name that is taken, or without a role.
    """
    _require_manager(by, site)
    chosen = _roles(roles)
    if Staff.objects.filter(username__iexact=username).exists():
        raise NotPossible("username_taken", "username")
    staff = Staff(
        username=username, first_name=first_name, last_name=last_name, credentials=credentials
    )
    staff.set_unusable_password()
    staff.save(force_insert=True)
    for role in chosen:
        Membership.objects.create(staff=staff, site=site, role=role)
    return staff


@transaction.atomic
def set_roles(by: Staff, site: Site, staff_id: UUID, *, roles: Iterable[str]) -> Staff:
    """Give exactly `roles` at the site; other sites are left as they are. Raises NotPossible for
    one's own roles, or for none: who leaves is deactivated."""
    staff = _other(by, site, staff_id)
    chosen = _roles(roles)
    held = {m.role: m for m in Membership.objects.filter(staff=staff, site=site)}
    for role in sorted(chosen - set(held)):
        Membership.objects.create(staff=staff, site=site, role=role)
    for role in sorted(set(held) - chosen):
        held[role].delete()
    return staff


@transaction.atomic
def deactivate(by: Staff, site: Site, staff_id: UUID) -> Staff:
    """Let a person in no more, anywhere, from the next request on. Raises NotPossible for oneself
    and for who also works where `by` manages no one."""
    staff = _other(by, site, staff_id)
    _require_all_sites(by, staff)
    staff.is_active = False
    staff.save(update_fields=["is_active"])
    return staff


@transaction.atomic
def reactivate(by: Staff, site: Site, staff_id: UUID) -> Staff:
    staff = _other(by, site, staff_id)
    _require_all_sites(by, staff)
    staff.is_active = True
    staff.save(update_fields=["is_active"])
    return staff


@transaction.atomic
def renew_link(by: Staff, site: Site, staff_id: UUID) -> Staff:
    """Take the password and every link of before away: for who forgot it or lost the link. Signs
    the person out everywhere."""
    staff = _other(by, site, staff_id)
    _require_all_sites(by, staff)
    if not staff.is_active:
        raise NotPossible("deactivated")
    staff.set_unusable_password()
    staff.save(update_fields=["password"])
    return staff


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
    if not chosen or not chosen <= set(Membership.Role.values):
        raise NotPossible("no_role", "roles")
    return chosen


def _other(by: Staff, site: Site, staff_id: UUID) -> Staff:
    """Someone else of the site, locked. Raises NotAllowed for a stranger, NotPossible for
    oneself."""
    _require_manager(by, site)
    people = Staff.objects.select_for_update().filter(pk=staff_id)
    staff = people.first()
    if staff is None or not Membership.objects.filter(staff=staff, site=site).exists():
        raise NotAllowed
    if staff.pk == by.pk:
        raise NotPossible("oneself")
    return staff


def _require_all_sites(by: Staff, staff: Staff) -> None:
    sites = {m.site for m in staff.memberships.select_related("site")}
    if not all(access.may(by, Permission.MANAGE_STAFF, site) for site in sites):
        raise NotPossible("works_elsewhere")
