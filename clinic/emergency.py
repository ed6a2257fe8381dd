"""Emergency access: a clinician of another site, for a reason, for a limited time, announced.

The person signs in as themselves and gives the reason first; no one has to let them in, for there
may be no one. What they may do then stands in `access`: read, measure, and say what was done; they
sign nothing and decide on no dose.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.dispatch import Signal

from clinic import access, clock
from clinic.access import Permission
from clinic.models import Membership, Site, Staff
from clinic.refusal import NotAllowed, refuse

LASTS = timedelta(minutes=60)
"""Long enough to bring an emergency to the site's own clinician or to an ambulance, and short
enough that no one works under it; who still needs it says so again, with a reason."""
REASON_LENGTH = 300
LEAST_AGE = timedelta(days=1)
"""How long someone has been a clinician who enters: a role that was given today opens no site."""
MOST_VISITS = 3
"""How many sites one person is at in an emergency at the same time. More than one is rare; more
than three is no emergency but a round through the organisation."""
EMERGENCY = Membership.Role.EMERGENCY

entry_failed = Signal()
"""Sent with `staff`: someone signed in as they are gave a wrong password to enter."""


def enter(by: Staff, site: Site, *, reason: str, password: str) -> Membership:
    """Let `by` in at `site` from now on, for LASTS.

    Raises NotAllowed for who is a clinician nowhere, Refused without a reason, for who is one
    since less than LEAST_AGE, at a site where the person has a role or a visit already, with
    MOST_VISITS open, and for a wrong password, which is told.
    """
    if not reason.strip() or len(reason.strip()) > REASON_LENGTH:
        raise refuse("reason", "reason")
    if not by.check_password(password):
        with transaction.atomic():
            entry_failed.send(sender=Membership, staff=by)
        raise refuse("password", "password")
    return _enter(by, site, reason.strip())


@transaction.atomic
def _enter(by: Staff, site: Site, reason: str) -> Membership:
    staff = Staff.objects.select_for_update().get(pk=by.pk)
    now = clock.now()
    held = list(Membership.objects.filter(staff=staff))
    roles = [m for m in held if m.site_id != site.pk and m.role != EMERGENCY]
    if not staff.is_active or not any(map(_enters, roles)):
        raise NotAllowed
    if all(m.given_at and now - m.given_at < LEAST_AGE for m in filter(_enters, roles)):
        raise refuse("new_role")
    open_now = [m for m in held if m.is_in_force(now)]
    if any(m.site_id == site.pk for m in open_now):
        raise refuse("is_here", "site")
    if sum(m.role == EMERGENCY for m in open_now) >= MOST_VISITS:
        raise refuse("most_visits")
    return Membership.objects.create(
        staff=staff, site=site, role=EMERGENCY, began_at=now, ends_at=now + LASTS, reason=reason
    )


def _enters(held: Membership) -> bool:
    return Permission.ENTER_IN_EMERGENCY in access.permissions_of([held.role])


@transaction.atomic
def review(by: Staff, site: Site, visit_id: UUID, *, words: str) -> Membership:
    """Someone of the site looked at what was done in a visit that is over, and says so.

    Raises NotAllowed for who may not and for what is no visit here; Refused without words, for
    one's own visit, for one that goes on, and for one that was reviewed.
    """
    if not access.may(by, Permission.REVIEW_VISIT, site):
        raise NotAllowed
    visits_here = Membership.objects.select_for_update().filter(site=site, role=EMERGENCY)
    visit = visits_here.filter(pk=visit_id).first()
    if visit is None:
        raise NotAllowed
    if visit.staff_id == by.pk:
        raise refuse("own_visit")
    if visit.is_in_force(clock.now()):
        raise refuse("still_visiting")
    if visit.reviewed_at is not None:
        raise refuse("reviewed")
    text = words.strip()
    if not text or len(text) > REASON_LENGTH:
        raise refuse("review", "words")
    visit.reviewed_at, visit.reviewed_by, visit.review = clock.now(), by, text
    visit.save(update_fields=["reviewed_at", "reviewed_by", "review"])
    return visit


@transaction.atomic
def leave(by: Staff, site: Site) -> Membership:
    """End one's own visit before its time. Raises Refused for who is not visiting."""
    return _end(by.pk, site)


@transaction.atomic
def end(by: Staff, site: Site, staff_id: UUID) -> Membership:
    """End someone's visit at once. Raises NotAllowed for who does not manage the site's staff and
    for a stranger to it, Refused for who is not visiting."""
    if not access.may(by, Permission.MANAGE_STAFF, site):
        raise NotAllowed
    if not Membership.objects.filter(staff=staff_id, site=site).exists():
        raise NotAllowed
    return _end(staff_id, site)


def end_all(staff: Staff) -> None:
    """End every visit of someone who is let in no more, within the transaction that says so."""
    for visit in in_force(Membership.objects.filter(staff=staff)):
        _stop(visit)


def _end(staff_id: UUID, site: Site) -> Membership:
    visits = in_force(Membership.objects.filter(staff=staff_id, site=site))
    visit = visits.select_for_update().first()
    if visit is None:
        raise refuse("not_visiting")
    return _stop(visit)


def _stop(visit: Membership) -> Membership:
    visit.ends_at = clock.now()
    visit.save(update_fields=["ends_at"])
    return visit


def in_force(memberships: QuerySet[Membership]) -> QuerySet[Membership]:
    return memberships.filter(role=EMERGENCY, ends_at__gt=clock.now())


def visits(site: Site) -> QuerySet[Membership]:
    """Who is at `site` in an emergency now, the latest first, each with the name of their own site
    as `from_site`: one query."""
    return in_force(_visits(site).filter(staff__is_active=True))


def to_review(site: Site) -> QuerySet[Membership]:
    """Visits that are over and that no one of the site has looked at, likewise."""
    return _visits(site).filter(ends_at__lte=clock.now(), reviewed_at=None)


def _visits(site: Site) -> QuerySet[Membership]:
    own = Membership.objects.filter(staff=OuterRef("staff"), role=Membership.Role.CLINICIAN)
    return (
        Membership.objects.filter(site=site, role=EMERGENCY)
        .select_related("staff")
        .annotate(from_site=Subquery(own.order_by("site__name").values("site__name")[:1]))
        .order_by("-began_at")
    )


def sites_to_enter(staff: Staff) -> QuerySet[Site]:
    """Every site where the person has no role and no visit now."""
    now = clock.now()
    here = [m.site_id for m in staff.memberships.all() if m.is_in_force(now)]
    return Site.objects.exclude(pk__in=here)
