"""Three machines on loopback, each with an address of its own, that run the files of the recipe.

A file is used as it stands, but for the addresses, the folders and the words that the recipe says
to fill in.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from tests.conftest import ROOT
from tests.engine import binaries

RECIPE = ROOT / "docs" / "deploy" / "cluster"
PROGRAMS = ("patroni", "etcd", "haproxy")
NETWORK = f"127.77.{os.getpid() % 250}"
"""In the place of 10.0.0: whole addresses of this machine, so that the ports stay as they are."""
DATA = (1, 2)
"""The machines with database and application; the third has etcd alone."""
PATIENCE = 90


def wait_for(what: str, ask: Callable[[], Any], seconds: float = PATIENCE) -> Any:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with suppress(OSError, psycopg.Error, ValueError):
            if found := ask():
                return found
        time.sleep(0.1)
    raise AssertionError(f"not within {seconds} s: {what}")


def address(number: int) -> str:
    return f"{NETWORK}.{number}"


@dataclass
class Cluster:
    folder: Path
    passwords: dict[str, str] = field(
        default_factory=lambda: {
            word: secrets.token_hex(12)
            for word in ("REST", "SUPERUSER", "REPLICATION", "REWIND", "OWNER", "APPLICATION")
        }
    )
    keys: dict[str, str] = field(
        default_factory=lambda: {
            "SECRET_KEY": secrets.token_urlsafe(50),
            "CLINIC_TRAIL_KEYS": f"first:{secrets.token_urlsafe(50)}",
        }
    )
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    # The files of the recipe

    def filled(self, recipe: str, number: int) -> str:
        programs = binaries()
        assert programs is not None
        home = self.home(number)
        text = (RECIPE / recipe).read_text()
        text = re.sub(r"\bNAME\b", f"node{number}", text)
        text = re.sub(r"\bADDRESS\b", address(number), text)
        for word, password in self.passwords.items():
            text = text.replace(f"{word}_PASSWORD", password)
        for there, here in {
            "10.0.0.0/24": "127.0.0.0/8",
            "10.0.0.": f"{NETWORK}.",
            "127.0.0.1": address(number),
            "/usr/lib/postgresql/15/bin": str(programs),
            "/var/lib/postgresql/15": str(home),
            "/var/lib/etcd": str(home / "etcd"),
            "/var/run/postgresql": str(home),
        }.items():
            text = text.replace(there, here)
        return text

    def home(self, number: int) -> Path:
        home = self.folder / f"node{number}"
        if not home.exists():
            for folder in (home, home / "etcd"):
                folder.mkdir(mode=0o700)
                shutil.chown(folder, "postgres", "postgres")
        return home

    def written(self, recipe: str, number: int) -> Path:
        path = self.home(number) / recipe
        path.write_text(self.filled(recipe, number))
        shutil.chown(path, "postgres", "postgres")
        return path

    def variables(self, recipe: str, number: int) -> dict[str, str]:
        lines = self.filled(recipe, number).splitlines()
        return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))

    # Programs

    def begin(self, name: str, command: list[str], user: str = "", **env: str) -> None:
        """Start a program, as the account `user`; its log has its name."""
        plain = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **env}
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                command, cwd=ROOT if not user else "/", env=plain, stdout=log, stderr=log,
                user=user or None, group=user or None, extra_groups=[] if user else None,
                start_new_session=True,
            )  # fmt: skip

    def end(self, name: str, how: signal.Signals = signal.SIGTERM) -> None:
        process = self.running.pop(name)
        # One that is stopped hears nothing else.
        process.send_signal(signal.SIGCONT)
        process.send_signal(how)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def etcd(self, number: int) -> None:
        variables = self.variables("etcd", number)
        self.begin(f"etcd{number}", ["etcd"], "postgres", **variables)

    def patroni(self, number: int) -> None:
        path = self.written("patroni.yml", number)
        path.chmod(0o600)
        self.begin(f"patroni{number}", ["patroni", str(path)], "postgres")

    def haproxy(self, number: int) -> None:
        path = self.written("haproxy.cfg", number)
        subprocess.run(["haproxy", "-c", "-f", path], check=True, capture_output=True)
        self.begin(f"haproxy{number}", ["haproxy", "-db", "-f", str(path)])

    def settings(self, number: int, *, owner: bool = False, direct: int = 0) -> dict[str, str]:
        """The environment of the application on that machine; `direct`: past HAProxy to the
        database of a machine."""
        given = self.variables("settings.env", number)
        url = given["DATABASE_URL"].replace("PASSWORD", self.passwords["APPLICATION"])
        if owner:
            url = url.replace(self.passwords["APPLICATION"], self.passwords["OWNER"])
            url = url.replace("clinic_app", "clinic_owner")
        if direct:
            url = url.replace(f"{address(number)}:5000", f"{address(direct)}:5432")
        home = self.home(number)
        return {
            **self.keys,
            "DATABASE_URL": url,
            "CLINIC_STANDBY_URL": given["CLINIC_STANDBY_URL"].replace(
                "PASSWORD", self.passwords["APPLICATION"]
            ),
            "CLINIC_STANDBY_LAG": "3",
            "DJANGO_SETTINGS_MODULE": "clinic.settings",
            "CLINIC_HTTPS": "0",
            "CLINIC_HOSTS": f"{address(1)},{address(2)},{address(9)},testserver",
            "CLINIC_STATE": str(home / "state"),
            "CLINIC_ANCHORS": str(home / "anchors"),
            "STATIC_ROOT": str(self.folder / "static"),
        }

    def manage(self, *words: str, owner: bool = False) -> str:
        """A command of `manage.py` on the first machine; its output, also where it failed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *words], cwd=ROOT, check=False, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env={"PATH": os.environ["PATH"], **self.settings(1, owner=owner)},
        )  # fmt: skip
        assert done.returncode == 0, done.stdout
        return done.stdout

    def application(self, number: int, *, name: str = "", bind: str = "", direct: int = 0) -> None:
        """The server as its unit starts it, where the drop-in says that it listens."""
        unit = (RECIPE.parent / "systemd" / "clinic.service").read_text()
        (start,) = re.findall(r"^ExecStart=\S+ (.+)$", unit, re.MULTILINE)
        (listens,) = re.findall(
            r"^ListenStream=(.+)$", self.filled("clinic.socket.conf", number), re.MULTILINE
        )
        settings = self.settings(number, direct=direct)
        command = [sys.executable, *start.split(), "--bind", bind or listens]
        self.begin(name or f"application{number}", command, **settings)

    # What Patroni says

    def ask(self, number: int, path: str) -> tuple[int, dict[str, Any]]:
        connection = http.client.HTTPConnection(address(number), 8008, timeout=2)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read() or b"{}")
        finally:
            connection.close()

    def primary(self) -> int:
        """The machine that holds the lease; 0 while none does."""
        for number in DATA:
            with suppress(OSError, ValueError):
                if self.ask(number, "/primary")[0] == http.HTTPStatus.OK:
                    return number
        return 0

    def is_primary(self, number: int) -> bool:
        return self.primary() == number

    def is_pair(self) -> bool:
        """Whether one is the primary, and the other its synchronous standby."""
        first = self.primary()
        return bool(first) and self.ask(3 - first, "/synchronous")[0] == http.HTTPStatus.OK

    def owner(self, number: int, dbname: str = "clinic", **given: Any) -> psycopg.Connection[Any]:
        """A connection past HAProxy to the database of one machine."""
        return psycopg.connect(
            host=address(number), port=5432, user="postgres", dbname=dbname, connect_timeout=3,
            password=self.passwords["SUPERUSER"], autocommit=True, **given,
        )  # fmt: skip

    # From nothing to a clinic, and what befalls it

    def start(self) -> dict[str, Any]:
        """As the page of the recipe goes; answers what `seed.py` made."""
        for number in (1, 2, 3):
            self.etcd(number)
        for number in DATA:
            self.patroni(number)
        wait_for("a primary and its synchronous standby", self.is_pair)
        for number in DATA:
            self.haproxy(number)
        with self.owner(self.primary(), "postgres") as connection:
            owner, application = self.passwords["OWNER"], self.passwords["APPLICATION"]
            connection.execute(f"CREATE ROLE clinic_owner LOGIN CREATEROLE PASSWORD '{owner}'")
            connection.execute(f"CREATE ROLE clinic_app LOGIN PASSWORD '{application}'")
            connection.execute("CREATE DATABASE clinic OWNER clinic_owner")
        wait_for("the database through HAProxy", self._is_reached)
        done = subprocess.run(
            [sys.executable, "-m", "tests.campaign.seed"], cwd=ROOT, check=True, text=True,
            stdout=subprocess.PIPE,
            env={"PATH": os.environ["PATH"], **self.settings(1, owner=True)},
        )  # fmt: skip
        self.manage("collectstatic", "--noinput", "--verbosity", "0")
        for number in DATA:
            self.application(number)
        made: dict[str, Any] = json.loads(done.stdout)
        return made

    def _is_reached(self) -> bool:
        url = self.settings(1, owner=True)["DATABASE_URL"]
        with psycopg.connect(url):
            return True

    def kill(self, number: int) -> None:
        """The machine dies: its agent and its database at once, and nothing says goodbye."""
        postmaster = self.postmaster(number)
        self.end(f"patroni{number}", signal.SIGKILL)
        os.kill(postmaster, signal.SIGKILL)

    def postmaster(self, number: int) -> int:
        path = self.home(number) / "clinic" / "postmaster.pid"
        return int(path.read_text().splitlines()[0])

    def stop(self) -> None:
        for name in sorted(self.running, key=lambda name: name.startswith("etcd")):
            self.end(name)
        for number in DATA:
            with suppress(OSError, ValueError):
                os.kill(self.postmaster(number), signal.SIGQUIT)
