"""Is the server well? What a monitor asks each minute, without a word of any patient.

`down` is what keeps people from working: no server is to be sent requests that says it of itself.
`look` is what someone has to see to today.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal
from uuid import uuid4

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection

from clinic import clock, left, marks
from monitoring.guards import watch
from monitoring.proof import untold

Status = Literal["ok", "look", "down"]
RANK: dict[Status, int] = {"ok": 0, "look": 1, "down": 2}
"""Also the exit code of the command, as monitors expect it: 1 warns, 2 is critical."""
AT_LEAST_FREE = 1_000_000_000
PART_FREE = 0.05
"""A disk with less free than both has to be seen to: bytes, and of the whole."""
AT_MOST_OLD = timedelta(hours=26)
"""What is done once a day was done by then, also where it took an hour longer."""
DAILY = {"backup": "backup", "anchor": "anchor", "verification": "verified"}
"""Each check of what is done once a day, and the mark that it leaves."""
KEY = "health"


@dataclass(frozen=True)
class Check:
    name: str
    status: Status
    words: str


@dataclass(frozen=True)
class Health:
    at: datetime
    checks: list[Check]

    @property
    def status(self) -> Status:
        return max((check.status for check in self.checks), key=RANK.__getitem__)

    def as_json(self) -> dict[str, Any]:
        found = {check.name: asdict(check) for check in self.checks}
        for check in found.values():
            del check["name"]
        return {"status": self.status, "at": self.at.isoformat(), "checks": found}


def look() -> Health:
    """Asks everything; nothing that fails keeps the rest from being asked."""
    asked = {
        "database": _database,
        "guards": _guards,
        "exchange": _exchanged,
        "clock": _clock,
        "disk": _disk,
        "access_log": _access_log,
    }
    checks = [_tried(name, ask) for name, ask in asked.items()]
    checks += [_mark(name, mark) for name, mark in DAILY.items()]
    return Health(clock.now(), checks)


def _tried(name: str, ask: Callable[[], Check]) -> Check:
    try:
        return ask()
    except (DatabaseError, OSError) as error:
        # The words of a database may quote a row.
        return Check(name, "down", f"This could not be asked: {type(error).__name__}.")


def _database() -> Check:
    """A row is written, committed and read back."""
    word = uuid4().hex
    cache.set(KEY, word, timeout=60)
    if cache.get(KEY) != word:
        return Check("database", "down", "The database can be read, and not written.")
    return Check("database", "ok", "The database is read and written.")


def _guards() -> Check:
    """Asked now; what the server does not save for is what keeps people from working."""
    found = watch.look()
    words = [fault.words for fault in found.faults]
    if not words:
        return Check("guards", "ok", "Every guard stands.")
    more = f" And {len(words) - 3} more." if words[3:] else ""
    return Check("guards", "down" if found.stops_saving else "look", " ".join(words[:3]) + more)


def _exchanged() -> Check:
    words = watch.exchange(watch.seen())
    fine = "The database is the one that the server began with."
    return Check("exchange", "look" if words else "ok", words or fine)


def _clock() -> Check:
    """The clock against the database's own, against the last entry, which is never in the future,
    and against time as it passes; asked with the guards."""
    words = watch.seen().clock
    fine = "The clocks agree, and the last entry is not in the future."
    return Check("clock", "look" if words else "ok", words or fine)


def _disk() -> Check:
    full = [
        f"{folder} has {usage.free / 1e9:.1f} GB free."
        for folder in _folders()
        if (usage := shutil.disk_usage(folder)).free < min(AT_LEAST_FREE, usage.total * PART_FREE)
    ]
    return Check("disk", "look" if full else "ok", " ".join(full) or "There is room on the disks.")


def _access_log() -> Check:
    """Whether someone was shown a record, or left, and the database was not told of it yet."""
    if untold.waits():
        words = "Who was shown a record waits in a file until the log can be written."
        return Check("access_log", "look", words)
    if untold.refused():
        words = "The log could never be told of some who were shown a record: CLINIC_UNTOLD_READS."
        return Check("access_log", "look", words)
    if left.file().waits():
        words = "That someone signed out waits in a file until the trail can be written."
        return Check("access_log", "look", words)
    return Check("access_log", "ok", "The access log knows of everyone who was shown a record.")


def _folders() -> Iterator[Path]:
    """Where this machine writes; PostgreSQL's own disk is its machine's."""
    found = [settings.ANCHORS, settings.BACKUPS, settings.STATE]
    if connection.vendor == "sqlite":
        found.append(Path(str(connection.settings_dict["NAME"])).parent)
    return (folder for folder in found if folder.is_dir())


def _mark(name: str, mark: str) -> Check:
    found = marks.read(mark)
    if not found:
        return Check(name, "look", "None was made here yet.")
    words = f"The last was made on {found['at']:%Y-%m-%d %H:%MZ}."
    if not found.get("is_whole", True):
        return Check(name, "look", f"{words} It found something wrong.")
    is_late = clock.now() - found["at"] > AT_MOST_OLD
    return Check(name, "look" if is_late else "ok", words)
