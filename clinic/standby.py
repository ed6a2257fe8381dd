"""Files and sums, which read a great deal, are read from a standby, where one keeps up.

Inside `reading()` this thread's connection is the standby's, so that every query goes there, those
of Django's models and those in SQL. The standby takes no writing: what has to be written, as who
exported what, is written outside, on the primary.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

log = logging.getLogger("clinic.standby")
ALIAS = "standby"


@dataclass(frozen=True, slots=True)
class State:
    """Of a standby. `has_all`: it has shown everything that the primary had written when it was
    asked. `age` is how long ago the last change that it shows was made, in seconds; where nothing
    is written it grows and says nothing."""

    is_of_this_clinic: bool
    is_standby: bool
    has_all: bool
    age: float | None

    def keeps_up(self, most: float) -> bool:
        """Whether what it shows is at most so many seconds old."""
        if not (self.is_of_this_clinic and self.is_standby):
            return False
        return self.has_all or (self.age is not None and self.age <= most)


@contextmanager
def reading() -> Iterator[None]:
    """Inside nothing may be written, and what is read may be STANDBY_LAG old."""
    primary = connections[DEFAULT_DB_ALIAS]
    standby = None if primary.in_atomic_block else _in_step(primary)
    if standby is None:
        yield
        return
    connections[DEFAULT_DB_ALIAS] = standby
    try:
        yield
    finally:
        connections[DEFAULT_DB_ALIAS] = primary


def _in_step(primary: BaseDatabaseWrapper) -> BaseDatabaseWrapper | None:
    """The standby, if it is there and keeps up."""
    if ALIAS not in connections.settings:
        return None
    standby = connections[ALIAS]
    try:
        found = state(primary, standby)
    except DatabaseError as error:
        log.warning("the standby does not answer: %s", type(error).__name__)
        standby.close()
        return None
    if found.keeps_up(settings.STANDBY_LAG):
        return standby
    log.warning("the standby is not read, it does not keep up: %s", found)
    return None


def state(primary: BaseDatabaseWrapper, standby: BaseDatabaseWrapper) -> State:
    """Raises DatabaseError where one of them does not answer. All times are the primary's."""
    written, now, cluster = _row(
        primary,
        "SELECT pg_current_wal_lsn()::text, clock_timestamp(), system_identifier"
        " FROM pg_control_system()",
    )
    is_standby, has_all, age, theirs = _row(
        standby,
        "SELECT pg_is_in_recovery(), coalesce(pg_last_wal_replay_lsn() >= %s::pg_lsn, FALSE),"
        " extract(epoch FROM %s - pg_last_xact_replay_timestamp())::float,"
        " system_identifier FROM pg_control_system()",
        written,
        now,
    )
    return State(theirs == cluster, is_standby, has_all, age)


def _row(connection: BaseDatabaseWrapper, statement: str, *values: Any) -> tuple[Any, ...]:
    connection.close_if_health_check_failed()
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        found: tuple[Any, ...] = cursor.fetchone()
        return found
