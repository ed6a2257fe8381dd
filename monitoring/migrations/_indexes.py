"""Taking away the indexes that Django gives each column of another table's ids."""

from __future__ import annotations

from typing import Any

from django.db import migrations


def without_indexes(*places: tuple[str, str]) -> migrations.RunPython:
    """Drop the index of each table and column. SQLite would copy the whole table to change the
    field; to drop an index it needs not."""

    def drop(apps: Any, editor: Any) -> None:
        for table, column in places:
            name = editor.quote_name(editor._create_index_name(table, [column]))
            editor.execute(f"DROP INDEX IF EXISTS {name}")

    def create(apps: Any, editor: Any) -> None:
        for table, column in places:
            name = editor.quote_name(editor._create_index_name(table, [column]))
            editor.execute(f"CREATE INDEX {name} ON {table} ({column})")

    return migrations.RunPython(drop, create)
