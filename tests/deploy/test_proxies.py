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
from concurrent.futures import ThreadPoolExecutor
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
    numbers: int

    @property
    def socket_path(self) -> str:
        return str(self.folder / "clinic.sock")

    @property
    def log(self) -> str:
        return (self.folder / "log" / "access.log").read_text()

    def open(self) -> ssl.SSLSocket:
        context = ssl.create_default_context(cafile=str(self.folder / "tls" / "fullchain.pem"))
        found = socket.create_connection(("127.0.0.1", self.secure), timeout=30)
        return context.wrap_socket(found, server_hostname=NAME)

    def local(self) -> socket.socket:
        """The socket that the proxy reaches the server by."""
        found = socket.socket(socket.AF_UNIX)
        found.settimeout(30)
        found.connect(self.socket_path)
        return found

    def ask(self, path: str, method: str = "GET", body: bytes = b"", **headers: str) -> Answer:
        return ask(self.open(), path, method, body, **headers)

    def filled(self, recipe: str) -> str:
        text = (DEPLOY / recipe).read_text()
        here = {
            "/run/clinic.sock": self.socket_path,
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
    clinic = Clinic(tmp_path_factory.mktemp("c"), free_port(), free_port(), free_port())
    for name in ("tls", "log", "counts"):
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
        "PROMETHEUS_MULTIPROC_DIR": str(clinic.folder / "counts"),
    }
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("CLINIC_", "DJANGO_"))}
    environment |= given
    manage = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(manage, cwd=ROOT, env=environment, check=True)
    unit = (DEPLOY / "systemd" / "clinic.service").read_text()
    (start,) = re.findall(r"^ExecStart=\S+ (.+)$", unit, re.MULTILINE)
    server = subprocess.Popen(
        [sys.executable, *start.split(), "--bind", f"unix:{clinic.socket_path}"],
        cwd=ROOT, env=environment,
    )  # fmt: skip
    try:
        _wait_for(Path(clinic.socket_path))
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
    numbers = clinic.folder / "numbers.conf"
    numbers.write_text(clinic.filled("nginx-metrics.conf").replace("9180", str(clinic.numbers)))
    kept = "".join(
        f"{kind}_temp_path {clinic.folder}/{kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    main = clinic.folder / "nginx.conf"
    user = "user root;" if os.geteuid() == 0 else ""
    main.write_text(
        f"{user} daemon off; pid {clinic.folder}/nginx.pid; error_log {clinic.folder}/error;"
        f"events {{}} http {{ {kept} include {site}; include {numbers}; }}"
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
    assert ask(clinic.local(), "/health/").status in {200, 503}


def test_prometheus_reads_what_all_processes_counted_whichever_answers(served: Clinic) -> None:
    before, https = _counted(served), {"X-Forwarded-Proto": "https"}

    def fetch(_: int) -> int:
        return ask(served.local(), "/sw.js", "GET", b"", **https).status

    with ThreadPoolExecutor(9) as clients:
        assert set(clients.map(fetch, range(45))) == {200}
    for _ in range(9):
        assert _counted(served) == before + 45
    answered = {file.name for file in (served.folder / "counts").glob("summary_*")}
    assert len(answered) == 3
    assert len([one for one in answered if b"service-worker" in _read(served, one)]) > 1


def _read(served: Clinic, file: str) -> bytes:
    return (served.folder / "counts" / file).read_bytes()


def _counted(served: Clinic) -> float:
    """How often the page was asked for, as one process says it of all."""
    text = ask(served.local(), "/metrics/").body.decode()
    line = r'^clinic_page_seconds_count\{.*page="service-worker".*\} (\S+)$'
    return sum(map(float, re.findall(line, text, re.MULTILINE)))


def test_alerts_and_their_page_name_what_is_measured(served: Clinic) -> None:
    told = ask(served.local(), "/metrics/").body.decode()
    page = (DEPLOY / "README.md").read_text()
    alerts = (DEPLOY / "clinic-alerts.yml").read_text()
    named = set(re.findall(r"`(clinic_\w+)", page)) | set(re.findall(r"\bclinic_\w+", alerts))
    assert {"clinic_health", "clinic_refused_total", "clinic_page_seconds_count"} <= named
    assert [name for name in named if not re.search(rf"^{name}[{{ ]", told, re.MULTILINE)] == []


def test_what_is_measured_is_for_this_machine_and_for_who_has_the_token(clinic: Clinic) -> None:
    assert clinic.ask("/metrics/").status == 404
    told = clinic.ask("/metrics/", Authorization=f"Bearer {TOKEN}")
    assert b"clinic_health{" in told.body


@pytest.mark.parametrize("clinic", PROXIES[:1], indirect=True)
def test_prometheus_on_this_machine_needs_no_token(clinic: Clinic) -> None:
    """nginx has a place for it, and for nothing else of the record."""

    def here(path: str) -> Answer:
        return ask(socket.create_connection(("127.0.0.1", clinic.numbers), timeout=30), path)

    assert b"clinic_health{" in here("/metrics/").body
    assert [here(path).status for path in ("/health/", "/sign-in/", "/")] == [404] * 3


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
            one.connect(served.socket_path)
            one.sendall(f"POST /sign-in/ HTTP/1.1\r\nHost: {NAME}\r\nX-Slow: ".encode())
            slow.append(one)
        last = socket.socket(socket.AF_UNIX)
        last.settimeout(2)
        last.connect(served.socket_path)
        with pytest.raises(TimeoutError):
            ask(last, "/health/")
    finally:
        for one in slow:
            one.close()
