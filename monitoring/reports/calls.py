"""Whom the clinic has still to call: who left on an earlier day and was not reached since."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from clinic.models import Site
from monitoring.models import Call, Session

DAYS = 7
"""As long as the clinic has for the monitoring form, which asks about adverse events (CLINICAL 8,
rule 30)."""


def waiting(site: Site, now: datetime) -> list[Session]:
    """Who was not transferred, the longest waiting first; each with the calls that were tried.

    The advice holds until the next day after a restful sleep: nobody is called on the same day.
    """
    midnight = timezone.localtime(now, site.tz).replace(hour=0, minute=0, second=0, microsecond=0)
    left = Session.objects.at(site).filter(
        phase=Session.Phase.CLOSED,
        closed_at__gte=midnight - timedelta(days=DAYS),
        departure__left_at__lt=midnight,
    )
    left = left.exclude(departure__kind="transferred").select_related("patient", "departure")
    found = {s.pk: s for s in left.order_by("departure__left_at")}
    tried: dict[object, int] = dict.fromkeys(found, 0)
    for session_id, was_reached in Call.objects.filter(session__in=found).values_list(
        "session", "was_reached"
    ):
        tried[session_id] += 1
        if was_reached:
            found.pop(session_id, None)
    for session in found.values():
        session.calls_tried = tried[session.pk]  # type: ignore[attr-defined]
    return list(found.values())
