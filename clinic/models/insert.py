"""Inserting a row with SQL that is made once a process, as `Model.save(force_insert=True)` does."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.transaction import mark_for_rollback_on_error

from clinic.models.prepared import prepared


def insert(row: models.Model) -> None:
    """Insert `row`, which has its key already. Raises what the database raises."""
    connection = connections[DEFAULT_DB_ALIAS]
    model = row.__class__
    sql, fields = _asked(model, connection.vendor)
    values = [f.get_db_prep_save(f.pre_save(row, add=True), connection=connection) for f in fields]
    with (
        mark_for_rollback_on_error(DEFAULT_DB_ALIAS),
        prepared(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql, values)
    row._state.db, row._state.adding = DEFAULT_DB_ALIAS, False


@cache
def _asked(model: type[models.Model], _vendor: str) -> tuple[str, list[models.Field[Any, Any]]]:
    """The SQL, and the columns in the order of its values."""
    fields = list(model._meta.local_concrete_fields)
    quoted = connections[DEFAULT_DB_ALIAS].ops.quote_name
    names = ", ".join(quoted(str(field.column)) for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    table = quoted(model._meta.db_table)
    return f"INSERT INTO {table} ({names}) VALUES ({marks})", fields  # noqa: S608
