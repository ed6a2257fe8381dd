"""Lines in a file of this machine, for what the database does not take now and is told later.

The file is filled with empty lines beforehand, over which is written: so a full disk takes them.
"""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

FILL = b"\n"


@dataclass(frozen=True, slots=True)
class Reserved:
    """`room` is the bytes of the whole file: beyond it no line is taken."""

    path: Path
    room: int

    def reserve(self) -> None:
        """Take the room on the disk while there is some. Raises OSError where there is none."""
        with opened(self.path, fcntl.LOCK_EX) as file:
            lacking = self.room - os.fstat(file).st_size
            if lacking > 0:
                os.pwrite(file, FILL * lacking, self.room - lacking)
                os.fsync(file)

    def keep(self, line: str) -> None:
        """Add a line; it is on disk when this returns. Raises OSError where there is no room."""
        with opened(self.path, fcntl.LOCK_EX) as file:
            held = self._held(file)
            start = len(held) + 1 if held else 0
            text = line.encode() + FILL
            if start + len(text) > self.room:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.pwrite(file, text, start)
            os.fsync(file)

    def waits(self) -> bool:
        """Whether there is a line that was not told yet."""
        try:
            with self.path.open("rb", buffering=0) as file:
                return file.read(1) not in {b"", FILL}
        except OSError:
            return False

    def lines(self) -> list[str]:
        """Every line that was not told yet, in order."""
        return _lines(self.path.read_bytes()) if self.waits() else []

    @contextmanager
    def taken(self) -> Iterator[list[str]]:
        """Every line, in order; none where another process has them. They are gone once the block
        ends without an error, and not before: who is killed in it finds them again."""
        try:
            with opened(self.path, fcntl.LOCK_EX | fcntl.LOCK_NB) as file:
                held = self._held(file)
                yield _lines(held)
                # The first byte says that something waits: it goes last.
                for start, end in ((1, len(held)), (0, 1)):
                    os.pwrite(file, FILL * (end - start), start)
                    os.fsync(file)
        except BlockingIOError:
            yield []

    def _held(self, file: int) -> bytes:
        return os.pread(file, self.room, 0).rstrip(FILL)


def _lines(held: bytes) -> list[str]:
    return [line.decode(errors="replace") for line in held.split(FILL) if line]


@contextmanager
def opened(path: Path, lock: int) -> Iterator[int]:
    """The file, its owner's alone, made where there is none, with this `lock` of `fcntl.flock`."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, lock)
        yield file
    finally:
        os.close(file)
