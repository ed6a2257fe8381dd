"""Who read whose record, as it is searched and exported."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, islice
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, Q, QuerySet

from clinic.models import Site, Staff
from clinic.pages.keyset import Page
from monitoring.models import AccessEntry, ListedPatient, Patient

ENTRIES_OF_LINE = 4
"""As many are read for each line at first."""
FEW = 50
"""Patients, by whose indexes what was shown of them is found."""


def entries(site: Site) -> QuerySet[AccessEntry]:
    """Newest first, with who read and whose record it was."""
    found = AccessEntry.objects.filter(site=site)
    return found.select_related("staff", "patient", "session").order_by("-at", "-pk")


def of_patients(found: QuerySet[AccessEntry], whom: QuerySet[Patient]) -> QuerySet[AccessEntry]:
    """The entries that show one of `whom`, alone or on a list.

    Those of few patients are found by the indexes of patients; those of many are so close together
    that they are met on the way through what is asked for.
    """
    some: Any = list(whom.order_by().values_list("pk", flat=True)[: FEW + 1])
    if not some:
        return found.none()
    is_few = len(some) <= FEW
    some = some if is_few else whom.order_by().values("pk")
    listings = ListedPatient.objects.order_by().filter(patient__in=some).values("listing")
    alone, listed = Q(patient__in=some), Q(listing__in=listings)
    if not is_few:
        return found.filter(alone | listed)
    every = AccessEntry.objects.order_by().values("pk")
    return found.filter(pk__in=every.filter(alone).union(every.filter(listed), all=True))


def _listed(listings: Collection[UUID], whom: QuerySet[Patient] | None) -> QuerySet[ListedPatient]:
    """Who stands on the lists `listings`; of `whom`, where some were asked for."""
    found = ListedPatient.objects.filter(listing__in=listings)
    return found if whom is None else found.filter(patient__in=whom.order_by().values("pk"))


@dataclass(frozen=True, slots=True)
class Line:
    """What one person did on one page at one moment; `entries` is empty while it is folded."""

    at: datetime
    staff: Staff
    action: str
    page: str
    device: str
    address: str | None
    told_at: datetime | None
    """When the log was told, where it could not be at once."""
    count: int
    entries: tuple[AccessEntry, ...]

    @property
    def is_list(self) -> bool:
        return self.count > 1

    @property
    def patients(self) -> list[UUID]:
        """Whom it names; no one while it is folded."""
        return [entry.patient_id for entry in self.entries if entry.patient_id]

    @property
    def action_in_words(self) -> str:
        return str(AccessEntry.Action(self.action).label)


_OF_ONE_LINE = ("at", "staff_id", "action", "page", "device", "address", "told_at")


def folded(
    found: QuerySet[AccessEntry],
    size: int,
    after: datetime | None,
    before: datetime | None,
    whom: QuerySet[Patient] | None = None,
) -> Page[dict[str, Any]]:
    """One row for all that one page showed at once, with how many records it was: the `size` rows
    before the moment `after`, which are the next ones down the page, or those that came just after
    `before`. What happened at one moment is never parted. Of a list those of `whom` are counted."""
    is_back = before is not None
    if is_back:
        ordered = found.filter(at__gt=before).order_by("at", *_OF_ONE_LINE[1:])
    else:
        ordered = found.filter(at__lt=after) if after else found
        ordered = ordered.order_by("-at", *_OF_ONE_LINE[1:])
    rows = _first_lines(ordered, size + 1)
    is_more = len(rows) > size
    if is_more:
        last = rows.pop()["at"]
        whole = [row for row in rows if row["at"] != last]
        rows = whole or rows
    if is_back:
        rows.reverse()
    if not rows:
        return Page([])
    _count(rows, whom)
    has_later = is_more if is_back else after is not None
    first, end = rows[0]["at"].isoformat(), rows[-1]["at"].isoformat()
    return Page(rows, first if has_later else None, end if is_back or is_more else None)


def _first_lines(ordered: QuerySet[AccessEntry], many: int) -> list[dict[str, Any]]:
    """So many lines, of which the last may lack some entries.

    An entry is a line, but for those that were kept before there were lists. The database is told
    how many entries are wanted: of a cursor it thinks that a tenth of all will be read, and sorts
    them all."""
    entries = many * ENTRIES_OF_LINE
    while True:
        kept = list(ordered.values_list(*_OF_ONE_LINE, "listing")[:entries])
        lines = groupby(kept, key=lambda entry: entry[:-1])
        rows = [
            dict(zip(_OF_ONE_LINE, line, strict=True)) | {"listings": [one[-1] for one in group]}
            for line, group in islice(lines, many)
        ]
        if len(rows) == many or len(kept) < entries:
            return rows
        entries *= ENTRIES_OF_LINE


def _count(rows: list[dict[str, Any]], whom: QuerySet[Patient] | None) -> None:
    """How many records each row is: one for an entry of one patient, and those on each list."""
    listings = {listing for row in rows for listing in row["listings"] if listing}
    found = _listed(listings, whom).values_list("listing").annotate(Count("pk"))
    sizes = dict(found) if listings else {}
    for row in rows:
        row["count"] = sum(sizes.get(one, 0) if one else 1 for one in row.pop("listings"))


def unfolded(
    found: QuerySet[AccessEntry],
    rows: Iterable[dict[str, Any]],
    opened: datetime | None,
    whom: QuerySet[Patient] | None = None,
) -> list[Line]:
    """`rows` of `folded` with their people, and with the entries, one a patient, of those that hold
    one, and of that of the moment `opened`: three queries."""
    rows = list(rows)
    people = Staff.objects.in_bulk({row["staff_id"] for row in rows})
    moments = {row["at"] for row in rows if row["count"] == 1 or row["at"] == opened}
    entries: dict[tuple[Any, ...], list[AccessEntry]] = defaultdict(list)
    for entry in one_a_patient(found.filter(at__in=moments), whom):
        entries[tuple(getattr(entry, name) for name in _OF_ONE_LINE)].append(entry)
    return [
        Line(
            staff=people[row["staff_id"]],
            entries=tuple(entries[tuple(row[name] for name in _OF_ONE_LINE)]),
            **{name: row[name] for name in row if name != "staff_id"},
        )
        for row in rows
    ]


def one_a_patient(
    found: Iterable[AccessEntry], whom: QuerySet[Patient] | None
) -> Iterator[AccessEntry]:
    """Each entry of one patient, and one like it for each patient of its list."""
    kept = list(found)
    members: dict[UUID, list[Patient]] = defaultdict(list)
    if listings := {entry.listing for entry in kept if entry.listing}:
        listed = _listed(listings, whom).select_related("patient")
        for one in listed.order_by("patient__family_name", "patient__given_name", "pk"):
            members[one.listing].append(one.patient)
    for entry in kept:
        if not entry.listing:
            yield entry
        for patient in members[entry.listing] if entry.listing else ():
            shown = copy(entry)
            shown.patient = patient
            yield shown


def patients_of(found: QuerySet[AccessEntry], whom: QuerySet[Patient] | None) -> frozenset[UUID]:
    """Everyone whom the entries `found` show; of `whom`, where some were asked for."""
    found = found.order_by().select_related(None)
    alone = found.filter(listing=None).values_list("patient_id", flat=True).distinct()
    listings = found.filter(listing__isnull=False).values("listing").distinct()
    listed = ListedPatient.objects.filter(listing__in=listings)
    if whom is not None:
        listed = listed.filter(patient__in=whom.order_by().values("pk"))
    return frozenset(alone).union(listed.values_list("patient_id", flat=True).distinct())


def last_reads(site: Site, since: datetime) -> dict[tuple[UUID, str], datetime]:
    """By person and device, when a record of the site was last read, if after `since`."""
    found = AccessEntry.objects.filter(site=site, at__gt=since).order_by()
    last = found.values_list("staff", "device").annotate(last=Max("at"))
    return {(staff, device): at for staff, device, at in last}
