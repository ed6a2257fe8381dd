"""Servers to measure, what of the processor they and the database used, and who asks them."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from urllib.parse import urlencode

from figures import ROOT

SERVED = "--workers=2", "--threads=4", "--no-control-socket", "--log-level=warning"
"""As `make run` does."""
TICKS = os.sysconf("SC_CLK_TCK")


class Server:
    """gunicorn with the configuration that it is shipped with, in a process session of its own."""

    def __init__(self, name: str, app: str, env: Mapping[str, str], log: Path) -> None:
        self.name, self.port = name, _free_port()
        self.database = env["DATABASE_URL"].rsplit("/", 1)[-1]
        self._log: IO[str] = log.open("w")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", app, f"--bind=127.0.0.1:{self.port}", *SERVED],
            cwd=ROOT,
            env={**os.environ, **env},
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,
        )

    def wait(self, path: str) -> None:
        for _ in range(100):
            try:
                Browser(self).get(path)
            except OSError:
                time.sleep(0.2)
            else:
                return
        raise SystemExit(f"{self.name} does not start: {self.told()}")

    def told(self) -> str:
        """The end of the server's log."""
        return Path(self._log.name).read_text()[-4000:]

    def seconds(self) -> float:
        """Of the processor, used so far by the server and by the database on its behalf."""
        return sum(_used(self._process.pid, self.database))

    def kill(self) -> None:
        """As when its machine is gone."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(20)
        self._log.close()

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(20)
        self._log.close()


def _free_port() -> int:
    """One that no other server has, such as that of a harness that runs beside this one."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _used(session: int, database: str) -> Iterator[float]:
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            fields = (folder / "stat").read_text().rpartition(") ")[2].split()
            words = (folder / "cmdline").read_bytes().decode(errors="replace").split()
        except OSError:
            continue
        # "postgres: clinic_app bench_product 127.0.0.1(4711) idle"
        if int(fields[3]) == session or (words[:1] == ["postgres:"] and database in words[:4]):
            yield (int(fields[11]) + int(fields[12])) / TICKS


class Browser:
    """One connection that is kept open, and the cookies of one person."""

    def __init__(self, server: Server, cookies: Mapping[str, str] | None = None) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        self._cookies = dict(cookies or {})
        self.headers: http.client.HTTPMessage | None = None
        self.bytes = 0

    def get(self, path: str, **headers: str) -> tuple[int, bytes]:
        return self._ask("GET", path, None, headers)

    def post(self, path: str, values: Mapping[str, str], **headers: str) -> tuple[int, bytes]:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        return self._ask("POST", path, urlencode(values), headers)

    def _ask(
        self, method: str, path: str, body: str | None, headers: dict[str, str]
    ) -> tuple[int, bytes]:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self._cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        try:
            answer = self._answer(method, path, body, sent)
        except ConnectionError:
            # The server closes a connection that has been idle for two seconds.
            self._connection.close()
            answer = self._answer(method, path, body, sent)
        content = answer.read()
        self.headers, self.bytes = answer.headers, len(content)
        for line in answer.headers.get_all("Set-Cookie") or []:
            if found := re.match(r'([^=]+)="?([^;"]*)', line):
                self._cookies[found[1]] = found[2]
        return answer.status, content

    def _answer(
        self, method: str, path: str, body: str | None, headers: Mapping[str, str]
    ) -> http.client.HTTPResponse:
        self._connection.request(method, path, body, headers)
        return self._connection.getresponse()


@contextmanager
def stopped(servers: list[Server]) -> Iterator[None]:
    try:
        yield
    finally:
        for server in servers:
            server.stop()
