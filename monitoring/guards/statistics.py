"""What SQLite must know of its tables, so that it takes the index that leads there soonest.

PostgreSQL gathers it by itself. Without it SQLite goes through all that a site was ever shown to
find what was shown of one patient.
"""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper

from monitoring.guards.privileges import as_owner

MOST_ROWS = 1000
"""Of each index so many are looked at: it takes as long however long the tables are."""


def gather(connection: BaseDatabaseWrapper) -> None:
    if connection.vendor != "sqlite":
        return
    with as_owner(connection), connection.cursor() as cursor:
        cursor.execute(f"PRAGMA analysis_limit = {MOST_ROWS}")
        cursor.execute("ANALYZE")
