"""Rows against the log, in both directions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from operator import itemgetter

from django.apps import apps
from django.db import models

from clinic.models.row import Guarded, name_of
from clinic.trail.canonical import Columns, canonical, columns
from clinic.trail.replay import State

Held = dict[str, list[tuple[str, Columns]]]
"""By table every row with its id: a list, for in a database two rows may be of one id."""


@dataclass(frozen=True, slots=True)
class Difference:
    """`kind` is `missing` (the log alone has the row), `unlogged` (the table alone has it),
    `double` (the table has it more than once) or `changed`, with the columns that differ."""

    kind: str
    table: str
    id: str
    columns: tuple[str, ...] = ()


def table_of(rows: Iterable[models.Model]) -> Held:
    found: Held = {}
    for row in rows:
        found.setdefault(name_of(row), []).append((str(row.pk), columns(row)))
    return found


def differences(log: State, tables: Held) -> Iterator[Difference]:
    """What the log tells otherwise than the tables hold.

    A column of a session's row that it was logged without came with a later version: it holds its
    default, or someone wrote there. Of other rows such columns are not compared.
    """
    for table in others(log, tables):
        logged, found = log.get(table, {}), tables.get(table, [])
        rows = sorted(found, key=itemgetter(0))
        seen: set[str] = set()
        for key, row in rows:
            if key in seen:
                yield Difference("double", table, key)
            elif key not in logged:
                yield Difference("unlogged", table, key)
            elif changed := _changed(table, logged[key], row):
                yield Difference("changed", table, key, changed)
            seen.add(key)
        for key in sorted(set(logged) - seen):
            yield Difference("missing", table, key)


def others(log: State, tables: Held) -> list[str]:
    """The tables that hold anything else than the log tells, be it only a column that came with a
    later version."""
    return sorted(
        table
        for table in {*log, *tables}
        if not _is_same(table, log.get(table, {}), tables.get(table, []))
    )


def _is_same(table: str, logged: dict[str, Columns], found: list[tuple[str, Columns]]) -> bool:
    """Whether nothing differs at all, as nearly everywhere: found out without a look at each
    column."""
    if len(found) != len(logged) or logged != dict(found):
        return False
    names = _with_json(table)
    return not any(
        (value := logged[key].get(name)) and _is_other(value, row.get(name))
        for key, row in (found if names else ())
        for name in names
    )


@cache
def _with_json(table: str) -> tuple[str, ...]:
    """The columns of a table that may hold a list or an object."""
    return tuple(
        field.attname
        for model in apps.get_models()
        if name_of(model) == table
        for field in model._meta.local_concrete_fields
        if isinstance(field, models.JSONField)
    )


def _changed(table: str, logged: Columns, held: Columns) -> tuple[str, ...]:
    whole = {**_defaults(table), **logged}
    return tuple(name for name, value in whole.items() if _is_other(value, held.get(name)))


@cache
def _defaults(table: str) -> Columns:
    """What each column of a new row of a session holds; empty for other tables."""
    for model in Guarded.tables("session"):
        if name_of(model) == table:
            blank = columns(model())
            return {
                field.attname: blank[field.attname]
                for field in model._meta.local_concrete_fields
                if field.null or field.blank or field.has_default()
                if not field.primary_key
            }
    return {}


def _is_other(logged: object, held: object) -> bool:
    """Python takes yes for 1; within JSON they are two things."""
    if isinstance(logged, dict | list):
        return canonical(logged) != canonical(held)
    return logged != held
