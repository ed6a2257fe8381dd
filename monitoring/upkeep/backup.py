"""A backup: one file with the whole database, which appears whole or not at all."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import DEFAULT_DB_ALIAS, connections

from clinic import clock, marks
from monitoring.upkeep import archive, copies
from monitoring.upkeep.failure import Failure
from monitoring.upkeep.manifest import Manifest, made

NAME = "clinic-"
DRAFT = "clinic-copy-"
"""How the folder is called in which a copy is made: what a killed backup left is found by it."""
MARK = "backup"


def back_up(
    folder: Path, recipients: list[str], *, keep: int | None = None
) -> tuple[Path, Manifest, list[Path]]:
    """Write a backup into `folder`; answers its path, what it says of itself, and the older ones
    that were deleted, of which `keep` stay with the new one. Raises Failure and OSError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _alone(folder), draft_folder() as draft:
        for part in folder.glob(f"{NAME}*.part"):
            part.unlink()
        copy = draft / archive.DATABASE
        found = copies.take(copy)
        said = made(DEFAULT_DB_ALIAS, found, archive.digest_of(copy))
        end = ".tar.gz.age" if recipients else ".tar.gz"
        path = folder / f"{NAME}{clock.now():%Y%m%dT%H%M%SZ}{end}"
        archive.write(path, said.signed(), copy, recipients)
        marks.leave(MARK, file=str(path), digest=archive.digest_of(path))
        gone = _older(folder, path, keep) if keep else []
        for old in gone:
            old.unlink()
    return path, said, gone


def _older(folder: Path, newest: Path, keep: int) -> list[Path]:
    """The backups beyond the newest `keep`, by the times in their names."""
    found = sorted((p for p in folder.glob(f"{NAME}*Z.tar.gz*") if p != newest), reverse=True)
    return [path for path in found if not path.name.endswith(".part")][keep - 1 :]


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """No other backup is written into the folder meanwhile."""
    with open(folder / ".lock", "a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Failure(f"Another backup is being written into {folder}.") from None
        yield


@contextmanager
def draft_folder() -> Iterator[Path]:
    """Where a copy in clear text is made, for this account alone: beside SQLite's file, which is on
    the same disk in clear text, or in the folder for temporary files.

    It holds a lock of its own, so that what a killed program left is known from what is being made.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    place = Path(tempfile.gettempdir())
    if connection.vendor == "sqlite":
        place = Path(str(connection.settings_dict["NAME"])).resolve().parent
    for left in place.glob(f"{DRAFT}*"):
        _remove_if_left(left)
    draft = Path(tempfile.mkdtemp(prefix=DRAFT, dir=place))
    handle = os.open(draft, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield draft
    finally:
        shutil.rmtree(draft, ignore_errors=True)
        os.close(handle)


def _remove_if_left(folder: Path) -> None:
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder, ignore_errors=True)
    except BlockingIOError:
        pass
    finally:
        os.close(handle)
