"""Four eyes: who may sign here is not decided by one administrator alone.

To become a clinician or an administrator, and to get a new sign-in as one without the present
second factors, is proposed by one and confirmed by another: a second administrator of the site,
or the person, with a passkey of their own. Where there is no second administrator, it waits for a
day. Meanwhile everyone concerned sees it, and may cancel it. Until the site's first session is
planned there is nothing to protect, and roles are given at once, so that a clinic can begin.
"""

from __future__ import annotations

from datetime import timedelta

from allauth.mfa.models import Authenticator
from django.db.models import QuerySet

from clinic import sites
from clinic.models import Membership, Proposal, Site, Staff

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


def open_at(site: Site) -> QuerySet[Proposal]:
    """What waits at the site, the oldest first, with the people it is about: one query."""
    waiting = Proposal.objects.filter(site=site, ended_at=None)
    return waiting.select_related("staff", "proposed_by")


def open_about(staff: Staff) -> QuerySet[Proposal]:
    """What waits for or against the person, at any site."""
    waiting = Proposal.objects.filter(staff=staff, ended_at=None)
    return waiting.select_related("staff", "site", "proposed_by")


def others(site: Site, by: Staff) -> QuerySet[Membership]:
    """Administrators of the site who could confirm: who has not come in yet cannot."""
    role = Membership.Role.ADMINISTRATOR
    here = Membership.objects.filter(site=site, role=role, staff__is_active=True)
    return here.exclude(staff=by).filter(staff__last_login__isnull=False)


def _factors(staff: Staff) -> QuerySet[Authenticator]:
    held: QuerySet[Authenticator] = Authenticator.objects.filter(user=staff)
    return held.exclude(type=Authenticator.Type.RECOVERY_CODES)


def has_old_passkey(staff: Staff, about: Proposal) -> bool:
    """Whether the person has had a passkey for WAIT when it was proposed."""
    passkeys = _factors(staff).filter(type=Authenticator.Type.WEBAUTHN)
    return passkeys.filter(created_at__lte=about.proposed_at - WAIT).exists()
