"""A database that can be read and takes nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError, connection, connections

from clinic import clock
from monitoring.guards.privileges import restrict
from monitoring.proof import reads, untold
from tests.engine import USES_POSTGRESQL
from tests.factories.visits import Visit

on_sqlite = pytest.mark.skipif(USES_POSTGRESQL, reason="PostgreSQL's disk is its machine's")


@contextmanager
def reconnected(**changed: Any) -> Iterator[None]:
    """Every connection is made anew, with these settings."""
    connections.close_all()
    given = connection.settings_dict
    before = {name: given[name] for name in changed}
    given.update(changed)
    try:
        yield
    finally:
        connections.close_all()
        given.update(before)


def with_options(more: str) -> dict[str, Any]:
    options = connection.settings_dict["OPTIONS"]
    return {"OPTIONS": options | {"options": f"{options['options']} {more}"}}


@contextmanager
def read_only() -> Iterator[None]:
    """The file is opened to be read; PostgreSQL refuses whatever writes."""
    if USES_POSTGRESQL:
        changed = with_options("-c default_transaction_read_only=on")
    else:
        changed = {"NAME": f"file:{connection.settings_dict['NAME']}?mode=ro"}
    with reconnected(**changed):
        yield


@contextmanager
def away() -> Iterator[None]:
    """Nothing answers where the database was."""
    changed = {"PORT": "1", "HOST": "127.0.0.1"} if USES_POSTGRESQL else {"NAME": "/nowhere/at/all"}
    with reconnected(**changed):
        yield


@contextmanager
def full(visit: Visit) -> Iterator[None]:
    """The file may not grow by a page, and its pages are filled until one is needed."""
    with reconnected():
        connection.ensure_connection()
        connection.connection.set_authorizer(None)
        connection.connection.execute("PRAGMA max_page_count = 1")
        restrict(connection)
        at, read = clock.now(), reads.Read(visit.nurse, visit.site, "opened", "session")
        while not untold.waits():
            reads.log_reads(read, [visit.session.patient_id], at)
        settings.UNTOLD_READS.unlink()
        with pytest.raises(OperationalError, match="full"):
            _fill(visit)
        yield


def _fill(visit: Visit) -> None:
    for number in range(1000):
        visit.read(systolic=120 + number % 9)


@contextmanager
def busy(visit: Visit | None = None) -> Iterator[None]:
    """Another program writes, and does not end."""
    name = connection.settings_dict["NAME"]
    if not USES_POSTGRESQL:
        options = connection.settings_dict["OPTIONS"] | {"timeout": 0.05}
        with (
            reconnected(OPTIONS=options),
            closing(sqlite3.connect(name, isolation_level=None)) as other,
        ):
            other.execute("BEGIN IMMEDIATE")
            yield
            other.execute("ROLLBACK")
        return
    with reconnected(**with_options("-c lock_timeout=50")):
        apart: Any = connection.copy()
        with apart.cursor() as cursor:
            cursor.execute("SET ROLE NONE")
            cursor.execute("BEGIN")
            tables = "monitoring_accessentry, monitoring_session, clinic_trailentry"
            cursor.execute(f"LOCK TABLE {tables} IN SHARE MODE")
        yield
        apart.close()


FAULTS: dict[str, tuple[Callable[[Visit], Any], str]] = {
    "read only": (lambda _visit: read_only(), "The record can be read, but not written now."),
    "full": (full, "The server's disk is full."),
    "busy": (busy, "The server is busy."),
}
faults = pytest.mark.parametrize(
    "fault", ["read only", pytest.param("full", marks=on_sqlite), "busy"]
)
