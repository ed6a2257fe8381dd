"""The database of a machine: a file, or a cluster of PostgreSQL, in a folder that can be copied."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import psycopg

from tests.cluster.machines import wait_for
from tests.engine import _free_port, binaries


class Database:
    name: str

    def __init__(self, data: Path, log: Path) -> None:
        self.data, self.log = data, log
        # The database's account writes it.
        log.touch()
        log.chmod(0o666)

    def url(self, *, owner: bool = False) -> str:
        raise NotImplementedError

    def rows(self, statement: str, *, checks: bool = False) -> list[tuple[Any, ...]]:
        raise NotImplementedError

    def falsify(self, statement: str) -> None:
        """Run it past all guards, as its owner could."""
        raise NotImplementedError

    def make(self) -> None:
        """From nothing to an empty database."""

    def start(self) -> float:
        """Answers how many seconds it took."""
        return 0.0

    def start_again(self) -> None:
        """As an administrator does who sees that it has ended."""

    def stop(self) -> None:
        """As an administrator does."""

    def kill(self) -> None:
        """All of it at once, as when the power goes."""


class Sqlite(Database):
    name = "sqlite"

    @property
    def path(self) -> Path:
        return self.data / "clinic.sqlite3"

    def url(self, *, owner: bool = False) -> str:
        return f"sqlite:///{self.path}"

    def rows(self, statement: str, *, checks: bool = False) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.path, timeout=30)) as connection:
            if checks:
                assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
                assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
            return connection.execute(statement).fetchall()

    def falsify(self, statement: str) -> None:
        with closing(sqlite3.connect(self.path)) as connection:
            triggers = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            for (name,) in triggers.fetchall():
                connection.execute(f'DROP TRIGGER "{name}"')
            connection.execute(statement)
            connection.commit()

    def files(self) -> list[Path]:
        return [self.path, self.path.with_name(f"{self.path.name}-wal")]

    def empty_log(self) -> None:
        """So that the next write needs room on the disk."""
        with closing(sqlite3.connect(self.path, timeout=30)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


class Postgresql(Database):
    name = "postgresql"

    def __init__(self, data: Path, log: Path, *options: str) -> None:
        super().__init__(data, log)
        self.port, self.options = _free_port(), options
        self.postmaster = 0

    @property
    def cluster(self) -> Path:
        return self.data / "cluster"

    def url(self, *, owner: bool = False) -> str:
        role = "clinic_owner" if owner else "clinic_app"
        return f"postgresql://{role}@127.0.0.1:{self.port}/clinic"

    def make(self) -> None:
        shutil.chown(self.data, "postgres", "postgres")
        self._run("initdb", f"-D {self.cluster} -A trust -U postgres -E UTF8".split())
        self.start()
        with self.connect("postgres") as connection:
            connection.execute("CREATE ROLE clinic_owner LOGIN CREATEROLE")
            connection.execute("CREATE ROLE clinic_app LOGIN")
            connection.execute("CREATE DATABASE clinic OWNER clinic_owner")

    def connect(self, name: str = "clinic") -> psycopg.Connection[Any]:
        return psycopg.connect(
            host="127.0.0.1", port=self.port, user="postgres", dbname=name, autocommit=True,
            connect_timeout=10,
        )  # fmt: skip

    def rows(self, statement: str, *, checks: bool = False) -> list[tuple[Any, ...]]:
        with self.connect() as connection:
            return connection.execute(statement).fetchall()

    def falsify(self, statement: str) -> None:
        with self.connect() as connection:
            connection.execute("SET session_replication_role = replica")
            connection.execute(statement)

    def start(self) -> float:
        began = time.monotonic()
        # Whom it names has ended, but a machine without systemd may still list it.
        (self.cluster / "postmaster.pid").unlink(missing_ok=True)
        self.begin()
        self.wait()
        # Kept in mind, for its file cannot be read once the power is cut.
        self.postmaster = int((self.cluster / "postmaster.pid").read_text().split()[0])
        return time.monotonic() - began

    def start_again(self) -> None:
        def is_back() -> bool:
            if not is_alive(self.postmaster):
                self.start()
            return self.answers()

        wait_for("PostgreSQL", is_back)

    def begin(self) -> None:
        given = ["listen_addresses=127.0.0.1", "unix_socket_directories=", *self.options]
        options = " ".join([f"-p {self.port}", *(f"-c {one}" for one in given)])
        self._run(
            "pg_ctl", ["-D", str(self.cluster), "-W", "-l", str(self.log), "-o", options, "start"]
        )

    def wait(self) -> None:
        wait_for("PostgreSQL", self.answers)

    def answers(self) -> bool:
        with self.connect("postgres"):
            return True

    def stop(self) -> None:
        self._run("pg_ctl", ["-D", str(self.cluster), "-m", "fast", "-w", "stop"])
        self.postmaster = 0

    def stop_at_once(self) -> None:
        """Without a goodbye to anyone, and without writing what it has in memory."""
        self._run("pg_ctl", ["-D", str(self.cluster), "-m", "immediate", "-w", "stop"])

    def files(self, kind: str) -> list[Path]:
        """Those of the clinic's tables, or of the log in which every change stands first."""
        if kind == "log":
            return [*(self.cluster / "pg_wal").glob("0*")]
        found = self.rows("SELECT oid FROM pg_database WHERE datname = 'clinic'")
        return [*(self.cluster / "base" / str(found[0][0])).glob("[0-9]*")]

    def processes(self) -> list[int]:
        return [self.postmaster, *children_of(self.postmaster)]

    def backends(self) -> list[int]:
        """The processes that serve the application."""
        found = self.rows("SELECT pid FROM pg_stat_activity WHERE usename = 'clinic_app'")
        return [pid for (pid,) in found]

    def kill(self) -> None:
        ended = self.processes() if self.postmaster else []
        for pid in ended:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        wait_for("the end of PostgreSQL", lambda: not any(map(is_alive, ended)))
        self.postmaster = 0

    def _run(self, program: str, words: list[str]) -> None:
        programs = binaries()
        assert programs is not None
        subprocess.run(
            ["runuser", "-u", "postgres", "--", str(programs / program), *words],
            cwd="/", check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        )  # fmt: skip


def children_of(parent: int) -> list[int]:
    return [pid for pid, (_, above) in processes().items() if above == parent]


def is_alive(pid: int) -> bool:
    return processes().get(pid, ("Z", 0))[0] != "Z"


def processes() -> dict[int, tuple[str, int]]:
    """The state of each process of this machine, and its parent."""
    found = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with suppress(OSError):
                fields = (folder / "stat").read_text().rpartition(") ")[2].split()
                found[int(folder.name)] = fields[0], int(fields[1])
    return found


ENGINES: dict[str, type[Sqlite | Postgresql]] = {"sqlite": Sqlite, "postgresql": Postgresql}
