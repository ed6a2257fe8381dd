"""A database is put back to a moment, as docs/deploy/backup.md says. `make test-cluster` runs
it."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import psycopg
import pytest

from tests.cluster.machines import address, wait_for
from tests.conftest import ROOT
from tests.engine import binaries

PAGE = (ROOT / "docs" / "deploy" / "backup.md").read_text()
PORT = 5439
pytestmark = pytest.mark.skipif(
    binaries() is None and "CI" not in os.environ, reason="PostgreSQL is not installed"
)


class Machine:
    """One with a database, and beside it the disk that is safe."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.host = folder, address(20)
        self.env = {
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "clinic.settings",
            "SECRET_KEY": secrets.token_urlsafe(50),
            "CLINIC_TRAIL_KEYS": f"first:{secrets.token_urlsafe(50)}",
            "DATABASE_URL": f"postgresql://clinic_owner@{self.host}:{PORT}/clinic",
            "SESSIONS": "2",
            "CLINIC_HTTPS": "0",
            "CLINIC_HOSTS": "testserver",
            "CLINIC_STATE": str(folder / "state"),
            "CLINIC_ANCHORS": str(folder / "anchors"),
        }

    def postgresql(self, program: str, *words: str) -> None:
        found = binaries()
        assert found is not None
        subprocess.run(
            ["runuser", "-u", "postgres", "--", str(found / program), *words],
            cwd=self.folder, check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip

    def lines(self, first: str) -> str:
        """The lines of the page's paragraph that begins with `first`, for this machine."""
        (found,) = re.findall(rf"^    ({first} = .+(?:\n    .+)*)", PAGE, re.MULTILINE)
        return "\n" + str(found).replace("    ", "").replace("/mnt/safe", str(self.folder)) + "\n"

    def start(self, data: str) -> None:
        options = f"-p {PORT} -c listen_addresses={self.host} -k {self.folder}"
        where = str(self.folder / data)
        log = str(self.folder / f"{data}.log")
        self.postgresql("pg_ctl", "-D", where, "-w", "-l", log, "-o", options, "start")

    def stop(self, data: str) -> None:
        self.postgresql("pg_ctl", "-D", str(self.folder / data), "-m", "immediate", "stop")

    def ask(self, statement: str, dbname: str = "clinic") -> list[Any]:
        where = f"host={self.host} port={PORT} user=postgres dbname={dbname}"
        with psycopg.connect(where, autocommit=True) as connection:
            found = connection.execute(statement.encode())
            return found.fetchall() if found.description else []

    def is_open(self) -> bool:
        return self.ask("SELECT pg_is_in_recovery()") == [(False,)]

    def archive_all(self) -> None:
        """Everything that was written until now stands on the disk that is safe."""
        waits = "SELECT count(*) FROM pg_ls_archive_statusdir() WHERE name LIKE '%.ready'"
        self.ask("SELECT pg_switch_wal()")
        wait_for("the last of the log in the archive", lambda: self.ask(waits) == [(0,)])
        assert self.ask("SELECT failed_count FROM pg_stat_archiver") == [(0,)]

    def python(self, *words: str, application: bool = False) -> str:
        url = self.env["DATABASE_URL"]
        url = url.replace("clinic_owner", "clinic_app") if application else url
        done = subprocess.run(
            [sys.executable, *words], cwd=ROOT, env=self.env | {"DATABASE_URL": url},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout
        return done.stdout

    def manage(self, *words: str) -> str:
        return self.python("manage.py", *words, application=True)

    def read(self, session: str) -> str:
        """The note of a reading that was saved just now."""
        words = self.python("-m", "tests.campaign.seed", session, application=True)
        return str(json.loads(words.splitlines()[-1]))


@pytest.fixture
def machine() -> Iterator[Machine]:
    folder = Path(mkdtemp(prefix="moment-", dir="/tmp"))
    folder.chmod(0o755)
    for name in ("wal", "base", "new"):
        (folder / name).mkdir(mode=0o700)
        shutil.chown(folder / name, "postgres", "postgres")
    shutil.chown(folder, "postgres", "postgres")
    yield Machine(folder)
    for data in ("old", "new"):
        if (folder / data / "postmaster.pid").exists():
            Machine(folder).stop(data)
    shutil.rmtree(folder)


def test_it_is_as_it_was_at_the_moment_and_says_what_is_lost(machine: Machine) -> None:
    old = machine.folder / "old"
    machine.postgresql("initdb", "-D", str(old), "-A", "trust", "-E", "UTF8")
    with (old / "postgresql.conf").open("a") as settings:
        settings.write(machine.lines("archive_mode"))
    machine.start("old")
    machine.ask("CREATE ROLE clinic_owner LOGIN CREATEROLE", "postgres")
    machine.ask("CREATE DATABASE clinic OWNER clinic_owner", "postgres")
    words = machine.python("-m", "tests.campaign.seed")
    session = json.loads(words.splitlines()[-1])["sessions"][0]
    machine.manage("anchor")
    (base,) = re.findall(r"^    pg_basebackup -D \S+ \S+\) (.+)$", PAGE, re.MULTILINE)
    where = f"--host={machine.host}", f"--port={PORT}"
    machine.postgresql("pg_basebackup", *where, "-D", f"{machine.folder}/base/1", *base.split())

    before = machine.read(session)
    ((moment,),) = machine.ask("SELECT clock_timestamp()::text")
    time.sleep(0.1)
    after = machine.read(session)
    machine.manage("anchor")
    machine.archive_all()
    machine.stop("old")
    shutil.rmtree(old)
    restore(machine, moment)

    machine.manage("check", "--database", "default", "--fail-level", "WARNING")
    told = machine.manage("anchor", "--restored", "The disk broke", "--by", "nurse-North")
    assert session in told
    machine.manage("verify_record")
    notes = {note for (note,) in machine.ask("SELECT note FROM monitoring_reading")}
    assert before in notes
    assert after not in notes
    assert machine.read(session)


def restore(machine: Machine, moment: str) -> None:
    new = machine.folder / "new"
    with tarfile.open(machine.folder / "base" / "1" / "base.tar.gz") as content:
        content.extractall(new, filter="fully_trusted")
    lines = machine.lines("restore_command").replace("2026-03-10 13:59:00Z", moment)
    with (new / "postgresql.conf").open("a") as settings:
        settings.write(lines)
    (new / "recovery.signal").touch()
    machine.start("new")
    wait_for("a database that takes something", machine.is_open)
