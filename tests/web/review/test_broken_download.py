"""A server that is killed while it sends a file leaves a failed transfer, never a short file."""

from __future__ import annotations

import http.client
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, connections
from django.test import Client

from clinic import clock
from clinic.models import Site, Staff
from monitoring.models import AccessEntry, Patient
from tests.engine import IS_WHOLE, USES_POSTGRESQL
from tests.factories.people import SiteFactory, person
from tests.factories.record import PatientFactory

ROOT = Path(__file__).parents[3]
TIMES = 20 if IS_WHOLE else 2
ROWS = 12_000
"""Of some 700 bytes: more than the buffers on the way hold."""
BUFFER = 32 * 1024


@pytest.mark.skipif(USES_POSTGRESQL and not IS_WHOLE, reason="the way is the same")
def test_a_file_ends_as_failed_wherever_the_server_is_killed(committed_db: None) -> None:
    site = SiteFactory.create()
    auditor = person(site, "auditor", first_name="A" * 150, last_name="B" * 150)
    fill(site, auditor)
    browser = Client()
    browser.force_login(auditor)
    cookie = browser.cookies[settings.SESSION_COOKIE_NAME].OutputString().partition(";")[0]
    connections.close_all()
    with serving() as (port, worker_of):
        for _ in range(TIMES):
            with asked(port, cookie) as answer:
                assert (answer.version, answer.status) == (11, 200)
                assert answer.getheader("Transfer-Encoding") == "chunked"
                answer.read(random.randrange(1, BUFFER))
                os.kill(worker_of(), signal.SIGKILL)
                with pytest.raises((http.client.IncompleteRead, ConnectionError)):
                    answer.read()
    kept = AccessEntry.objects.filter(action="exported")
    assert kept.count() == TIMES, "one a patient and export, before the first byte"


def fill(site: Site, staff: Staff) -> None:
    """A long log of one patient with a long name."""
    patient: Patient = PatientFactory.create(site=site, family_name="F" * 120, given_name="G" * 120)
    now = clock.now()
    AccessEntry.objects.bulk_create(
        AccessEntry(
            at=now,
            staff=staff,
            site=site,
            patient=patient,
            action="opened",
            page="session",
            device="d" * 40,
        )
        for _ in range(ROWS)
    )


@contextmanager
def serving() -> Iterator[tuple[int, Callable[[], int]]]:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = int(found.getsockname()[1])
    name = connection.settings_dict["NAME"]
    database = (
        os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{name}"
        if USES_POSTGRESQL
        else f"sqlite:///{name}"
    )
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "clinic.wsgi", "--bind", f"127.0.0.1:{port}",
         "--preload", "--workers", "1", "--threads", "2", "--no-control-socket",
         "--log-level", "critical"],
        cwd=ROOT, env=os.environ | {"DATABASE_URL": database},
    )  # fmt: skip

    def worker() -> int:
        children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
        return int(children[-1])

    try:
        yield port, worker
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)


@contextmanager
def asked(port: int, cookie: str) -> Iterator[http.client.HTTPResponse]:
    """The answer, through a connection that takes little at a time."""
    asks = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    for _ in range(300):
        asks.sock = socket.socket()
        asks.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
        try:
            asks.sock.connect(("127.0.0.1", port))
            break
        except ConnectionRefusedError:
            asks.sock.close()
            time.sleep(0.1)
    asks.request("GET", "/access.csv?action=opened", headers={"Cookie": cookie})
    try:
        yield asks.getresponse()
    finally:
        asks.close()
