"""The file that SQLite has open is the one at its path.

A copy that is put in its place while the server runs leaves the server writing into a file without
a name: it would be told "saved", and everything would be gone at the next start.
"""

from __future__ import annotations

import os
from typing import Any
from weakref import WeakKeyDictionary

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.sqlite3.base import DatabaseWrapper as SQLite

_opened: WeakKeyDictionary[BaseDatabaseWrapper, tuple[str, tuple[int, int] | None]] = (
    WeakKeyDictionary()
)


def keep(connection: BaseDatabaseWrapper) -> None:
    """Remember which file was opened."""
    if isinstance(connection, SQLite) and not connection.is_in_memory_db():
        path = str(connection.settings_dict["NAME"])
        _opened[connection] = path, identity(path)


def is_replaced(connection: BaseDatabaseWrapper) -> bool:
    """Whether another file, or none, now stands where the open one stood. One look at the folder
    and no query; never on PostgreSQL."""
    if connection.connection is None or connection not in _opened:
        return False
    path, opened = _opened[connection]
    return identity(path) != opened


def renew(**kwargs: Any) -> None:
    """Before a request, open the file that stands there now."""
    for connection in connections.all(initialized_only=True):
        if is_replaced(connection) and not connection.in_atomic_block:
            path, _ = _opened[connection]
            if identity(path) is not None:
                connection.close()


def identity(path: str) -> tuple[int, int] | None:
    """The disk and the number there of the file that stands at `path`."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino
