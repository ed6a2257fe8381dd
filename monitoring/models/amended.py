"""Sessions to which something was added on what stood, once they had ended: an amendment, or the
correction of a value."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db import models

from monitoring.models.amendment import Amendment
from monitoring.models.dose import Dose
from monitoring.models.event import Event
from monitoring.models.reading import Reading
from monitoring.models.row import Correctable


def amends(row: models.Model) -> bool:
    """Whether a session that holds `row` was amended."""
    if isinstance(row, Dose | Reading | Event):
        return row.after_departure and row.replaces_id is not None
    return isinstance(row, Amendment)


def amended(sessions: Collection[UUID]) -> set[UUID]:
    """Those of `sessions` that were amended, in one query."""
    nouns: tuple[type[Correctable], ...] = (Dose, Reading, Event)
    corrected = {"after_departure": True, "replaces__isnull": False}
    found = Amendment.objects.filter(session__in=sessions).order_by().values_list("session")
    ids = found.union(
        *(
            noun._default_manager.filter(session__in=sessions, **corrected)
            .order_by()
            .values_list("session")
            for noun in nouns
        )
    )
    return {id for (id,) in ids}
