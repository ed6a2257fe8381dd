"""What one change writes of the organisation and its people, and the entries that tell of it.

Rows are written here and nowhere else, so that none is written without an entry: one for each
chain that the change touches.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.db import models

from clinic import origin
from clinic.models import Membership, Proposal, SavedView, Site, Staff, Tablet
from clinic.models.row import name_of
from clinic.trail import chain
from clinic.trail.canonical import Columns, columns
from clinic.trail.person import factor, only, person

M = TypeVar("M", bound=models.Model)

Chain = tuple[UUID, str]
"""The id of a chain, and its kind."""


def tablet(row: Tablet, logged: Columns | None = None) -> Columns:
    """A tablet as the log has it, without what it told of itself."""
    return {k: v for k, v in columns(row).items() if k not in Tablet.TOLD_BY_ITSELF}


def chain_of(row: models.Model) -> Chain:
    """The chain on which a row is logged: that of its person, or the organisation's."""
    if isinstance(row, Staff):
        return row.pk, "staff"
    if isinstance(row, Membership | Proposal | SavedView):
        return row.staff_id, "staff"
    if isinstance(row, Authenticator):
        return row.user_id, "staff"
    if isinstance(row, Site | Tablet):
        return chain.ORGANISATION, "organisation"
    raise TypeError(f"{name_of(row)} is on no chain of the organisation")


def as_logged(row: models.Model) -> Columns:
    """A row as the log has it, without secrets."""
    if isinstance(row, Staff):
        return person(row)
    if isinstance(row, Authenticator):
        return factor(row)
    return tablet(row) if isinstance(row, Tablet) else columns(row)


class Changes:
    """Rows that were written, by chain. `append` tells of them in the same transaction."""

    def __init__(self) -> None:
        self._rows: dict[Chain, chain.Rows] = {}
        self.detail: dict[str, object] = {}
        """What the rows do not say: which, why."""

    def insert(self, row: M) -> M:
        """Insert `row`, which must be new."""
        row.save(force_insert=True)
        self.note(row)
        return row

    def change(self, row: models.Model, **values: Any) -> list[str]:
        """Give `row` these values; the names of the fields that were other before."""
        changed = [name for name, value in values.items() if getattr(row, name) != value]
        if changed:
            for name in changed:
                setattr(row, name, values[name])
            row.save(update_fields=changed)
            self.note(row, changed)
        return changed

    def delete(self, row: models.Model) -> None:
        """Take `row` away."""
        self._of(chain_of(row)).setdefault(name_of(row), {})[str(row.pk)] = None
        row.delete()

    def note(self, row: models.Model, fields: Iterable[str] | None = None) -> None:
        """A row that was saved already: whole, or the `fields` of it that were saved."""
        logged = only(as_logged(row), fields)
        if logged:
            held = self._of(chain_of(row)).setdefault(name_of(row), {})
            held[str(row.pk)] = {**(held.get(str(row.pk)) or {}), **logged}

    def touch(self, staff: Staff) -> None:
        """Have an entry on the person's chain, whether a row of it is changed or not."""
        self._of(chain_of(staff))

    def append(self, verb: str, by: Staff | None) -> None:
        """One entry named `verb` on each chain whose rows were written."""
        actor_id = by.pk if by else origin.current().staff_id
        # In one order, so that two changes never wait for each other.
        for (subject, kind), rows in sorted(self._rows.items()):
            chain.append(subject, kind, verb, rows=rows, actor_id=actor_id, detail=self.detail)

    def _of(self, subject: Chain) -> chain.Rows:
        return self._rows.setdefault(subject, {})
