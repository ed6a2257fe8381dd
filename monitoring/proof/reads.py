"""Who was shown whose record: one row a view, however many patients are on the page."""

from __future__ import annotations

import json
import logging
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import DatabaseError, connection, models, transaction
from django.db.models import QuerySet

from clinic import clock, origin, unwritable
from clinic.models import Site, Staff
from clinic.models.constant import Constant, Varying
from monitoring.models import AccessEntry, ListedPatient, Patient, Session
from monitoring.models.access import listing_of
from monitoring.proof import untold

logger = logging.getLogger(__name__)
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
    """Add an entry of `patients`, each of them once; none where there are none.

    While the database takes none it is kept on this machine's disk, and told to the log later.
    Raises what the database raises where that cannot be done either.
    """
    whom = list(dict.fromkeys(patients))
    if not whom:
        return
    entry = _entry(read, whom, at)
    try:
        with unwritable.patience():
            _insert(entry, whom)
    except DatabaseError as error:
        why = unwritable.reason(error)
        if why is None or connection.in_atomic_block:
            raise
        try:
            untold.keep(_as_line(entry, whom))
        except OSError:
            raise error from error.__cause__
        logger.warning("who reads is kept in a file: %s", why)
        return
    if untold.waits() and not connection.in_atomic_block:
        tell()


def _entry(read: Read, whom: list[UUID], at: datetime) -> AccessEntry:
    came_from = origin.current()
    entry = AccessEntry(
        at=at,
        staff_id=read.staff.pk,
        site_id=read.site.pk,
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
    return entry


def _insert(entry: AccessEntry, whom: list[UUID]) -> None:
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


def tell() -> int:
    """Tell the access log what was seen while it took nothing, each once, however often this is
    broken off: the id of an entry is made when it is seen. Says how many there were.

    What names someone whom this database does not know, as after an older copy was put in place, is
    put aside. While the database takes nothing still, all of it waits on.
    """
    try:
        with unwritable.patience(), untold.taken() as lines, transaction.atomic():
            return _told(lines)
    except DatabaseError as error:
        if unwritable.reason(error) is None:
            raise
        return 0


def _told(lines: list[str]) -> int:
    found = [(line, _of_line(line)) for line in lines]
    seen = [one for _line, one in found if one is not None]
    known = _known(AccessEntry, {entry.pk for entry, _whom in seen})
    people = _known(Staff, {entry.staff_id for entry, _whom in seen})
    sites = _known(Site, {entry.site_id for entry, _whom in seen})
    sessions = _known(Session, {entry.session_id for entry, _whom in seen} - {None}) | {None}
    patients = _known(Patient, {patient for _entry, whom in seen for patient in whom})
    now, count = clock.now(), 0
    for line, one in found:
        if one is None:
            untold.refuse(line)
            continue
        entry, whom = one
        is_here = entry.staff_id in people and entry.site_id in sites
        if not (is_here and entry.session_id in sessions and patients.issuperset(whom)):
            untold.refuse(line)
        elif entry.pk not in known:
            entry.told_at = now
            _insert(entry, whom)
            count += 1
    return count


def _known(model: type[models.Model], ids: Collection[UUID | None]) -> set[UUID | None]:
    return set(model._default_manager.filter(pk__in=ids).values_list("pk", flat=True))


_IN_LINE = ("id", "at", "staff_id", "site_id", "session_id", "action", "page", "device", "address")


def _as_line(entry: AccessEntry, whom: list[UUID]) -> str:
    """Ids, instants and codes: nothing else stands in the file."""
    told = {name: getattr(entry, name) for name in _IN_LINE} | {"patients": whom}
    return json.dumps(told, cls=DjangoJSONEncoder)


def _of_line(line: str) -> tuple[AccessEntry, list[UUID]] | None:
    """None for a line that was being written when the machine went off: no page was shown."""
    try:
        told = json.loads(line)
        whom = [UUID(patient) for patient in told["patients"]]
        ids = {n: told[n] and UUID(told[n]) for n in ("id", "staff_id", "site_id", "session_id")}
        rest = {name: told[name] for name in ("action", "page", "device", "address")}
        entry = AccessEntry(at=datetime.fromisoformat(told["at"]), **ids, **rest)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    entry.patient_id = whom[0] if len(whom) == 1 else None
    entry.listing = listing_of(whom) if len(whom) > 1 else None
    return entry, whom


def not_lately(read: Read, patients: Iterable[UUID]) -> list[UUID]:
    """Those of `patients` whom this page did not show the same person within AGAIN_AFTER."""
    whom, since = list(patients), clock.now() - AGAIN_AFTER
    asked: list[Varying] = [read.site.pk, since, read.action, read.page]
    if read.session_id:
        found = _OF_SESSION.plain([read.staff.pk], *asked, read.session_id)
    else:
        found = _OF_NO_SESSION.plain([read.staff.pk], *asked)
    # The same list was shown again and again: of what is alike one is looked at.
    shown = found.instances(list({row[1:]: row for row in found.rows}.values()))
    listings = {entry.listing for entry in shown if entry.listing}
    if listing_of(whom) in listings:
        return []
    known = {entry.patient_id for entry in shown} | set(of_listings(listings))
    return [patient for patient in whom if patient not in known]


def _of_page(
    people: list[UUID],
    site: UUID,
    since: datetime,
    action: str,
    page: str,
    session: UUID | None = None,
) -> QuerySet[AccessEntry]:
    """What was kept of the same person, page and action."""
    found = AccessEntry.objects.filter(staff_id__in=people, site=site, at__gt=since)
    same = found.filter(action=action, page=page, session=session)
    return same.order_by().only("patient_id", "listing")


# The SQL is another where there is no session.
_OF_SESSION, _OF_NO_SESSION = Constant(_of_page), Constant(_of_page)


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
