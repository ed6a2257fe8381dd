"""Who was shown whose record: one insert a page, however many patients are on it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from clinic import clock, origin
from clinic.models import Site, Staff
from monitoring.models import AccessEntry

AGAIN_AFTER = timedelta(minutes=15)
"""A page that stays open and is brought up to date counts as read anew after so long."""


def keep(
    staff: Staff,
    site: Site,
    action: str,
    page: str,
    patients: Iterable[UUID],
    session_id: UUID | None = None,
) -> None:
    """Add an entry for each of `patients`, once."""
    now, whence = clock.now(), origin.current()
    AccessEntry.objects.bulk_create(
        AccessEntry(
            at=now,
            staff=staff,
            site=site,
            patient_id=patient,
            session_id=session_id,
            action=action,
            page=page,
            device=whence.device,
            address=whence.address,
        )
        for patient in dict.fromkeys(patients)
    )


def was_just_read(staff: Staff, session_id: UUID, patient_id: UUID) -> bool:
    since = clock.now() - AGAIN_AFTER
    read = AccessEntry.objects.filter(staff=staff, patient=patient_id, at__gt=since)
    return read.filter(session=session_id, action=AccessEntry.Action.OPENED).exists()
