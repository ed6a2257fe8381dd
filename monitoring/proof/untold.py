"""Who was shown whose record while the database could not be written, in a file of this machine.

A page that can be read is shown in a downtime of the database, too; that it was shown is kept here
first, on disk, and told to the access log once it can be. The file holds ids alone, never a name.

It is filled with empty lines beforehand, over which is written: so a full disk takes them, too.
"""

from __future__ import annotations

import errno
import fcntl
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

logger = logging.getLogger(__name__)
ROOM = 4_000_000
"""Bytes of the whole file: some thousand pages that are shown. Then nothing more is."""
FILL = b"\n"


def reserve() -> None:
    """Take the room on the disk while there is some. Called when a server starts."""
    try:
        with _opened(settings.UNTOLD_READS, fcntl.LOCK_EX) as file:
            lacking = ROOM - os.fstat(file).st_size
            if lacking > 0:
                os.pwrite(file, FILL * lacking, ROOM - lacking)
                os.fsync(file)
    except OSError as error:
        logger.warning("no room is kept for who reads in a downtime: %s", error.strerror)


def keep(line: str) -> None:
    """Add a line; it is on disk when this returns. Raises OSError where there is no room."""
    with _opened(settings.UNTOLD_READS, fcntl.LOCK_EX) as file:
        held = _held(file)
        start = len(held) + 1 if held else 0
        text = line.encode() + FILL
        if start + len(text) > ROOM:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.pwrite(file, text, start)
        os.fsync(file)


def waits() -> bool:
    """Whether there is a line that was not told yet."""
    try:
        with settings.UNTOLD_READS.open("rb", buffering=0) as file:
            return file.read(1) not in {b"", FILL}
    except OSError:
        return False


def count() -> int:
    """How many such lines there are."""
    if not waits():
        return 0
    held = settings.UNTOLD_READS.read_bytes().rstrip(FILL)
    return len([line for line in held.split(FILL) if line])


@contextmanager
def taken() -> Iterator[list[str]]:
    """Every line, in order; none where another process has them. They are gone once the block ends
    without an error, and not before: who is killed in it finds them again."""
    try:
        with _opened(settings.UNTOLD_READS, fcntl.LOCK_EX | fcntl.LOCK_NB) as file:
            held = _held(file)
            yield [line.decode(errors="replace") for line in held.split(FILL) if line]
            # The first byte says that something waits: it goes last.
            for start, end in ((1, len(held)), (0, 1)):
                os.pwrite(file, FILL * (end - start), start)
                os.fsync(file)
    except BlockingIOError:
        yield []


def refuse(line: str) -> None:
    """Put a line aside that the log can never take, for a person to look at."""
    logger.error("who was shown a record cannot be told to the log: see %s", _refused())
    with _opened(_refused(), fcntl.LOCK_EX) as file:
        os.pwrite(file, line.encode() + FILL, os.fstat(file).st_size)
        os.fsync(file)


def refused() -> bool:
    """Whether there is such a line."""
    return _refused().exists()


def _refused() -> Path:
    path: Path = settings.UNTOLD_READS
    return path.with_name(f"{path.name}.refused")


def _held(file: int) -> bytes:
    return os.pread(file, ROOM, 0).rstrip(FILL)


@contextmanager
def _opened(path: Path, lock: int) -> Iterator[int]:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, lock)
        yield file
    finally:
        os.close(file)
