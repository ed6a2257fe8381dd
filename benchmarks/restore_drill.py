"""How long a clinic is without its record when its machine is gone, until it works again.

    python benchmarks/restore_drill.py [--readings 100000] [--postgresql]

An archive with true chains and signatures is backed up, encrypted, while nurses save readings. Then
the server is killed and the machine's folder deleted. What docs/deploy/backup.md says to do follows
in an empty place, each command in a process of its own, until a reading is saved again. Ends with 1
where something that was acknowledged before the backup is missing, or beyond the limit.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from figures import ROOT, begin, postgresql, settings
from served import Server
from verify_cost import archive

LIMIT = 15 * 60
"""Seconds without the record, with 1,000,000 readings."""
SESSIONS, TABLETS = 6, 2
FIRST = 10
"""Readings that are saved before the backup begins."""


class Machine:
    """A folder with all that a clinic's machine has, but the keys, which are in the safe."""

    def __init__(self, folder: Path, url: str, recipient: str = "") -> None:
        self.folder = folder
        folder.mkdir()
        self.env = settings(url) | {
            "CLINIC_HOSTS": "127.0.0.1,testserver",
            "CLINIC_STATE": str(folder / "state"),
            "CLINIC_ANCHORS": str(folder / "anchors"),
            "CLINIC_BACKUPS": str(folder / "backups"),
            "CLINIC_BACKUP_RECIPIENTS": recipient,
            "STATIC_ROOT": str(folder.parent / "static"),
        }

    def manage(self, *command: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=ROOT, env=os.environ | self.env, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise SystemExit(f"{command[0]} failed: {done.stdout} {done.stderr}")
        return done.stdout

    def serve(self) -> Server:
        server = Server("record", "clinic.wsgi", self.env, self.folder.parent / "server.log")
        server.wait("/sign-in/")
        return server


@contextmanager
def timed(what: str) -> Iterator[None]:
    """Also how much of the processor the commands took, which a busy machine changes little."""
    start, before = time.perf_counter(), _processor()
    yield
    wall, used = time.perf_counter() - start, _processor() - before
    print(f"  {what:36} {wall:8.1f} s, {used:7.1f} s of a processor", flush=True)


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def open_sessions() -> dict[str, Any]:
    """Sessions that readings are saved to, and the cookies of their nurse."""
    from django.core.management import call_command
    from django.db import connections
    from django.test import Client, override_settings

    from clinic import clock as clinic_clock
    from monitoring.guards import clocks
    from tests.clock import TestClock
    from tests.guards.world import Visit, open_clinic
    from tests.shared import QUICK

    call_command("collectstatic", verbosity=0, interactive=False)
    # The clock goes half an hour back, which is none of the watch's concern.
    clocks.AGREE = timedelta(days=1)
    clock, real = TestClock(), clinic_clock.now
    clock.travel_to(real() - timedelta(minutes=30))
    clinic_clock.now = clock.now
    with override_settings(**QUICK):
        clinic, opening, sessions = open_clinic("Drill"), clock.now(), []
        for _ in range(SESSIONS):
            clock.travel_to(opening)
            sessions.append(str(Visit(clinic, clock).dosed().id))
        clinic_clock.now = real
        client = Client()
        client.force_login(clinic.nurse)
        client.get("/")
    connections.close_all()
    return {"cookies": {n: m.value for n, m in client.cookies.items()}, "sessions": sessions}


def key_in(folder: Path) -> tuple[Path, str]:
    """The file of the private key, which is in the safe, and the public key."""
    path = folder / "key"
    subprocess.run(["age-keygen", "-o", path], check=True, capture_output=True)
    return path, path.read_text().splitlines()[1].removeprefix("# public key: ")


def notes_in(url: str, sessions: list[str]) -> set[str]:
    """Of the readings of these sessions, each of which has its own."""
    from django.db import connection

    from monitoring.models import Reading

    is_file = url.startswith("sqlite")
    name = url.removeprefix("sqlite:///") if is_file else url.rsplit("/", 1)[1]
    connection.settings_dict["NAME"] = name
    ids = [UUID(session) for session in sessions]
    return set(Reading.objects.filter(session__in=ids).values_list("note", flat=True))


@dataclass
class Gone:
    """What is left of a machine: its backup and anchors, which were copied away, and the tablets
    with what they were told. `before` are the readings saved before the backup began."""

    backup: Path
    anchors: Path
    before: set[str]
    saved: set[str]


def lose(first: Machine, made: dict[str, Any]) -> Gone:
    """Back the machine up while nurses work, and take it away."""
    from tests.campaign.tablets import Sent

    server, sent, began, away = first.serve(), Sent(), time.monotonic(), first.folder.parent
    load = [tablet(server, sent, made) for _ in range(TABLETS)]
    while len(sent.saved) < FIRST:
        time.sleep(0.05)
    before = set(sent.saved)
    with timed("backup, under load"):
        backup = Path(first.manage("backup").split(": ")[0])
    during = len(sent.saved) - len(before)
    with timed("anchor, under load"):
        first.manage("anchor")
    silence = sent.silence(began)
    server.kill()
    for one in load:
        one.finish()
    megabytes = backup.stat().st_size / 1e6
    print(f"  {megabytes:.0f} MB. {during} readings were saved while it was made; each of all came")
    print(f"  at most {silence:.1f} s after the one before.")
    shutil.copytree(first.folder / "anchors", away / "anchors")
    copied = Path(shutil.copy(backup, away))
    shutil.rmtree(first.folder)
    return Gone(copied, away / "anchors", before, set(sent.saved))


def bring_back(second: Machine, gone: Gone, key: Path, made: Any) -> str:
    """The note of the first reading that is saved again."""
    from tests.campaign.tablets import Sent

    shutil.copytree(gone.anchors, second.folder / "anchors")
    with timed("restore, which verifies"):
        why = ("--by", "nurse-Drill", "--reason", "The machine is gone")
        second.manage("restore", str(gone.backup), "--identity", str(key), *why)
    if "postgresql" in second.env["DATABASE_URL"]:
        with timed("database_roles"):
            second.manage("database_roles")
    with timed("anchor"):
        second.manage("anchor")
    with timed("started, until a reading is saved"):
        server, sent = second.serve(), Sent()
        nurse = tablet(server, sent, made)
        while not sent.saved:
            time.sleep(0.05)
    nurse.finish()
    server.stop()
    found: str = next(iter(sent.saved))
    return found


def tablet(server: Server, sent: Any, made: dict[str, Any]) -> Any:
    from tests.campaign.tablets import Browser, Place, Tablet

    found = Tablet(
        sent, Browser(Place("127.0.0.1", server.port), made["cookies"]), made["sessions"]
    )
    found.start()
    return found


def drill(folder: Path, urls: list[str], readings: int) -> bool:
    key, recipient = key_in(folder)
    first = Machine(folder / "first", urls[0], recipient)
    begin(urls[0], **first.env | {"CLINIC_DEMO": "1"})
    archive(readings)
    made = open_sessions()
    os.environ.pop("CLINIC_DEMO")
    gone = lose(first, made)
    print("  The machine is gone.")
    start = time.perf_counter()
    second = Machine(folder / "second", urls[1], recipient)
    again = bring_back(second, gone, key, made)
    without = time.perf_counter() - start
    print(f"  {'without the record':36} {without:8.1f} s (at most {LIMIT})")
    with timed("verified once more"):
        second.manage("verify_record")
    notes = notes_in(urls[1], made["sessions"])
    lost, after = gone.before - notes, gone.saved - gone.before
    print(
        f"  Of {len(gone.before)} readings from before the backup began {len(lost)} are lost; of "
        f"{len(after)} from later, which no backup has, {len(after - notes)}."
    )
    return bool(lost) or again not in notes or without > LIMIT


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readings", type=int, default=100_000)
    parser.add_argument("--postgresql", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        urls = [f"sqlite:///{folder}/{one}/clinic.sqlite3" for one in ("first", "second")]
        if asked.postgresql:
            urls = postgresql("drill_first", "drill_second")
        sys.exit(drill(folder, urls, asked.readings))


if __name__ == "__main__":
    main()
