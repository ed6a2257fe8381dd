"""Readings that arrived after the patient had left, and that no clinician has answered."""

from __future__ import annotations

from django.db.models import QuerySet

from clinic.models import Site
from monitoring.models import Reading


def waiting(site: Site) -> QuerySet[Reading]:
    """The longest waiting first; found by an index of late readings alone."""
    late = Reading.objects.filter(after_departure=True, review=None, session__site=site)
    return late.order_by("recorded_at", "seq")
