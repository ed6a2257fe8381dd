"""Who read whose record, as it is searched and exported."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, islice
from typing import Any
from uuid import UUID

from django.db.models import Max, QuerySet

from clinic.models import Site, Staff
from clinic.pages.keyset import Page
from monitoring.models import AccessEntry
from monitoring.models.patient import found_by
from monitoring.reports.tables import Cell, local

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


def entries(site: Site) -> QuerySet[AccessEntry]:
    """Newest first, with who read and whose record it was."""
    found = AccessEntry.objects.filter(site=site)
    return found.select_related("staff", "patient", "session").order_by("-at", "-pk")


def of_patient(found: QuerySet[AccessEntry], words: str) -> QuerySet[AccessEntry]:
    """Of patients who are found by `words`, as a search of the patients finds them."""
    return found.filter(found_by(words, "patient__"))


@dataclass(frozen=True, slots=True)
class Line:
    """What one person did on one page at one moment; `entries` is empty while it is folded."""

    at: datetime
    staff: Staff
    action: str
    page: str
    device: str
    address: str | None
    count: int
    entries: tuple[AccessEntry, ...]

    @property
    def is_list(self) -> bool:
        return self.count > 1

    @property
    def action_in_words(self) -> str:
        return str(AccessEntry.Action(self.action).label)


_OF_ONE_LINE = ("at", "staff_id", "action", "page", "device", "address")


def folded(
    found: QuerySet[AccessEntry], size: int, after: datetime | None, before: datetime | None
) -> Page[dict[str, Any]]:
    """One row for all that one page showed at once, with how many records it was: the `size` rows
    before the moment `after`, which are the next ones down the page, or those that came just after
    `before`. What happened at one moment is never parted."""
    is_back = before is not None
    if is_back:
        ordered = found.filter(at__gt=before).order_by("at", *_OF_ONE_LINE[1:])
    else:
        ordered = found.filter(at__lt=after) if after else found
        ordered = ordered.order_by("-at", *_OF_ONE_LINE[1:])
    entries = ordered.values_list(*_OF_ONE_LINE).iterator(chunk_size=1000)
    lines = groupby(entries)
    rows = [
        dict(zip(_OF_ONE_LINE, line, strict=True)) | {"count": sum(1 for _entry in group)}
        for line, group in islice(lines, size + 1)
    ]
    is_more = len(rows) > size
    if is_more:
        last = rows.pop()["at"]
        whole = [row for row in rows if row["at"] != last]
        rows = whole or rows
    if is_back:
        rows.reverse()
    if not rows:
        return Page([])
    has_later = is_more if is_back else after is not None
    first, end = rows[0]["at"].isoformat(), rows[-1]["at"].isoformat()
    return Page(rows, first if has_later else None, end if is_back or is_more else None)


def unfolded(
    found: QuerySet[AccessEntry], rows: Iterable[dict[str, Any]], opened: datetime | None
) -> list[Line]:
    """`rows` of `folded` with their people, and with the entries of those that hold one, and of
    that of the moment `opened`: two queries."""
    rows = list(rows)
    people = Staff.objects.in_bulk({row["staff_id"] for row in rows})
    moments = {row["at"] for row in rows if row["count"] == 1 or row["at"] == opened}
    entries: dict[tuple[Any, ...], list[AccessEntry]] = defaultdict(list)
    for entry in found.filter(at__in=moments):
        entries[tuple(getattr(entry, name) for name in _OF_ONE_LINE)].append(entry)
    return [
        Line(
            staff=people[row["staff_id"]],
            entries=tuple(entries[tuple(row[name] for name in _OF_ONE_LINE)]),
            **{name: row[name] for name in row if name != "staff_id"},
        )
        for row in rows
    ]


def last_reads(site: Site, since: datetime) -> dict[tuple[UUID, str], datetime]:
    """By person and device, when a record of the site was last read, if after `since`."""
    found = AccessEntry.objects.filter(site=site, at__gt=since).order_by()
    last = found.values_list("staff", "device").annotate(last=Max("at"))
    return {(staff, device): at for staff, device, at in last}


def as_rows(found: Iterable[AccessEntry], site: Site) -> Iterator[tuple[UUID, list[Cell]]]:
    """By patient, the cells under `HEADINGS`; times at the site."""
    for entry in found:
        yield (
            entry.patient_id,
            [
                local(entry.at, site.tz),
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
            ],
        )
