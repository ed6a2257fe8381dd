"""Rows written in raw SQL, below every page and verb."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.db import connection, models

from clinic.ids import uuid7
from clinic.models import ChainHead
from monitoring import models as nouns


def run(sql: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, [stored(value) for value in values])


def stored(value: Any) -> Any:
    """As Django would store it on this engine."""
    if isinstance(value, list | dict):
        return json.dumps(value)
    if isinstance(value, UUID) and connection.vendor == "sqlite":
        return value.hex
    if hasattr(value, "utcoffset") and connection.vendor == "sqlite":
        return value.replace(tzinfo=None).isoformat(" ")
    return value


def copy(row: models.Model, how: str = "INSERT", **changes: Any) -> None:
    """Write a row like `row`, by default with an id of its own."""
    changes = {"id": uuid7(), **changes}
    if isinstance(row, nouns.Clearance):
        head = ChainHead.objects.get(pk=changes.get("session_id", row.session_id))
        changes = {"chain_head": head.digest, "content_digest": uuid7().hex * 2, **changes}
    fields = row._meta.local_concrete_fields
    values = [changes.get(f.attname, getattr(row, f.attname)) for f in fields]
    columns = ", ".join(connection.ops.quote_name(str(f.column)) for f in fields)
    places = ", ".join("%s" for _ in fields)
    run(f"{how} INTO {row._meta.db_table} ({columns}) VALUES ({places})", *values)


def replace(row: models.Model, **changes: Any) -> None:
    """REPLACE with the pragma off that would fire delete triggers."""
    run("PRAGMA recursive_triggers = OFF")
    try:
        copy(row, "REPLACE", **changes)
    finally:
        run("PRAGMA recursive_triggers = ON")


def update(row: models.Model, how: str = "UPDATE", **changes: Any) -> None:
    """Set columns of a row, below the model."""
    sets = ", ".join(f"{column} = %s" for column in changes)
    run(f"{how} {row._meta.db_table} SET {sets} WHERE id = %s", *changes.values(), row.pk)


def evict(row: models.Model, **changes: Any) -> None:
    """Update a row so that SQLite deletes another one that stands in its way."""
    run("PRAGMA recursive_triggers = OFF")
    try:
        update(row, "UPDATE OR REPLACE", **changes)
    finally:
        run("PRAGMA recursive_triggers = ON")


def respelt(row: models.Model) -> str:
    """The id of `row` as SQLite takes it too, and as Django reads it as the same one."""
    return f"{row.pk.hex[:8]}-{row.pk.hex[8:]}"
