"""Sessions to which something was added on what stood, once they had ended: an amendment, or the
correction of a value."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from django.db import models

from clinic.models.row import name_of
from clinic.trail.canonical import Columns
from monitoring.models.amendment import Amendment
from monitoring.models.dose import Dose
from monitoring.models.event import Event
from monitoring.models.reading import Reading

_CORRECTED = (Dose, Reading, Event)


def amends(row: models.Model) -> bool:
    """Whether a session that holds `row` was amended."""
    if isinstance(row, _CORRECTED):
        return row.after_departure and row.replaces_id is not None
    return isinstance(row, Amendment)


def has_amending(rows: Mapping[str, Iterable[tuple[str, Columns]]]) -> bool:
    """The same of rows as columns, by noun, with their ids."""
    return bool(rows.get(name_of(Amendment))) or any(
        row["after_departure"] and row["replaces_id"] is not None
        for noun in _CORRECTED
        for _, row in rows.get(name_of(noun), ())
    )


def amended(sessions: Collection[UUID]) -> set[UUID]:
    """Those of `sessions` that were amended, in one query."""
    corrected = {"after_departure": True, "replaces__isnull": False}
    found = Amendment.objects.filter(session__in=sessions).order_by().values_list("session")
    ids = found.union(
        *(
            noun._default_manager.filter(session__in=sessions, **corrected)
            .order_by()
            .values_list("session")
            for noun in _CORRECTED
        )
    )
    return {id for (id,) in ids}
