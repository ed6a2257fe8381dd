"""A machine of a clinic, which runs the files of docs/deploy: its settings and its unit, with the
database and what a fault may befall in a folder of its own."""

from __future__ import annotations

import http.client
import json
import os
import random
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from pathlib import Path
from tempfile import mkdtemp

import pytest

from tests.campaign.databases import ENGINES, Database, children_of
from tests.campaign.tablets import Browser, Leaving, Place, Reckoning, Sent, Tablet, reading, reckon
from tests.cluster.machines import wait_for
from tests.conftest import ROOT, migrations_file
from tests.deploy.recipes import DEPLOY, settings_env

NAME = "record.clinic.example"
UNIT = (DEPLOY / "systemd" / "clinic.service").read_text()
SECRETS = {
    "SECRET_KEY": secrets.token_urlsafe(50),
    "CLINIC_TRAIL_KEYS": f"first:{secrets.token_urlsafe(50)}",
}
MEASURED = sorted(reading().keys() - {"id", "note"})
WEAKENED = "tests.campaign.weakened"
STALE = 240
"""Seconds after which a clinic is made anew, so that no one is signed out, and no window passed."""


def said(key: str) -> str:
    """What the unit says of `key`."""
    (found,) = re.findall(rf"^{key}=(.+)$", UNIT, re.MULTILINE)
    return str(found)


RESTART = float(said("RestartSec").removesuffix("ms")) / 1000
"""Seconds until systemd starts again what ended."""


@dataclass(frozen=True)
class Made:
    """A clinic that was made, to be copied; at rest."""

    data: Path
    cookies: dict[str, str]
    signer: dict[str, str]
    sessions: list[str]
    due: list[str]
    at: float


