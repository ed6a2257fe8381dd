"""Nothing that lets someone in, and nothing of a patient, is written to a log of the server."""

from __future__ import annotations

import logging.config
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import OperationalError
from django.test import Client

from clinic import staffing
from tests.factories.logged import save
from tests.factories.people import SiteFactory, person

ROOT = Path(__file__).parents[2]


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[StringIO]:
    """What the real handler, as configured, writes."""
    written = StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    before = logging.root.handlers[:]
    logging.config.dictConfig(settings.LOGGING)
    yield written
    logging.root.handlers[:] = before


@pytest.mark.django_db
@pytest.mark.parametrize(
    "body", [{"new_password1": "short", "new_password2": "short"}, {"new_password1": ""}]
)
def test_a_link_that_still_opens_is_not_in_the_log(log: StringIO, body: dict[str, str]) -> None:
    staff = person(SiteFactory.create(), "nurse")
    staff.set_unusable_password()
    save(staff)
    staff_id, token = staffing.link_of(staff)
    path = f"/invitation/{staff_id}/{token}/"
    assert Client().post(path, body).status_code == 422
    Client().get(f"{path}?x=1")
    Client().get(f"{path}no-such-page/")
    assert Client().get(path).status_code == 200, "it is still good"
    assert "Unprocessable" in log.getvalue()
    assert f"/invitation/{staff_id}/.../" in log.getvalue()
    assert str(token) not in log.getvalue()


def test_other_lines_are_written_as_they_are(log: StringIO) -> None:
    logging.getLogger("clinic").warning("%s may not %s, 100%%", "one", "view")
    assert "one may not view, 100%" in log.getvalue()


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def test_not_in_the_access_log_of_gunicorn_either(tmp_path: Path) -> None:
    port, token = free_port(), "abc-0123456789abcdef"
    keys = {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "CLINIC_TRAIL_KEYS": f"first:{secrets.token_urlsafe(50)}",
        "CLINIC_HTTPS": "1",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'none.sqlite3'}",
    }
    written = tmp_path / "log"
    with written.open("w") as out:
        server = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "clinic.wsgi", "--bind", f"127.0.0.1:{port}",
             "--access-logfile", "-", "--no-control-socket"],
            cwd=ROOT, env=os.environ | keys, stdout=out, stderr=out,
        )  # fmt: skip
        try:
            ask(f"http://127.0.0.1:{port}/invitation/0f/{token}/?q=1", server)
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(30)
    lines = written.read_text()
    assert re.search(r'"GET /invitation/0f/\.\.\./\?q=1 HTTP/1.1" 301', lines), lines
    assert token not in lines


def ask(address: str, server: subprocess.Popen[bytes]) -> None:
    """Until the server answers, with whatever."""

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *args: Any, **kwargs: Any) -> None:
            return None

    for _ in range(300):
        assert server.poll() is None, "it did not start"
        try:
            urllib.request.build_opener(Stay).open(address, timeout=10)
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)


def test_an_outage_of_the_database_is_a_few_lines_a_request(log: StringIO) -> None:
    def fail(error: Exception, depth: int = 20) -> None:
        if depth:
            fail(error, depth - 1)
        raise error

    counted = []
    for error in (ValueError("Smith"), lost()):
        before = len(log.getvalue())
        try:
            fail(error)
        except type(error):
            logging.getLogger("clinic").exception("it failed")
        counted.append(log.getvalue()[before:].count("\n"))
    assert "Smith" not in log.getvalue()
    ours, outage = counted
    assert ours > 5 >= outage


def lost() -> OperationalError:
    error = OperationalError("the row of Smith")
    error.__cause__ = psycopg.OperationalError("the row of Smith")
    return error
