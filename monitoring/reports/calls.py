"""Whom the clinic has still to call: who left on an earlier day and was not reached since."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Count, Exists, OuterRef, QuerySet
from django.utils import timezone

from clinic.models import Site
from monitoring.models import Call, Session
from monitoring.models.standing import standing, struck

DAYS = 7
"""As long as the clinic has for the monitoring form, which asks about adverse events (CLINICAL 8,
rule 30)."""


def waiting(site: Site, now: datetime) -> QuerySet[Session]:
    """Who was not transferred, the longest waiting first; `tried` counts the calls until now.

    The advice holds until the next day after a restful sleep: nobody is called on the same day.
    """
    midnight = timezone.localtime(now, site.tz).replace(hour=0, minute=0, second=0, microsecond=0)
    left = Session.objects.at(site).filter(
        phase=Session.Phase.CLOSED,
        closed_at__gte=midnight - timedelta(days=DAYS),
        departure__left_at__lt=midnight,
    )
    reached = standing(Call).filter(session=OuterRef("pk"), was_reached=True)
    left = left.exclude(departure__kind="transferred").exclude(Exists(reached))
    tried = Count("call", filter=~struck(Call, "call__pk"))
    left = left.annotate(tried=tried).select_related("patient", "departure")
    return left.order_by("departure__left_at")
