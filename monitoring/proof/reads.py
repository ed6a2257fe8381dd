"""Who was shown whose record: one row a view, however many patients are on the page."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet

from clinic import clock, origin
from clinic.models import Site, Staff
from monitoring.models import AccessEntry, ListedPatient
from monitoring.models.access import listing_of

AGAIN_AFTER = timedelta(minutes=15)
"""A page that stays open and is brought up to date counts as read again after so long."""
AT_ONCE = 1000
"""How many patients of a new list are written by one statement."""


@dataclass(frozen=True, slots=True)
class Read:
    """Who was shown a page, and where; `session_id` is None where it is of patients."""

    staff: Staff
    site: Site
    action: str
    page: str
    session_id: UUID | None = None


def log_reads(read: Read, patients: Iterable[UUID], at: datetime) -> None:
    """Add an entry of `patients`, each of them once; none where there are none."""
    whom = list(dict.fromkeys(patients))
    if not whom:
        return
    came_from = origin.current()
    entry = AccessEntry(
        at=at,
        staff=read.staff,
        site=read.site,
        session_id=read.session_id,
        action=read.action,
        page=read.page,
        device=came_from.device,
        address=came_from.address,
    )
    if len(whom) == 1:
        entry.patient_id = whom[0]
    else:
        entry.listing = listing_of(whom)
    if not entry.listing:
        entry.save(force_insert=True)
    elif not _inserted(entry):
        with transaction.atomic():
            # Who shows the same list at this moment may be the first to keep it.
            ListedPatient.objects.bulk_create(
                (ListedPatient(listing=entry.listing, patient_id=patient) for patient in whom),
                batch_size=AT_ONCE,
                ignore_conflicts=True,
            )
            entry.save(force_insert=True)


def _inserted(entry: AccessEntry) -> bool:
    """Insert `entry` where its list is kept already, as it mostly is, and say whether it was."""
    fields = AccessEntry._meta.local_concrete_fields
    values = [f.get_db_prep_save(getattr(entry, f.attname), connection) for f in fields]
    listing = AccessEntry._meta.get_field("listing").get_db_prep_save(entry.listing, connection)
    columns = ", ".join(f'"{field.column}"' for field in fields)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO monitoring_accessentry ({columns})"  # noqa: S608
            f" SELECT {', '.join(['%s'] * len(fields))} WHERE EXISTS"
            " (SELECT 1 FROM monitoring_listedpatient WHERE listing = %s)",
            [*values, listing],
        )
        return bool(cursor.rowcount)


def not_lately(read: Read, patients: Iterable[UUID]) -> list[UUID]:
    """Those of `patients` whom this page did not show the same person within AGAIN_AFTER."""
    whom = list(patients)
    found = entries(read).filter(at__gt=clock.now() - AGAIN_AFTER)
    shown = set(found.order_by().values_list("patient_id", "listing").distinct())
    listings = {listing for _patient, listing in shown if listing}
    if listing_of(whom) in listings:
        return []
    known = {patient for patient, _listing in shown} | set(of_listings(listings))
    return [patient for patient in whom if patient not in known]


def entries(read: Read) -> QuerySet[AccessEntry]:
    """What was kept of the same person, page and action."""
    return AccessEntry.objects.filter(
        staff=read.staff,
        site=read.site,
        action=read.action,
        page=read.page,
        session=read.session_id,
    )


def patients_of(entries: Iterable[AccessEntry]) -> set[UUID]:
    """Everyone whom `entries` say was shown."""
    found = list(entries)
    alone = {entry.patient_id for entry in found if entry.patient_id}
    return alone | set(of_listings({entry.listing for entry in found if entry.listing}))


def of_listings(listings: Collection[UUID]) -> Iterable[UUID]:
    """The patients of these lists."""
    if not listings:
        return ()
    return ListedPatient.objects.filter(listing__in=listings).values_list("patient_id", flat=True)
