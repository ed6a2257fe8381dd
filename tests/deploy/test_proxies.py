"""nginx and Caddy as they are shipped, before the server as its unit starts it, on loopback."""

from __future__ import annotations

import http.client
import json
import os
import re
import secrets
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT, migrated_copy
from tests.engine import USES_POSTGRESQL

DEPLOY = ROOT / "docs" / "deploy"
NAME = "record.clinic.example"
SLOW = 200
TOKEN = "a-token-of-the-tests"
PROXIES = [
    pytest.param(name, marks=pytest.mark.skipif(shutil.which(name) is None, reason="not installed"))
    for name in ("nginx", "caddy")
]
pytestmark = pytest.mark.skipif(USES_POSTGRESQL, reason="the proxy knows no database")


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@dataclass
class Clinic:
    folder: Path
    plain: int
    secure: int

    @property
    def socket(self) -> str:
        return str(self.folder / "clinic.sock")

    @property
    def log(self) -> str:
        return (self.folder / "log" / "access.log").read_text()

    def open(self) -> ssl.SSLSocket:
        context = ssl.create_default_context(cafile=str(self.folder / "tls" / "fullchain.pem"))
        found = socket.create_connection(("127.0.0.1", self.secure), timeout=30)
        return context.wrap_socket(found, server_hostname=NAME)

    def ask(self, path: str, method: str = "GET", body: bytes = b"", **headers: str) -> Answer:
        return ask(self.open(), path, method, body, **headers)

    def filled(self, recipe: str) -> str:
        text = (DEPLOY / recipe).read_text()
        here = {
            "/run/clinic.sock": self.socket,
            "/etc/clinic/tls": str(self.folder / "tls"),
            "/var/log/clinic": str(self.folder / "log"),
        }
        for there, place in here.items():
            text = text.replace(there, place)
        return text


@dataclass
class Answer:
    status: int
    headers: Message
    body: bytes


def ask(
    connected: socket.socket, path: str, method: str = "GET", body: bytes = b"", **headers: str
) -> Answer:
    with closing(http.client.HTTPConnection(NAME)) as connection:
        connection.sock = connected
        connection.request(method, path, body, {"Host": NAME, "Connection": "close", **headers})
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read())


@pytest.fixture(scope="module")
def served(
    tmp_path_factory: pytest.TempPathFactory, collected: dict[str, Any], pytestconfig: pytest.Config
) -> Iterator[Clinic]:
    """The server as its unit starts it, behind a socket that no proxy stands at yet."""
    clinic = Clinic(tmp_path_factory.mktemp("c"), free_port(), free_port())
    for name in ("tls", "log"):
        (clinic.folder / name).mkdir()
    _certify(clinic.folder / "tls")
    database = clinic.folder / "clinic.sqlite3"
    migrated_copy(pytestconfig, database)
    lines = (DEPLOY / "settings.env").read_text().splitlines()
    given = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    given |= {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "CLINIC_TRAIL_KEYS": f"first:{secrets.token_urlsafe(50)}",
        "DATABASE_URL": f"sqlite:///{database}",
        "STATIC_ROOT": collected["STATIC_ROOT"],
        "CLINIC_STATE": str(clinic.folder / "state"),
        "CLINIC_HEALTH_TOKEN": TOKEN,
    }
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("CLINIC_", "DJANGO_"))}
    environment |= given
    manage = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(manage, cwd=ROOT, env=environment, check=True)
    unit = (DEPLOY / "systemd" / "clinic.service").read_text()
    (start,) = re.findall(r"^ExecStart=\S+ (.+)$", unit, re.MULTILINE)
    server = subprocess.Popen(
        [sys.executable, *start.split(), "--bind", f"unix:{clinic.socket}"],
        cwd=ROOT, env=environment,
    )  # fmt: skip
    try:
        _wait_for(Path(clinic.socket))
        yield clinic
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)


def _certify(folder: Path) -> None:
    make = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
    subprocess.run(
        [*make.split(), "-keyout", folder / "key.pem", "-out", folder / "fullchain.pem",
         "-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}"],
        check=True, capture_output=True,
    )  # fmt: skip


def _wait_for(path: Path) -> None:
    for _ in range(600):
        if path.exists():
            return
        time.sleep(0.05)
    raise AssertionError(f"{path} did not appear")


@pytest.fixture(scope="module", params=PROXIES)
def clinic(request: pytest.FixtureRequest, served: Clinic) -> Iterator[Clinic]:
    (served.folder / "log" / "access.log").unlink(missing_ok=True)
    start = _nginx(served) if request.param == "nginx" else _caddy(served)
    environment = os.environ | {"XDG_DATA_HOME": str(served.folder), "HOME": str(served.folder)}
    proxy = subprocess.Popen(start, env=environment, stderr=subprocess.DEVNULL)
    try:
        for port in (served.plain, served.secure):
            _wait_until_open(port)
        yield served
    finally:
        proxy.send_signal(signal.SIGTERM)
        proxy.wait(30)


def _wait_until_open(port: int) -> None:
    for _ in range(600):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("the proxy did not start")


