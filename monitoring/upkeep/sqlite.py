"""The file of a SQLite database, and what stands beside it."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from monitoring.upkeep.failure import Failure

BESIDE = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside its file. Left beside a restored one it would bring newer rows back."""


def has_tables(path: Path) -> bool:
    """Whether something stands at `path` that may be a record, be it a damaged one."""
    if not path.exists() or not path.stat().st_size:
        return False
    try:
        with closing(sqlite3.connect(path)) as plain:
            return bool(plain.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])
    except sqlite3.DatabaseError:
        return True


def require_alone(path: Path) -> None:
    """Raises Failure while another program has the file open, which would go on writing into a file
    that is not there any more. What stood in its log is in the file then."""
    if not path.exists():
        return
    try:
        close_log(path)
    except sqlite3.OperationalError:
        raise Failure(f"Another program has {path} open. Stop it first.") from None
    except sqlite3.DatabaseError:
        # Damaged: it is put aside with what stands beside it.
        return


def close_log(path: Path) -> None:
    """Take what stands in the log into the file. SQLite does that where no one else has it open."""
    with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as plain:
        plain.execute("PRAGMA journal_mode = DELETE")


def require_sound(path: Path) -> None:
    """Raises Failure where the file is damaged."""
    with closing(sqlite3.connect(path)) as plain:
        check(plain)


def check(open_file: sqlite3.Connection) -> None:
    try:
        (word, *_), *_ = open_file.execute("PRAGMA integrity_check(1)").fetchall()
    except sqlite3.DatabaseError as error:
        word = str(error)
    if word != "ok":
        raise Failure(f"The database's file is damaged: {word}")


def exchange(new: Path, target: Path, moment: str) -> Path | None:
    """Put `new` at `target`, in one step; answers where the file is kept that stood there."""
    aside = target.with_name(f"{target.name}.before-{moment}") if target.exists() else None
    # What was killed here before has kept it already.
    if aside is not None and not (aside.exists() and aside.samefile(target)):
        os.link(target, aside)
    for end in BESIDE:
        beside = target.with_name(target.name + end)
        if beside.exists():
            beside.replace(beside.with_name(f"{target.name}.before-{moment}{end}"))
    os.chmod(new, 0o600)
    new.replace(target)
    handle = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    return aside
