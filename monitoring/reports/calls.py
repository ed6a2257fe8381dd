"""Whom the clinic has still to call: who left on an earlier day and was not reached since."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from clinic.models import Site
from clinic.pages.keyset import Order, Part
from monitoring.models import Call, Session
from monitoring.models.standing import standing, struck

DAYS = 7
"""As long as the clinic has for the monitoring form, which asks about adverse events (CLINICAL 8,
rule 30)."""
LONGEST_WAITING = Order(("departure__left_at", "pk"))


def list_of(site: Site, now: datetime) -> Part:
    """As it is read."""
    return Part(waiting(site, now), LONGEST_WAITING, Session.objects.at(site))


def days(site: Site, now: datetime) -> tuple[datetime, datetime]:
    """Between which midnights at the site someone left who is called."""
    midnight = timezone.localtime(now, site.tz).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - timedelta(days=DAYS), midnight


def waiting(site: Site, now: datetime) -> QuerySet[Session]:
    """Who was not transferred, the longest waiting first; `tried` counts the calls until now.

    The advice holds until the next day after a restful sleep: nobody is called on the same day.
    """
    since, midnight = days(site, now)
    left = Session.objects.at(site).filter(
        phase=Session.Phase.CLOSED, closed_at__gte=since, departure__left_at__lt=midnight
    )
    reached = standing(Call).filter(session=OuterRef("pk"), was_reached=True)
    left = left.exclude(departure__kind="transferred").exclude(Exists(reached))
    calls = Call.objects.filter(~struck(Call), session=OuterRef("pk")).order_by()
    counted = Subquery(calls.values("session").annotate(count=Count("pk")).values("count"))
    tried = Coalesce(counted, 0)
    return LONGEST_WAITING.of(left.annotate(tried=tried).select_related("patient", "departure"))
