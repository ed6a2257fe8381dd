"""What every correction has in common: it stands in the place of one fact, once."""

from __future__ import annotations

from typing import Any, TypeVar
from uuid import UUID

from clinic.refusal import Conflict, refuse
from monitoring.models.row import Correctable
from monitoring.models.rows import SessionRows

C = TypeVar("C", bound=Correctable)
OWN = frozenset(
    {
        "id",
        "seq",
        "recorded_at",
        "recorded_by_id",
        "sent_by_id",
        "replaces_id",
        "correction_reason",
    }
)
"""Columns that each row has of its own."""


def require_correctable(rows: SessionRows, noun: type[C], replaces: UUID) -> C:
    """The fact of `noun` that stands under this id. Raises Conflict with the correction that has
    its place already, Refused where nothing stands there."""
    found = rows.find_standing(noun, replaces)
    if found is None:
        theirs = next((row for row in rows.of(noun) if row.replaces_id == replaces), None)
        raise Conflict(theirs) if theirs else refuse("unknown_fact")
    return found


def copied(row: Any) -> dict[str, Any]:
    """The columns that a correction keeps."""
    fields = (field.attname for field in row._meta.local_concrete_fields)
    return {name: getattr(row, name) for name in fields if name not in OWN}
