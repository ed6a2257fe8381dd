"""Emergency access: a clinician of another site, for a reason, for a limited time, announced.

The person signs in as themselves and gives the reason first; no one has to let them in, for there
may be no one. What they may do then stands in `access`: read, measure, and say what was done; they
sign nothing and decide on no dose.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import OuterRef, QuerySet, Subquery

from clinic import clock
from clinic.models import Membership, Site, Staff

VISIT_LENGTH = timedelta(minutes=60)
"""Long enough to bring an emergency to the site's own clinician or to an ambulance, and short
enough that no one works under it; who still needs it says so again, with a reason."""
REASON_LENGTH = 300
LEAST_AGE = timedelta(days=1)
"""How long someone has been a clinician who enters: a role that was given today opens no site."""
MOST_VISITS = 3
"""How many sites one person is at in an emergency at the same time. More than one is rare; more
than three is no emergency but a round through the organisation."""
EMERGENCY = Membership.Role.EMERGENCY


def in_force(memberships: QuerySet[Membership], at: datetime | None = None) -> QuerySet[Membership]:
    """Of `memberships` the visits that go on now, or `at` that moment."""
    return memberships.filter(role=EMERGENCY, ends_at__gt=at or clock.now())


def visits(site: Site, at: datetime | None = None) -> QuerySet[Membership]:
    """Who is at `site` in an emergency now, or `at` that moment, the latest first, each with the
    name of their own site as `from_site`: one query."""
    return in_force(_visits(site).filter(staff__is_active=True), at)


def to_review(site: Site, at: datetime | None = None) -> QuerySet[Membership]:
    """Visits that are over and that no one of the site has looked at, likewise."""
    return over(site, at).filter(reviewed_at=None)


def over(site: Site, at: datetime | None = None) -> QuerySet[Membership]:
    """Every visit that is over, with who looked at it, likewise."""
    ended = _visits(site).filter(ends_at__lte=at or clock.now())
    return ended.select_related("staff", "reviewed_by")


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
