"""Statements that PostgreSQL parses and plans once a connection, not each time they are asked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections


@contextmanager
def prepared() -> Iterator[None]:
    """Within, values are sent beside their statement, not in it: it is the same text each time, and
    is prepared when it was asked some times (`prepare_threshold`).

    For what has one text alone. What Django makes keeps its values in the text, for in places the
    engine couldn't tell their types. SQLite does both by itself.
    """
    connection: Any = connections[DEFAULT_DB_ALIAS]
    if connection.vendor != "postgresql":
        yield
        return
    from django.db.backends.postgresql.base import ServerBindingCursor

    connection.close_if_health_check_failed()
    connection.ensure_connection()
    held = connection.connection
    usual, held.cursor_factory = held.cursor_factory, ServerBindingCursor
    try:
        yield
    finally:
        held.cursor_factory = usual