class Machine:
    def __init__(self, database: Database, folder: Path, made: Made, wsgi: str, **env: str) -> None:
        self.database, self.folder, self.made = database, folder, made
        self._wsgi, self._env = wsgi, env
        self.acknowledged = 0
        # It listens, as systemd does for it: who asks while the application starts, waits.
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.process: subprocess.Popen[bytes] | None = None
        self.place = Place("127.0.0.1", self.socket.getsockname()[1], PROXIED)

    def settings(self, *, owner: bool = False) -> dict[str, str]:
        return settings(self.database.url(owner=owner), self.folder) | self._env

    def manage(self, *words: str, owner: bool = False) -> str:
        return manage(self.settings(owner=owner), *words)

    # The application

    def start(self) -> None:
        """As systemd starts it."""
        env = self.settings()
        with (self.folder / "application.log").open("ab") as log:
            start = said("ExecStart").replace("clinic.wsgi", self._wsgi).split()[1:]
            self.process = subprocess.Popen(
                ["bash", "-c", 'export LISTEN_PID=$$; exec "$@" 3<&$LISTENS', "-",
                 sys.executable, *start],
                cwd=ROOT, env=env | {"LISTEN_FDS": "1", "LISTENS": str(self.socket.fileno())},
                pass_fds=[self.socket.fileno()], stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    def restart(self) -> None:
        """systemd sees that it ended."""
        time.sleep(RESTART)
        self.start()

    def workers(self) -> list[int]:
        return children_of(self.process.pid) if self.process else []

    def kill(self) -> None:
        """All of the application at once."""
        if self.process:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def stop(self) -> None:
        if self.process:
            self.process.terminate()
            self.process.wait(30)
            self.process = None

    def is_served(self) -> bool:
        connection = http.client.HTTPConnection(self.place.host, self.place.port, timeout=30)
        try:
            connection.request("GET", "/sign-in/", headers=self.place.headers)
            return connection.getresponse().status == HTTPStatus.OK
        finally:
            connection.close()

    def wait(self) -> None:
        wait_for("the application", self.is_served)

    # The people

    def nurse(self) -> Browser:
        return Browser(self.place, self.made.cookies)

    def signer(self) -> Browser:
        return Browser(self.place, self.made.signer)

    @contextmanager
    def nurses(self, count: int = 3) -> Iterator[Sent]:
        """Tablets write meanwhile, and one takes patients home."""
        sent = Sent()
        tablets = [Tablet(sent, self.nurse(), self.made.sessions) for _ in range(count)]
        if self.made.due:
            tablets.append(Leaving(sent, self.nurse(), self.signer(), self.made.due))
        for tablet in tablets:
            tablet.start()
        try:
            more(sent, count)
            yield sent
        finally:
            for tablet in tablets:
                tablet.finish()
            self.acknowledged += len(sent.saved) + len(sent.rows)

    # The reckoning

    def reckoned(self, sent: Sent) -> Reckoning:
        """What is wrong now with what stands in the database, by what the tablets were told."""
        told, rows = replace(sent, saved=dict(sent.saved)), dict(sent.rows)
        columns = ", ".join(["note", *MEASURED])
        found = self.database.rows(
            f"SELECT {columns} FROM monitoring_reading WHERE note <> ''", checks=True
        )
        values = {
            row[0]: {
                name: f"{float(value):g}" for name, value in zip(MEASURED, row[1:], strict=True)
            }
            for row in found
        }
        found_rows = {
            plain(id)
            for table in set(rows.values())
            for (id,) in self.database.rows(f"SELECT id FROM {table}")
        }
        reckoning = reckon(told, [row[0] for row in found], values)
        reckoning.lost.update(id for id in rows if plain(id) not in found_rows)
        reckoning.unknown.update(plain(id) for (id,) in self.database.rows(UNSIGNED))
        reckoning.twice.update(f"{plain(id)} {slot}" for id, slot in self.database.rows(SLOT_TWICE))
        return reckoning


def plain(id: object) -> str:
    return str(id).replace("-", "")


UNSIGNED = """
    SELECT d.id FROM monitoring_departure d
    LEFT JOIN monitoring_clearance c ON c.id = d.clearance_id
    WHERE d.kind = 'discharged' AND (c.id IS NULL OR EXISTS (
        SELECT 1 FROM monitoring_reading r
        WHERE r.session_id = d.session_id AND r.seq > c.through_seq AND NOT r.after_departure))
"""
"""Who was discharged without a signature over all that was read before."""
SLOT_TWICE = """
    SELECT session_id, slot FROM monitoring_reading WHERE slot IS NOT NULL AND replaces_id IS NULL
    GROUP BY session_id, slot HAVING count(*) > 1
"""
PROXIED = {"Host": NAME, "X-Forwarded-Proto": "https", "Origin": f"https://{NAME}"}


def more(sent: Sent, count: int = 1) -> None:
    before = len(sent.saved)
    wait_for("more readings", lambda: len(sent.saved) >= before + count)


def settings(url: str, folder: Path) -> dict[str, str]:
    """Those of docs/deploy/settings.env, filled in."""
    given = {
        name: value.replace("/var/lib/clinic", str(folder))
        for name, value in settings_env().items()
    }
    return given | SECRETS | {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "clinic.settings",
        "STATIC_ROOT": os.environ["STATIC_ROOT"],
    }  # fmt: skip


def manage(env: dict[str, str], *words: str) -> str:
    done = subprocess.run(
        [sys.executable, *words], cwd=ROOT, env=env, check=False, text=True,
        capture_output=True, umask=0o077,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@dataclass
class Workshop:
    """Makes clinics, each kind once until it is stale."""

    config: pytest.Config
    folder: Path
    _made: dict[tuple[str, int], Made] = field(default_factory=dict)

    def clinic(self, engine: str, due: int, stale: float) -> Made:
        found = self._made.get((engine, due))
        if found is None or time.monotonic() - found.at > stale:
            if found:
                shutil.rmtree(found.data)
            found = self._made[engine, due] = self._make(engine, due)
        return found

    def _make(self, engine: str, due: int) -> Made:
        data = self._folder(engine)
        database = ENGINES[engine](data, self.folder / "made.log")
        env = settings(database.url(owner=True), self.folder)
        self._begin(database, env)
        found = json.loads(manage(env | {"DUE": str(due)}, "-m", "tests.campaign.seed"))
        database.stop()
        return Made(data, **found, at=time.monotonic())

    def _begin(self, database: Database, env: dict[str, str]) -> None:
        """A migrated database, from the one that was kept beyond a run where there is one."""
        kept = self.config.cache.mkdir("campaign") / f"{database.name}-{migrations_file()}"
        if not kept.exists():
            database.make()
            manage(env, "manage.py", "migrate", "--verbosity", "0")
            database.stop()
            copy(database.data, kept)
        copy(kept, database.data)
        database.start()

    def _folder(self, name: str) -> Path:
        # Others than root must reach it, and short is the path of a socket.
        folder = Path(mkdtemp(prefix=f"{name}-", dir=self.folder))
        folder.chmod(0o755)
        return folder

    @contextmanager
    def machine(
        self, engine: str, *options: str, due: int = 12, stale: float = STALE,
        data: Path | None = None, wsgi: str = "clinic.wsgi", **env: str,
    ) -> Iterator[Machine]:  # fmt: skip
        """A machine that serves a copy of a clinic; `options` are the database's."""
        made, folder = self.clinic(engine, due, stale), self._folder("machine")
        data = data or self._folder("data")
        copy(made.data, data)
        database = ENGINES[engine](data, folder / "database.log", *options)
        machine = Machine(database, folder, made, wsgi, **env)
        try:
            database.start()
            machine.start()
            machine.wait()
            yield machine
        finally:
            machine.kill()
            machine.socket.close()
            with suppress(OSError, ValueError):
                database.kill()
            shutil.rmtree(folder, ignore_errors=True)
            if data.parent == self.folder:
                shutil.rmtree(data, ignore_errors=True)


def copy(data: Path, to: Path) -> None:
    to.mkdir(exist_ok=True)
    subprocess.run(["cp", "-a", f"{data}/.", str(to)], check=True)
    subprocess.run(["sync", "--file-system", str(to)], check=True)


def tell(words: str, **seconds: list[float]) -> None:
    """Of each kind of return: how long it took in 95 of 100 cases, and at most."""
    sys.stdout.write(f"\n{words}\n")
    for name, found in seconds.items():
        if found:
            most = sorted(found)[min(len(found) - 1, int(len(found) * 0.95))]
            sys.stdout.write(
                f"  {name}: {len(found)}, 95 % in {most:.2f} s, all in {max(found):.2f} s\n"
            )
    sys.stdout.flush()


def pause(least: float, most: float) -> None:
    time.sleep(random.uniform(least, most))
