"""A copy of the database as it stood at one moment, while people go on working in it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from django.db import DEFAULT_DB_ALIAS, connections, transaction

from monitoring.upkeep import postgresql, sqlite
from monitoring.upkeep.aliases import another
from monitoring.upkeep.failure import Failure
from monitoring.upkeep.manifest import Contents, contents

COPY = "copy"
"""The alias of the connection that reads the copied state."""


def take(path: Path) -> Contents:
    """Write a copy to `path`, check it, and say what is in it. Raises Failure."""
    if connections[DEFAULT_DB_ALIAS].vendor == "postgresql":
        return _from_postgresql(path)
    return _from_sqlite(path)


def _from_sqlite(path: Path) -> Contents:
    source = str(connections[DEFAULT_DB_ALIAS].settings_dict["NAME"])
    if not Path(source).is_file():
        raise Failure(f"There is no database at {source}.")
    with (
        closing(sqlite3.connect(f"file:{quote(source)}?mode=ro", uri=True, timeout=20)) as live,
        closing(sqlite3.connect(path)) as copy,
    ):
        # All in one step: it reads one state, with what is in the log beside the file, and keeps
        # no one from writing.
        live.backup(copy)
        sqlite.check(copy)
    with another(COPY, NAME=str(path)):
        return contents(COPY)


def _from_postgresql(path: Path) -> Contents:
    with another(COPY), transaction.atomic(using=COPY), connections[COPY].cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SELECT pg_export_snapshot()")
        (snapshot,) = cursor.fetchone()
        # What is counted below and what is dumped are the same state.
        postgresql.dump(path, snapshot)
        return contents(COPY)
