"""Who was shown whose record: one insert a page, however many patients are on it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from clinic import clock, origin
from clinic.models import Site, Staff
from monitoring.models import AccessEntry

AGAIN_AFTER = timedelta(minutes=15)
"""A page that stays open and is brought up to date counts as read again after so long."""


@dataclass(frozen=True, slots=True)
class Read:
    """Who was shown a page, and where; `session_id` is None where it is of patients."""

    staff: Staff
    site: Site
    action: str
    page: str
    session_id: UUID | None = None


def log_reads(read: Read, patients: Iterable[UUID], at: datetime) -> None:
    """Add an entry for each of `patients`, once."""
    came_from = origin.current()
    AccessEntry.objects.bulk_create(
        AccessEntry(
            at=at,
            staff=read.staff,
            site=read.site,
            patient_id=patient,
            session_id=read.session_id,
            action=read.action,
            page=read.page,
            device=came_from.device,
            address=came_from.address,
        )
        for patient in dict.fromkeys(patients)
    )


def not_lately(read: Read, patients: Iterable[UUID]) -> list[UUID]:
    """Those of `patients` whom this page did not show the same person within AGAIN_AFTER."""
    found = entries(read).filter(at__gt=clock.now() - AGAIN_AFTER)
    known = set(found.values_list("patient_id", flat=True))
    return [patient for patient in patients if patient not in known]


def entries(read: Read) -> QuerySet[AccessEntry]:
    """What was kept of the same person, page and action."""
    return AccessEntry.objects.filter(
        staff=read.staff,
        site=read.site,
        action=read.action,
        page=read.page,
        session=read.session_id,
    )
