"""Statements that PostgreSQL parses and plans once a connection, not each time they are asked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
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
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    held = connection.connection
    usual, held.cursor_factory = held.cursor_factory, _cursor()
    try:
        yield
    finally:
        held.cursor_factory = usual


@cache
def _cursor() -> type[Any]:
    """A cursor that names what it asked once it is prepared, too, where Django looks for it."""
    from django.db.backends.postgresql import base

    binding: Any = base.ServerBindingCursor

    class PreparedCursor(binding):  # type: ignore[misc]
        def _send_query_prepared(self, name: bytes, pgq: Any, **how: Any) -> None:
            self._query = pgq
            super()._send_query_prepared(name, pgq, **how)

    return PreparedCursor
