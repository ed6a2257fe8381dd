"""Who works at a site, and by which link they come in for the first time."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.tokens import default_token_generator
from django.db.models import Q, QuerySet

from clinic.models import Membership, Proposal, Site, Staff

WORKING = tuple(r for r in Membership.Role if r != Membership.Role.EMERGENCY)
"""Roles that are given; the other one a clinician takes, for a time."""


def link_of(staff: Staff) -> tuple[UUID, str]:
    """What the one-time link carries. It ends with its use, with a new one, and with time."""
    return staff.pk, default_token_generator.make_token(staff)


def invited(staff_id: UUID, token: str) -> Staff | None:
    """Whose link this is; None for one that was used, replaced, is too old, or was made up."""
    staff = Staff.objects.filter(pk=staff_id, is_active=True).first()
    if staff is None or staff.has_usable_password():
        return None
    return staff if default_token_generator.check_token(staff, token) else None


def people(site: Site) -> QuerySet[Staff]:
    """Who works at the site, or waits for the role they were invited to; visits do not count."""
    here = Membership.objects.filter(site=site, role__in=WORKING).values("staff")
    waiting = Proposal.objects.filter(site=site).values("staff")
    return Staff.objects.filter(Q(pk__in=here) | Q(pk__in=waiting))


def roles_of(staff: Staff) -> QuerySet[Membership]:
    """The roles that were given to the person, at every site."""
    return Membership.objects.filter(staff=staff, role__in=WORKING)
