"""Who was shown whose record while the database could not be written, in a file of this machine.

A page that can be read is shown in a downtime of the database, too; that it was shown is kept here
first, on disk, and told to the access log once it can be. The file holds ids alone, never a name.
"""

from __future__ import annotations

import fcntl
import logging
import os
from contextlib import AbstractContextManager
from pathlib import Path

from django.conf import settings

from clinic.reserved import FILL, Reserved, opened

logger = logging.getLogger(__name__)
ROOM = 4_000_000
"""Bytes of the whole file: some thousand pages that are shown. Then nothing more is."""


def _file() -> Reserved:
    return Reserved(settings.UNTOLD_READS, ROOM)


def reserve() -> None:
    """Take the room on the disk while there is some. Called when a server starts."""
    try:
        _file().reserve()
    except OSError as error:
        logger.warning("no room is kept for who reads in a downtime: %s", error.strerror)


def keep(line: str) -> None:
    """Add a line; it is on disk when this returns. Raises OSError where there is no room."""
    _file().keep(line)


def waits() -> bool:
    """Whether there is a line that was not told yet."""
    return _file().waits()


def count() -> int:
    """How many such lines there are."""
    return len(_file().lines())


def taken() -> AbstractContextManager[list[str]]:
    """Every line, as `Reserved.taken` has them."""
    return _file().taken()


def refuse(line: str) -> None:
    """Put a line aside that the log can never take, for a person to look at."""
    logger.error("who was shown a record cannot be told to the log: see %s", _refused())
    with opened(_refused(), fcntl.LOCK_EX) as file:
        os.pwrite(file, line.encode() + FILL, os.fstat(file).st_size)
        os.fsync(file)


def refused() -> bool:
    """Whether there is such a line."""
    return _refused().exists()


def _refused() -> Path:
    path: Path = settings.UNTOLD_READS
    return path.with_name(f"{path.name}.refused")
