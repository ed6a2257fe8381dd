"""A server runs on this machine, or the database is being exchanged under it: never both.

Each process of the server holds a shared lock for as long as it lives, however it ends; a restore
and a move hold it alone.
"""

from __future__ import annotations

import fcntl
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from django.conf import settings

FILE = "serving.lock"
log = logging.getLogger("clinic.serving")
_held: list[IO[str]] = []


class Running(Exception):
    """Another process holds the lock."""


def begin() -> None:
    """This process serves. Raises Running while the database is being exchanged."""
    try:
        lock = _opened()
    except OSError as error:
        # Where nothing can be kept beside the program, PostgreSQL's own list of who is connected
        # is asked instead.
        log.warning("No lock of the server in %s: %s", settings.STATE, error.strerror)
        return
    _lock(lock, fcntl.LOCK_SH)
    _held.append(lock)


@contextmanager
def none_may_serve() -> Iterator[None]:
    """Raises Running while a server runs on this machine; none starts meanwhile."""
    with _opened() as lock:
        _lock(lock, fcntl.LOCK_EX)
        yield


def _opened() -> IO[str]:
    settings.STATE.mkdir(mode=0o700, parents=True, exist_ok=True)
    return (settings.STATE / FILE).open("a")


def _lock(lock: IO[str], kind: int) -> None:
    try:
        fcntl.flock(lock, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise Running from None
