"""What each process that serves knows of its database, asked anew once a minute.

Guards can be dropped, and the database be exchanged, while the server runs. A request finds that a
minute has passed and asks; all others read what was found, in memory. While something is found that
does not keep the record, each save asks for itself, so that work goes on as soon as it is mended.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import DatabaseError, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from clinic import clock
from clinic.models import TrailEntry
from clinic.refusal import GuardsMissing
from monitoring.guards import clocks, file
from monitoring.guards.compare import Fault, find, owned

logger = logging.getLogger(__name__)
EVERY = 60
"""Seconds."""


@dataclass(frozen=True, slots=True)
class Seen:
    """`exchanged` is when it was noticed that another database stands in the place of the one that
    this process began with, or that an entry is gone which it knew. It stays to the process's end.
    `clock` says what is wrong with the server's clock."""

    faults: tuple[Fault, ...] = ()
    exchanged: datetime | None = None
    clock: str = ""

    @property
    def stops_saving(self) -> list[str]:
        return [fault.name for fault in self.faults if fault.stops_saving]

    @property
    def has_more_rights(self) -> bool:
        return any(not fault.stops_saving for fault in self.faults)


@dataclass(slots=True)
class _Watch:
    """Of one database: when it was last asked, and when it last answered. `serves`: requests are
    answered from it here, where a command may well be the owner's."""

    serves: bool = False
    asked: float = -math.inf
    answered: float = -math.inf
    seen: Seen = Seen()
    identity: object = None
    last: UUID | None = None


_watches: dict[tuple[str, str], _Watch] = {}


def _here() -> _Watch:
    name = connection.alias, str(connection.settings_dict["NAME"])
    return _watches.setdefault(name, _Watch())


def seen() -> Seen:
    """What was found last."""
    return _here().seen


def watch() -> None:
    """Ask where a minute has passed, before a request is answered. That a database does not answer
    is said by what needs it."""
    here, now = _here(), clocks.seconds()
    here.serves = True
    if now - here.asked < EVERY:
        return
    here.asked = now
    try:
        look()
    except DatabaseError as error:
        logger.warning("the guards could not be asked for: %s", type(error).__name__)


def require() -> None:
    """Refuse to write while a guard is missing, or a setting that keeps what was written, or while
    something else stands at the tables. Raises GuardsMissing."""
    here = _here()
    if here.seen.stops_saving or clocks.seconds() - here.answered >= EVERY:
        look()
    if names := here.seen.stops_saving:
        raise GuardsMissing(names)


@contextmanager
def asked_before() -> Iterator[None]:
    """Ask now, and not again inside, where a setting is changed for invented data."""
    require()
    here = _here()
    here.asked = here.answered = math.inf
    try:
        yield
    finally:
        here.asked = here.answered = -math.inf


def look() -> Seen:
    """Ask now."""
    here, before = _here(), _here().seen
    here.asked = clocks.seconds()
    faults = (*find(connection), *(owned(connection) if here.serves else ()))
    last = TrailEntry.objects.order_by("-at", "-id").values_list("pk", "at").first()
    exchanged = before.exchanged
    if exchanged is None and _is_exchanged(here, last and last[0]):
        exchanged = clock.now()
    here.seen = Seen(faults, exchanged, clocks.apart(connection, last and last[1]))
    here.answered = here.asked
    if here.seen != before:
        logger.error("what is wrong with the database: %s", " ".join(said(here.seen)) or "nothing")
    return here.seen


def said(seen: Seen) -> list[str]:
    """All of it, for who looks after the server."""
    found = [*(fault.words for fault in seen.faults), exchange(seen), seen.clock]
    return [words for words in found if words]


def exchange(seen: Seen) -> str:
    if seen.exchanged is None:
        return ""
    return (
        f"The database was exchanged while the server ran; noticed at "
        f"{seen.exchanged:%Y-%m-%d %H:%MZ}. Look for what is missing, and restart the server."
    )


def _is_exchanged(here: _Watch, last: UUID | None) -> bool:
    identity = _identity(connections[connection.alias])
    known, here.identity = here.identity, identity
    entry, here.last = here.last, last
    if known is not None and identity != known:
        return True
    if entry is None or entry == last:
        return False
    return not TrailEntry.objects.filter(pk=entry).exists()


def _identity(connection: BaseDatabaseWrapper) -> object:
    """Of a file its place on the disk, of PostgreSQL's its cluster and number. A standby that takes
    over has the same: whether it lacks something is told by the last entry."""
    if connection.vendor != "postgresql":
        return file.identity(str(connection.settings_dict["NAME"]))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT system_identifier, oid FROM pg_control_system(), pg_database"
            " WHERE datname = current_database()"
        )
        found: object = cursor.fetchone()
        return found