def _nginx(clinic: Clinic) -> list[str]:
    site = clinic.folder / "site.conf"
    text = clinic.filled("nginx.conf")
    text = text.replace("listen 443", f"listen 127.0.0.1:{clinic.secure}")
    site.write_text(text.replace("listen 80", f"listen 127.0.0.1:{clinic.plain}"))
    kept = "".join(
        f"{kind}_temp_path {clinic.folder}/{kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    main = clinic.folder / "nginx.conf"
    user = "user root;" if os.geteuid() == 0 else ""
    main.write_text(
        f"{user} daemon off; pid {clinic.folder}/nginx.pid; error_log {clinic.folder}/error;"
        f"events {{}} http {{ {kept} include {site}; }}"
    )
    subprocess.run(["nginx", "-t", "-c", main], check=True, capture_output=True)
    return ["nginx", "-c", str(main)]


def _caddy(clinic: Clinic) -> list[str]:
    path = clinic.folder / "Caddyfile"
    ports = f"http_port {clinic.plain}\n\thttps_port {clinic.secure}"
    here = f"{{\n\tadmin off\n\tdefault_bind 127.0.0.1\n\t{ports}\n\tservers {{"
    path.write_text(clinic.filled("Caddyfile").replace("{\n\tservers {", here, 1))
    return ["caddy", "run", "--config", str(path), "--adapter", "caddyfile"]


def test_the_sign_in_page_comes_over_tls_and_its_cookies_stay_there(clinic: Clinic) -> None:
    page = clinic.ask("/sign-in/")
    assert page.status == 200
    assert b"Sign in" in page.body
    assert page.headers["Strict-Transport-Security"] == "max-age=31536000"
    cookies = page.headers.get_all("Set-Cookie") or []
    assert cookies
    assert all("Secure" in cookie and cookie.startswith("__Host-") for cookie in cookies)


def test_without_tls_one_is_sent_to_tls(clinic: Clinic) -> None:
    plain = socket.create_connection(("127.0.0.1", clinic.plain), timeout=30)
    answer = ask(plain, "/sign-in/")
    assert answer.status in {301, 308}
    assert answer.headers["Location"].startswith(f"https://{NAME}")


def test_the_health_of_the_server_is_for_this_machine_and_for_who_has_the_token(
    clinic: Clinic,
) -> None:
    assert clinic.ask("/health/").status == 404
    forged = {"X-Forwarded-For": "127.0.0.1", "Forwarded": "for=127.0.0.1"}
    assert clinic.ask("/health/", "GET", b"", **forged).status == 404
    told = clinic.ask("/health/", Authorization=f"Bearer {TOKEN}")
    assert json.loads(told.body)["checks"]["database"]["status"] == "ok"
    here = socket.socket(socket.AF_UNIX)
    here.connect(clinic.socket)
    assert ask(here, "/health/").status in {200, 503}


def test_a_request_that_is_too_large_is_ended_at_the_proxy(clinic: Clinic) -> None:
    """By its length: a proxy that ends it does not wait for the rest, so that none is sent here."""
    large = {"Content-Length": "2500000"}
    assert clinic.ask("/sign-in/", "POST", b"", **large).status == 413


def test_the_log_has_neither_a_query_nor_the_secret_of_a_link(clinic: Clinic) -> None:
    clinic.ask("/sign-in/?next=/patients/%3Fq=Smith")
    clinic.ask("/invitation/0f0f/a-secret-token/?q=Smith")
    for _ in range(100):
        if "/invitation/0f0f/" in clinic.log:
            break
        time.sleep(0.05)
    assert "/sign-in/" in clinic.log
    assert "/invitation/0f0f/" in clinic.log
    assert "Smith" not in clinic.log
    assert "a-secret-token" not in clinic.log


def test_two_hundred_slow_clients_keep_no_one_out(clinic: Clinic) -> None:
    """Half send half a header, half send half a body; each waits for more."""
    half = f"POST /sign-in/ HTTP/1.1\r\nHost: {NAME}\r\n".encode()
    slow = [clinic.open() for _ in range(SLOW)]
    try:
        for index, one in enumerate(slow):
            one.sendall(half + (b"Content-Length: 1000\r\n\r\nab" if index % 2 else b"X-Slow: "))
        connected = clinic.open()
        connected.settimeout(5)
        assert ask(connected, "/sign-in/").status == 200
    finally:
        for one in slow:
            one.close()


def test_without_a_proxy_a_few_slow_clients_keep_everyone_out(served: Clinic) -> None:
    """The control: it is the proxy that keeps the threads free."""
    slow = []
    try:
        for _ in range(60):
            one = socket.socket(socket.AF_UNIX)
            one.connect(served.socket)
            one.sendall(f"POST /sign-in/ HTTP/1.1\r\nHost: {NAME}\r\nX-Slow: ".encode())
            slow.append(one)
        last = socket.socket(socket.AF_UNIX)
        last.settimeout(2)
        last.connect(served.socket)
        with pytest.raises(TimeoutError):
            ask(last, "/health/")
    finally:
        for one in slow:
            one.close()
