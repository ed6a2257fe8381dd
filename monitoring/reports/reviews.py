"""What came after the patient had left, and that no clinician has answered."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from clinic.models import Site
from clinic.pages.keyset import Order, Part
from monitoring.models import Dose, Event, Reading, Strike
from monitoring.models.standing import standing
from monitoring.rules.suicidality import REVIEWED_LATE

LONGEST_WAITING = Order(("recorded_at", "pk"))


def waiting(site: Site) -> QuerySet[Reading]:
    """Readings, the longest waiting first; found by an index of late readings alone."""
    late = standing(Reading).filter(after_departure=True, review=None, session__site=site)
    return late.order_by("recorded_at", "seq")


def strikes_waiting(site: Site) -> QuerySet[Strike]:
    """Of sessions that have ended, the longest waiting first; the board has those that go on."""
    waiting = Strike.objects.filter(needs_confirmation=True, confirmation=None)
    return waiting.filter(session__site=site, session__phase="closed").order_by("recorded_at")


def waiting_events(site: Site) -> QuerySet[Event]:
    """Symptoms and adverse events, and what was corrected, in the same order; found by an index of
    late events alone."""
    events = standing(Event)
    asks = Q(kind__in=REVIEWED_LATE) | (Q(replaces__isnull=False) & ~Q(kind="review"))
    late = events.filter(asks, after_departure=True, session__site=site)
    late = late.exclude(Exists(events.filter(answers_event=OuterRef("pk"), kind="review")))
    return late.order_by("recorded_at", "seq")


def waiting_doses(site: Site) -> QuerySet[Dose]:
    """Doses that were corrected, in the same order; found by an index of late doses alone."""
    reviewed = standing(Event).filter(answers_dose=OuterRef("pk"), kind="review")
    late = standing(Dose).filter(after_departure=True, session__site=site)
    return late.exclude(Exists(reviewed)).order_by("recorded_at", "seq")


def waiting_lists(site: Site) -> tuple[QuerySet[Any], ...]:
    """All of it, as it is read: events, doses, readings, strikes."""
    return waiting_events(site), waiting_doses(site), waiting(site), strikes_waiting(site)


def lists(site: Site) -> tuple[Part, ...]:
    """All of it with what its page names."""
    events, doses, readings, strikes = waiting_lists(site)
    late = (
        events.select_related("session__patient", "recorded_by", "sent_by"),
        doses.select_related("session__patient", "recorded_by", "witness"),
        readings.select_related("session__patient", "recorded_by", "sent_by", "review"),
        strikes.select_related("session__patient", "sent_by"),
    )
    return tuple(Part(found, LONGEST_WAITING, _of_site(found, site)) for found in late)


def _of_site(found: QuerySet[Any], site: Site) -> QuerySet[Any]:
    every: QuerySet[Any] = found.model._default_manager.all()
    return every.filter(session__site=site)
