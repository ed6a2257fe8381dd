"""Why a database takes nothing now: full, set to be read alone, busy, away, damaged, or without the
guards of the record.

The driver's own numbers tell it, never its words, which differ by version and language.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Literal

from django.db import DEFAULT_DB_ALIAS, DatabaseError, InterfaceError, OperationalError, connections
from django.utils.translation import gettext_lazy as _

from clinic.refusal import GuardsMissing

logger = logging.getLogger(__name__)
Reason = Literal["full", "read_only", "busy", "away", "damaged", "not_guarded"]

PATIENCE = 2000
"""Milliseconds that what no one waits for waits for another writer: as long as PostgreSQL does."""
WHY = {
    "full": _("The server's disk is full. Call your administrator."),
    "read_only": _("The record can be read, but not written now. Call your administrator."),
    "busy": _("The server is busy."),
    "away": _("The database does not answer. Call your administrator."),
    "damaged": _("The database cannot be read: its disk fails. Call your administrator."),
    "not_guarded": _(
        "The safeguards of the database are incomplete, so nothing can be recorded. Call your "
        "administrator."
    ),
}
_SQLITE: dict[int, Reason] = {
    sqlite3.SQLITE_FULL: "full",
    sqlite3.SQLITE_READONLY: "read_only",
    sqlite3.SQLITE_BUSY: "busy",
    sqlite3.SQLITE_LOCKED: "busy",
    sqlite3.SQLITE_IOERR: "away",
    # The disk fails at a write; what stands there can be read.
    sqlite3.SQLITE_IOERR_WRITE: "read_only",
    sqlite3.SQLITE_IOERR_FSYNC: "read_only",
    sqlite3.SQLITE_IOERR_DIR_FSYNC: "read_only",
    sqlite3.SQLITE_IOERR_TRUNCATE: "read_only",
    sqlite3.SQLITE_CANTOPEN: "away",
    # What a disk gives back that cannot be read is taken for what was written wrongly.
    sqlite3.SQLITE_CORRUPT: "damaged",
    sqlite3.SQLITE_NOTADB: "damaged",
}
_POSTGRESQL: dict[str, Reason] = {
    "53100": "full",
    "25006": "read_only",
    "58030": "read_only",  # the disk fails
    "XX001": "damaged",
    "XX002": "damaged",  # an index is
    "55P03": "busy",  # lock_timeout
    "57014": "busy",  # statement_timeout
    "40001": "busy",
    "40P01": "busy",
    "53300": "busy",  # too many connections
}


def reason(error: BaseException) -> Reason | None:
    """Why the database did not do what it was asked, where that lies with it; None for an error of
    ours."""
    if isinstance(error, GuardsMissing):
        return "not_guarded"
    cause: Any = error.__cause__
    if isinstance(cause, sqlite3.Error):
        # The low byte is the kind; the rest says more of it.
        code = getattr(cause, "sqlite_errorcode", 0)
        return _SQLITE.get(code) or _SQLITE.get(code & 0xFF)
    if not isinstance(error, DatabaseError | InterfaceError):
        return None
    state = getattr(cause, "sqlstate", None)
    if state in _POSTGRESQL:
        return _POSTGRESQL[state]
    # Without a number the connection itself failed; 08 and 57P are of one that was ended.
    is_lost = isinstance(error, OperationalError | InterfaceError) and cause is not None
    return "away" if is_lost and (state is None or state.startswith(("08", "57P"))) else None


_said: ContextVar[Reason | None] = ContextVar("said", default=None)


def say(why: Reason) -> Reason:
    """`why`, for which this request is refused; see `said`."""
    _said.set(why)
    return why


def said() -> Reason | None:
    """What the request that is being answered was refused for."""
    return _said.get()


@contextmanager
def listening() -> Iterator[None]:
    """Inside is one request."""
    token = _said.set(None)
    try:
        yield
    finally:
        _said.reset(token)


@contextmanager
def patience() -> Iterator[None]:
    """Inside, SQLite waits for another writer no longer than PATIENCE: what is written beside a
    page that was read must not keep its reader."""
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.vendor != "sqlite" or connection.connection is None:
        yield
        return
    ask = connection.connection.execute
    (before,) = ask("PRAGMA busy_timeout").fetchone()
    ask(f"PRAGMA busy_timeout = {min(PATIENCE, before):d}")
    try:
        yield
    finally:
        ask(f"PRAGMA busy_timeout = {before:d}")


@contextmanager
def if_possible() -> Iterator[None]:
    """Inside is written what is no part of the record, as that a tablet was heard of: where it
    cannot be, the page goes on without."""
    try:
        with patience():
            yield
    except DatabaseError as error:
        if connections[DEFAULT_DB_ALIAS].in_atomic_block or reason(error) is None:
            raise
        logger.warning("a sign of life was not written: %s", reason(error))
