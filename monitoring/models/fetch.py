"""The rows of sessions, of any nouns, in one statement whose SQL is made once.

Beside each other stand the columns of all nouns, those of one type in the same places: a row of one
noun leaves the places of the others empty. SQL, places and conversions follow from the models
alone, and each row becomes an instance as `Model.from_db` makes it. `monitoring/models/rows.py` is
the only one who asks.

Django's own way is a query a noun, and what it does for each row costs more than all that a rule
makes of it: decision 0017 has the figures. `tests/models/test_fetch.py` holds both alike.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models.base import ModelState

from clinic.models.prepared import prepared
from monitoring.models.row import SessionRow

Convert = Callable[[Any], Any]

_TYPES: Mapping[type[models.Field[Any, Any]], str] = {
    models.UUIDField: "uuid",
    models.DateTimeField: "timestamptz",
    models.DateField: "date",
    models.CharField: "text",
    models.TextField: "text",
    models.BooleanField: "boolean",
    models.IntegerField: "integer",
    models.DecimalField: "numeric",
    models.JSONField: "jsonb",
}
"""By the kind of a field, the type of PostgreSQL in whose places it stands."""

Nouns = tuple[type[SessionRow], ...]


def fetch(nouns: Nouns, sessions: Sequence[UUID]) -> dict[type[SessionRow], list[SessionRow]]:
    """The rows of each of `nouns` in `sessions`, in no order; without a query for no session."""
    found: dict[type[SessionRow], list[SessionRow]] = {noun: [] for noun in nouns}
    if not sessions or not nouns:
        return found
    connection = connections[DEFAULT_DB_ALIAS]
    # There is one text for each power of two of ids: the last one is repeated to fill it.
    size = 1 << (len(sessions) - 1).bit_length()
    ids = [UUID_FIELD.get_db_prep_value(id, connection) for id in sessions]
    padded = [*ids, *[ids[-1]] * (size - len(ids))]
    asked = _asked(nouns, size, connection.vendor)
    with prepared(), connection.cursor() as cursor:
        cursor.execute(asked.sql, padded * len(nouns))
        for values in cursor.fetchall():
            noun, columns = asked.nouns[values[0]]
            found[noun].append(_row(noun, columns, values))
    return found


UUID_FIELD: models.Field[Any, Any] = models.UUIDField()


_Column = tuple[str, int, Convert | None]
"""An attribute, where its value stands, and what is made of it unless it is empty."""


@dataclass(frozen=True, slots=True)
class _Asked:
    sql: str
    nouns: tuple[tuple[type[SessionRow], tuple[_Column, ...]], ...]


def _row(noun: type[SessionRow], columns: tuple[_Column, ...], values: Sequence[Any]) -> SessionRow:
    """As `noun.from_db` makes it of the same values, without a call for each of them."""
    row = noun.__new__(noun)
    own = row.__dict__
    own["_state"] = state = ModelState()
    state.db, state.adding = DEFAULT_DB_ALIAS, False
    for attribute, place, convert in columns:
        value = values[place]
        own[attribute] = value if convert is None or value is None else convert(value)
    return row


@cache
def _asked(nouns: Nouns, size: int, vendor: str) -> _Asked:
    """`vendor` tells the text of one engine from that of the other."""
    connection = connections[DEFAULT_DB_ALIAS]
    quoted = connection.ops.quote_name
    places = _places(nouns)
    is_typed = vendor == "postgresql"
    empty = [f"NULL::{kind}" if is_typed else "NULL" for kind in places]
    marks = ", ".join(["%s"] * size)
    parts, read = [], []
    for number, noun in enumerate(nouns):
        filled, columns = [*empty], []
        for field, place in _placed(noun, places):
            filled[place] = quoted(str(field.column))
            # The number of the noun stands first.
            columns.append((field.attname, place + 1, _conversion(field, vendor)))
        table, session = quoted(noun._meta.db_table), quoted("session_id")
        shown = ", ".join([str(number), *filled])
        parts.append(f"SELECT {shown} FROM {table} WHERE {session} IN ({marks})")  # noqa: S608
        read.append((noun, tuple(columns)))
    return _Asked(" UNION ALL ".join(parts), tuple(read))


def _places(nouns: Nouns) -> list[str]:
    """The type of each place: of each type as many as the noun has that has the most."""
    found: list[str] = []
    for noun in nouns:
        kinds = [_kind(field) for field in noun._meta.concrete_fields]
        for kind in kinds:
            found += [kind] * (kinds.count(kind) - found.count(kind))
    return found


def _placed(
    noun: type[SessionRow], places: list[str]
) -> Iterator[tuple[models.Field[Any, Any], int]]:
    """Each column of `noun`, with the next place of its type."""
    free = [*places]
    for field in noun._meta.concrete_fields:
        place = free.index(_kind(field))
        free[place] = ""
        yield field, place


def _kind(field: models.Field[Any, Any]) -> str:
    """The type of a column; of a link, that of the key that it holds. Raises StopIteration for a
    kind of field that no noun has had yet."""
    target = field.target_field if isinstance(field, models.ForeignKey) else field
    return next(kind for known, kind in _TYPES.items() if isinstance(target, known))


def _conversion(field: models.Field[Any, Any], vendor: str) -> Convert | None:
    """What Django makes of a value of the engine. PostgreSQL has types of its own for all but
    JSON, which Django reads as text."""
    kind = _kind(field)
    if kind == "jsonb":
        return json.loads
    if vendor == "postgresql":
        return None
    if kind == "numeric":
        connection = connections[DEFAULT_DB_ALIAS]
        column: Any = field.get_col(field.model._meta.db_table)
        sqlite: Any = connection.ops
        exact = sqlite.get_decimalfield_converter(column)
        places = column.output_field.decimal_places

        def decimal(value: float) -> Any:
            # As a verb wrote it; whatever else stands there is rounded as Django rounds it.
            text = f"{value:.{places}f}"
            return Decimal(text) if float(text) == value else exact(value, column, connection)

        return decimal
    return _OF_SQLITE.get(kind)


def _moment(value: str | datetime) -> datetime:
    """SQLite has no type for it: it is text, or was read by a declared type already."""
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    return at.replace(tzinfo=UTC)


def _day(value: str | date) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value


_OF_SQLITE: Mapping[str, Convert] = {
    # The same few people and sessions are named by many rows.
    "uuid": lru_cache(maxsize=8192)(UUID),
    "timestamptz": _moment,
    "date": _day,
    "boolean": bool,
}
