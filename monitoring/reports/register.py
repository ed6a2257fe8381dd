"""The register of sessions: its orders, what waits, and its rows for a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from clinic.models import Site, Staff
from clinic.pages.keyset import Order
from monitoring.models import Departure, Session
from monitoring.models.register_indexes import PEAK
from monitoring.reports import reviews
from monitoring.reports.tables import Cell, local

NEWEST = "-planned_for"
_BY_DATE = ("planned_for", "pk")
ORDERS: dict[str, Order] = {
    NEWEST: Order(_BY_DATE, is_down=True),
    "planned_for": Order(_BY_DATE),
    "patient": Order(
        ("patient__family_name", "patient__given_name", "patient__mrn", "planned_for", "pk"),
        leading=3,
    ),
    "-deviations": Order(("deviation_count", "planned_for", "pk"), is_down=True),
    "-peak": Order((PEAK, "planned_for", "pk"), is_down=True),
}
HEADINGS = (
    gettext_lazy("Session"),
    gettext_lazy("Planned for"),
    gettext_lazy("Time zone"),
    gettext_lazy("Family name"),
    gettext_lazy("Given name"),
    gettext_lazy("MRN"),
    gettext_lazy("Protocol"),
    gettext_lazy("Room"),
    gettext_lazy("Planned (mg)"),
    gettext_lazy("Given (mg)"),
    gettext_lazy("First dose"),
    gettext_lazy("Last dose"),
    gettext_lazy("Closed"),
    gettext_lazy("Highest systolic (mmHg)"),
    gettext_lazy("Highest diastolic (mmHg)"),
    gettext_lazy("Deviations"),
    gettext_lazy("How it ended"),
    gettext_lazy("Prescriber"),
    gettext_lazy("Who watched last"),
    gettext_lazy("Signed by"),
    gettext_lazy("Signed"),
)
_COLUMNS = (
    "patient",
    "pk",
    "planned_for",
    "patient__family_name",
    "patient__given_name",
    "patient__mrn",
    "protocol_version__title",
    "room",
    "planned_mg",
    "given_mg",
    "first_dose_at",
    "last_dose_at",
    "closed_at",
    "peak_systolic",
    "peak_diastolic",
    "deviation_count",
    "phase",
    "outcome",
    "prescriber",
    "observer",
    "standing_clearance__printed_name",
    "standing_clearance__signed_at",
)


def waiting(site: Site) -> set[UUID]:
    """Sessions with something that came after the patient had left, or was struck, and that no
    clinician has answered: few, and found by indexes of such rows alone."""
    lists = reviews.waiting_lists(site)
    return {id for found in lists for id in found.values_list("session", flat=True)}


def by_day_of(joined: str, order: Order) -> Order:
    """`order` for sessions that are `joined` with a tag or their figures, as these have it: by date
    an index of theirs goes on, and no session is looked at that is not found."""
    if order.columns != _BY_DATE:
        return order
    columns = f"{joined}__planned_for", f"{joined}__session"
    return replace(order, columns=columns, of_row=_BY_DATE)


def as_rows(found: QuerySet[Session], site: Site) -> Iterator[tuple[UUID, list[Cell]]]:
    """By patient, the cells under `HEADINGS`, in the order of `found`; read some at a time."""
    names = {staff.pk: staff.printed_name for staff in Staff.objects.all()}
    rows: Iterable[Any] = found.values_list(*_COLUMNS).iterator(chunk_size=1000)
    for patient, *row in rows:
        yield patient, _cells(row, site, names)


def _cells(row: list[Any], site: Site, names: dict[UUID, str]) -> list[Cell]:
    id, planned_for, family, given, mrn, protocol, room, planned_mg, given_mg, *rest = row
    first, last, closed, systolic, diastolic, deviations, phase, outcome, *people = rest
    prescriber, observer, signer, signed_at = people
    return [
        str(id),
        local(planned_for, site.tz),
        site.time_zone,
        family,
        given,
        mrn,
        protocol,
        room,
        planned_mg,
        given_mg if first else None,
        local(first, site.tz),
        local(last, site.tz),
        local(closed, site.tz),
        systolic,
        diastolic,
        deviations,
        ended(phase, outcome),
        names.get(prescriber, ""),
        names.get(observer, ""),
        signer or "",
        local(signed_at, site.tz),
    ]


def ended(phase: str, outcome: str) -> str:
    """How a session ended, or where it stands."""
    words = Departure.Kind(outcome).label if outcome else Session.Phase(phase).label
    return str(words)
