"""Who read whose record, as it is searched and exported."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Max, Q, QuerySet

from clinic.models import Site
from monitoring.models import AccessEntry

HEADINGS = (
    "at",
    "time_zone",
    "person",
    "user_name",
    "action",
    "page",
    "patient",
    "mrn",
    "session",
    "device",
    "address",
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def entries(site: Site) -> QuerySet[AccessEntry]:
    """Newest first, with who read and whose record it was."""
    found = AccessEntry.objects.filter(site=site)
    return found.select_related("staff", "patient", "session").order_by("-at", "-pk")


def of_patient(found: QuerySet[AccessEntry], words: str) -> QuerySet[AccessEntry]:
    """Of patients whose names or MRN begin with each of `words`."""
    for word in words.replace(",", " ").split():
        found = found.filter(
            Q(patient__family_name__istartswith=word)
            | Q(patient__given_name__istartswith=word)
            | Q(patient__mrn__istartswith=word)
        )
    return found


def last_reads(site: Site, since: datetime) -> dict[tuple[UUID, str], datetime]:
    """By person and device, when a record of the site was last read, if after `since`."""
    found = AccessEntry.objects.filter(site=site, at__gt=since).order_by()
    last = found.values_list("staff", "device").annotate(last=Max("at"))
    return {(staff, device): at for staff, device, at in last}


def as_csv(found: Iterable[AccessEntry], site: Site) -> Iterator[str]:
    """UTF-8 with a byte order mark, a heading, and one line an entry; times at the site."""
    yield "\ufeff" + _line(HEADINGS)
    for entry in found:
        yield _line(
            (
                _local(entry.at, site.tz),
                site.time_zone,
                entry.staff.printed_name,
                entry.staff.username,
                entry.action,
                entry.page,
                entry.patient.banner_name,
                entry.patient.mrn,
                str(entry.session_id or ""),
                entry.device,
                entry.address or "",
            )
        )


def _local(at: datetime, tz: ZoneInfo) -> str:
    return at.astimezone(tz).isoformat(timespec="seconds")


def _line(cells: Iterable[str]) -> str:
    """A spreadsheet must not take a name for a formula."""
    out = io.StringIO()
    csv.writer(out).writerow(f"'{c}" if c.startswith(_FORMULA) else c for c in cells)
    return out.getvalue()
