"""Four eyes: who may sign here is not decided by one administrator alone.

To become a clinician or an administrator, and to begin the sign-in of one anew without the second
factors there are, is proposed by one and confirmed by another: a second administrator of the site,
or the person, with a passkey of their own. Where there is no second administrator, it waits for a
day. Meanwhile everyone concerned sees it, and may cancel it. Until the site's first session is
planned there is nothing to protect, and roles are given at once, so that a clinic can begin.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import QuerySet

from clinic import access, clock, sign_ins, sites
from clinic.access import Permission
from clinic.models import Membership, Proposal, Site, Staff
from clinic.refusal import NotAllowed, refuse

GUARDED = frozenset({Membership.Role.CLINICIAN, Membership.Role.ADMINISTRATOR})
"""Roles by which someone signs, or says who signs."""
WAIT = timedelta(days=1)
"""How long a proposal stands in the open where no one else could confirm it, and how long someone
has had a passkey by which they confirm: an account that was made up today confirms nothing."""


def needs_two(role: str, site: Site) -> bool:
    """Whether one administrator alone may not give `role` at `site`."""
    return role in GUARDED and sites.has_begun(site)


def is_guarded(staff: Staff) -> bool:
    """Whether the person signs, or says who signs, at a site that has begun."""
    held = Membership.objects.filter(staff=staff, role__in=GUARDED).select_related("site")
    return any(sites.has_begun(m.site) for m in held)


def is_open_to_a_link(staff: Staff) -> bool:
    """Whether a new link would let in whoever holds it, in the place of someone who was in before:
    no second factor keeps them out."""
    return staff.has_usable_password() and not _factors(staff).exists()


def propose(by: Staff, site: Site, staff: Staff, role: str = "") -> Proposal:
    """Within the transaction of who asked for it: at most one that is open of each kind."""
    found = Proposal.objects.filter(staff=staff, site=site, role=role, ended_at=None).first()
    if found is not None:
        return found
    now = clock.now()
    is_alone = not _others(site, by).exists()
    return Proposal.objects.create(
        staff=staff,
        site=site,
        role=role,
        proposed_at=now,
        proposed_by=by,
        effective_at=now + WAIT if is_alone else None,
    )


@transaction.atomic
def confirm(by: Staff, site: Site, proposal_id: UUID, *, with_passkey: bool = False) -> Proposal:
    """Do what was proposed. `with_passkey`: `by` signed in with a passkey of their own.

    Raises NotAllowed for who has no part in it, and Refused for one that ended, for who
    proposed it while another could confirm or a day has not passed, and for a person without a
    passkey of their own that is a day older than the proposal.
    """
    found = _open(by, site, proposal_id)
    if found.staff_id == by.pk:
        if not (with_passkey and _has_old_passkey(by, found)):
            raise refuse("own_passkey")
    elif found.proposed_by_id == by.pk:
        _require_waited(found)
    _end(found, by, is_confirmed=True)
    if found.role:
        Membership.objects.get_or_create(staff=found.staff, site=site, role=found.role)
    else:
        begin_anew(found.staff)
    return found


@transaction.atomic
def cancel(by: Staff, site: Site, proposal_id: UUID) -> Proposal:
    """Nothing comes of it. Any administrator of the site may, and the person it is about."""
    found = _open(by, site, proposal_id)
    _end(found, by, is_confirmed=False)
    return found


def begin_anew(staff: Staff) -> None:
    """Take away password, PIN and every second factor, and sign the person out everywhere, within
    the transaction of who asked for it. A new link lets them in."""
    staff.set_unusable_password()
    staff.save(update_fields=["password"])
    if staff.pin:
        staff.pin = ""
        staff.save(update_fields=["pin"])
    for factor in Authenticator.objects.filter(user=staff):
        factor.delete()
    sign_ins.end_all(staff)


def open_at(site: Site) -> QuerySet[Proposal]:
    """What waits at the site, the oldest first, with the people it is about: one query."""
    waiting = Proposal.objects.filter(site=site, ended_at=None)
    return waiting.select_related("staff", "proposed_by")


def open_about(staff: Staff) -> QuerySet[Proposal]:
    """What waits for or against the person, at any site."""
    waiting = Proposal.objects.filter(staff=staff, ended_at=None)
    return waiting.select_related("staff", "site", "proposed_by")


def end_all(staff: Staff, by: Staff) -> None:
    """Nothing comes of what waits for someone who is let in no more."""
    for found in Proposal.objects.select_for_update().filter(staff=staff, ended_at=None):
        _end(found, by, is_confirmed=False)


def _open(by: Staff, site: Site, proposal_id: UUID) -> Proposal:
    found = Proposal.objects.select_for_update().filter(pk=proposal_id, site=site).first()
    is_part = found is not None and by.is_active and found.staff_id == by.pk
    if found is None or not (is_part or access.may(by, Permission.MANAGE_STAFF, site)):
        raise NotAllowed
    if found.ended_at is not None:
        raise refuse("proposal_ended")
    return found


def _require_waited(found: Proposal) -> None:
    if found.effective_at is None:
        raise refuse("second_administrator")
    if clock.now() < found.effective_at:
        raise refuse("wait_a_day")


def _end(found: Proposal, by: Staff, *, is_confirmed: bool) -> None:
    found.ended_at, found.ended_by, found.is_confirmed = clock.now(), by, is_confirmed
    found.save(update_fields=["ended_at", "ended_by", "is_confirmed"])


def _others(site: Site, by: Staff) -> QuerySet[Membership]:
    """Administrators of the site who could confirm: who has not come in yet cannot."""
    role = Membership.Role.ADMINISTRATOR
    here = Membership.objects.filter(site=site, role=role, staff__is_active=True)
    return here.exclude(staff=by).filter(staff__last_login__isnull=False)


def _factors(staff: Staff) -> QuerySet[Authenticator]:
    held: QuerySet[Authenticator] = Authenticator.objects.filter(user=staff)
    return held.exclude(type=Authenticator.Type.RECOVERY_CODES)


def _has_old_passkey(staff: Staff, about: Proposal) -> bool:
    passkeys = _factors(staff).filter(type=Authenticator.Type.WEBAUTHN)
    return passkeys.filter(created_at__lte=about.proposed_at - WAIT).exists()
