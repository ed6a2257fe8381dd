"""Rows as SQLite holds them, before Django reads them.

Two spellings of one id are read as one row, a fraction as the whole number below it, and of a key
that is there twice only the last: what is compared after reading would be found as it was logged.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, models

from clinic.models import ChainHead, TrailEntry
from clinic.models.row import name_of
from monitoring.guards.stored import conditions
from monitoring.models import Session, SessionRow


class Odd(NamedTuple):
    """A row that no verb wrote as it stands: its table, its id as it is written, its columns."""

    noun: str
    id: str
    columns: str


Rows = tuple[type[models.Model], str, UUID] | type[models.Model]
"""All rows of a table, or those that a column holds an id in."""


def of_session(session_id: UUID) -> list[Rows]:
    """Every row of one session, with its chain."""
    rows: list[Rows] = [(model, "session_id", session_id) for model in SessionRow.tables()]
    rows += [(Session, "id", session_id), (ChainHead, "id", session_id)]
    return [*rows, (TrailEntry, "chain", session_id)]


def odd(wanted: Iterable[Rows]) -> Iterator[Odd]:
    """What no verb wrote among the rows `wanted`, in one query; nothing on PostgreSQL, whose types
    leave one form only."""
    if connection.vendor != "sqlite":
        return
    parts, values = [], []
    for rows in wanted:
        model, column, owner = (rows, "", None) if isinstance(rows, type) else rows
        parts.append(_select(model, column))
        values += [owner.hex] if owner else []
    with connection.cursor() as cursor:
        cursor.execute("\nUNION ALL\n".join(parts), values)
        for noun, key, columns, texts in cursor:
            if columns or has_doubles(texts):
                yield Odd(noun, key, columns or "a key twice")


def _select(model: type[models.Model], owner: str) -> str:
    """Id, odd columns and JSON of each row that is odd, or whose JSON holds an object.

    Which columns are odd is told of those rows alone: nearly every row is only asked whether all
    of its columns are in order, and nothing is put together of it.
    """
    table, key = model._meta.db_table, model._meta.pk.column
    forms = conditions(table)
    odd = " || ".join(
        f"CASE WHEN {form} THEN '' ELSE ' {column}' END" for column, form in forms.items()
    )
    held = [
        f'NEW."{f.column}"'
        for f in model._meta.local_concrete_fields
        if isinstance(f, models.JSONField)
    ]
    texts = " || ',' || ".join(f"COALESCE({column}, 0)" for column in held) or "''"
    # A condition that is neither true nor false, as of a time that is none, is not true either.
    wanted = [f"({' AND '.join(forms.values())}) IS NOT TRUE"]
    wanted += [f"instr({column}, '{{') > 0" for column in held]
    where = f'NEW."{owner}" = %s AND ' if owner else ""
    # Only names of tables and columns, which stand in the models.
    return f"""
        SELECT '{name_of(model)}', CAST(NEW."{key}" AS TEXT), ltrim({odd}), '[' || {texts} || ']'
        FROM "{table}" AS NEW WHERE {where}({" OR ".join(wanted)})
    """  # noqa: S608


def has_doubles(text: str) -> bool:
    """Whether an object in this JSON names a key twice. Raises ValueError for what is no JSON."""
    found = False

    def pairs(given: list[tuple[str, Any]]) -> None:
        nonlocal found
        found = found or len(dict(given)) < len(given)

    json.loads(text, object_pairs_hook=pairs)
    return found
