"""The headers of every answer, and the cookies under HTTPS."""

from __future__ import annotations

import gzip
import json
import os
import secrets
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.http import HttpRequest
from django.test import Client
from pytest_django import Settings
from whitenoise import WhiteNoise

from tests.conftest import migrated_copy
from tests.factories.people import SiteFactory, person

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).parents[2]
EXPECTED = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains; preload",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


@pytest.fixture
def production(settings: Settings) -> None:
    settings.SECURE_HSTS_SECONDS = 31_536_000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = True
    settings.SECURE_SSL_REDIRECT = True


def fail(request: HttpRequest) -> None:
    raise RuntimeError("broken for the test")


def test_every_answer_of_ours_says_what_time_it_is(client: Client, production: None) -> None:
    """By which a tablet knows it from that of a proxy, refusals and failures too."""
    without = {name for name, answer in answers(client).items() if "X-Now" not in answer.headers}
    assert without == {"static"}


def answers(client: Client) -> dict[str, Any]:
    client.raise_request_exception = False
    staff = person(SiteFactory.create(), "nurse")
    found = {
        "sign-in page": client.get("/sign-in/", secure=True),
        "redirect to sign in": client.get("/", secure=True),
        "refused form": client.post("/sign-in/", {"login": "x", "password": "y"}, secure=True),
        "not found": client.get("/nothing-here/", secure=True),
        "static": client.get("/static/clinic/main.js", secure=True),
        "other host": client.get("/", secure=True, headers={"Host": "evil.example"}),
        "wrong method": client.get("/sign-out/", secure=True),
        "no token": Client(enforce_csrf_checks=True).post("/sign-in/", secure=True),
        "polled": client.get("/", secure=True, headers={"HX-Request": "true"}),
    }
    client.force_login(staff)
    return found | {
        "board": client.get("/", secure=True),
        "not allowed": client.get("/sessions/", secure=True),
        "failed": client.get("/account/", secure=True),
    }


def test_every_answer_carries_them(
    production: None, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from clinic.signin import account

    monkeypatch.setattr(account._Account, "get", lambda self, request: fail(request))
    settings.WHITENOISE_USE_FINDERS = settings.WHITENOISE_AUTOREFRESH = True
    found = answers(Client())
    statuses = {name: answer.status_code for name, answer in found.items()}
    assert statuses == {
        "sign-in page": 200,
        "redirect to sign in": 302,
        "refused form": 422,
        "not found": 404,
        "static": 200,
        "other host": 400,
        "wrong method": 405,
        "no token": 403,
        "polled": 401,
        "board": 200,
        "not allowed": 403,
        "failed": 500,
    }
    found["static"].close()
    for name, answer in found.items():
        for header, value in EXPECTED.items():
            assert answer.headers.get(header) == value, (name, header)
        policy = answer["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; "), name
        assert "unsafe" not in policy
        assert "camera=()" in answer["Permissions-Policy"], name
        if name != "static":
            assert "no-store" in answer["Cache-Control"], name


def test_a_page_is_compressed_and_never_twice_to_the_same_bytes() -> None:
    """What is secret in a page does not show in its length, nor in what repeats."""
    client = Client(headers={"Accept-Encoding": "gzip"})
    client.force_login(person(SiteFactory.create(), "nurse"))
    first, again = client.get("/"), client.get("/")
    assert first["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in first["Vary"]
    assert first["Content-Security-Policy"]
    assert "no-store" in first["Cache-Control"]
    assert first.content != again.content
    assert b"<html" in gzip.decompress(first.content)
    version = first.context["version"]
    empty = client.get(f"/?version={version}", headers={"HX-Request": "true"})
    assert (empty.status_code, empty.content) == (204, b"")
    assert not empty.has_header("Content-Encoding")


def test_an_export_that_is_sent_in_parts_is_compressed_whole() -> None:
    client = Client(headers={"Accept-Encoding": "gzip"})
    client.force_login(person(SiteFactory.create(), "administrator"))
    answer: Any = client.get("/access.csv")
    assert answer.streaming
    assert gzip.decompress(b"".join(answer.streaming_content)).splitlines()


def test_the_redirect_to_https_carries_what_a_browser_heeds_there(production: None) -> None:
    answer = Client().get("/sign-in/")
    assert answer.status_code == 301
    assert answer["Location"] == "https://testserver/sign-in/"
    assert answer["Content-Security-Policy"]
    assert answer["X-Frame-Options"] == "DENY"


SIGN_IN_AND_SAVE = """
import json, sys
import django
django.setup()
from django.core.management import call_command
from django.test import Client
call_command("migrate", verbosity=0)
from tests.factories.people import PASSWORD, SiteFactory, person
from clinic import actions, tablets
site = SiteFactory.create()
nurse, administrator = person(site, "nurse"), person(site, "administrator")
seen = {}
def note(answer):
    for name, morsel in answer.cookies.items():
        seen.setdefault(name, []).append({k: v for k, v in morsel.items() if v != ""})
    return answer
def walk(client, staff):
    note(client.get("/sign-in/", secure=True))
    body = {"login": staff.username, "password": PASSWORD}
    assert note(client.post("/sign-in/", body, secure=True)).status_code == 302
ajax = {"X-Requested-With": "XMLHttpRequest"}
note(Client().get("/sign-in/passkey/", secure=True, headers=ajax))
client = Client()
walk(client, nurse)
page = note(client.get("/patients/new/", secure=True))
from clinic.ids import uuid7
body = {"id": str(uuid7()), "mrn": "1", "family_name": "Smith", "given_name": "Jane",
        "date_of_birth": "1950-01-31", "sex": "female"}
saved = note(client.post(page.request["PATH_INFO"], body, secure=True))
assert saved.status_code == 302, saved.content.decode()
note(client.get(saved["Location"], secure=True))
tablet = actions.enrol_tablet(administrator, site, name="Room 1", device="a")
from django.http import HttpResponse
given = HttpResponse()
tablets.remember(given, tablet)
note(given)
note(client.post("/sign-out/", secure=True))
print(json.dumps(seen))
"""


def test_every_cookie_under_https_is_of_this_host_alone(
    tmp_path: Path, collected: dict[str, Any], pytestconfig: pytest.Config
) -> None:
    migrated_copy(pytestconfig, tmp_path / "clinic.sqlite3")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("CLINIC_", "DJANGO_"))}
    production = kept | {
        "DJANGO_SETTINGS_MODULE": "clinic.settings",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "CLINIC_TRAIL_KEYS": f"first:{secrets.token_urlsafe(50)}",
        "CLINIC_HOSTS": "testserver",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'clinic.sqlite3'}",
        "STATIC_ROOT": collected["STATIC_ROOT"],
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(
        [sys.executable, "-c", SIGN_IN_AND_SAVE],
        cwd=ROOT,
        env=production,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    seen: dict[str, list[dict[str, Any]]] = json.loads(done.stdout)
    plain = {name.removeprefix("__Host-") for name in seen}
    assert plain == {
        "sessionid", "csrftoken", "device", "active", "messages", "saved_draft", "tablet", "known",
        "challenge",
    }  # fmt: skip
    for name, times in seen.items():
        assert name.startswith("__Host-")
        for cookie in times:
            assert cookie["path"] == "/", name
            assert "domain" not in cookie, name
            assert cookie["samesite"] == "Lax", name
            is_gone = cookie.get("max-age") == 0
            assert cookie.get("secure") is True, name
            if name != "__Host-saved_draft" and not is_gone:
                assert cookie.get("httponly") is True, name


def test_a_drawing_names_its_charset() -> None:
    server = WhiteNoise(None, mimetypes=django_settings.WHITENOISE_MIMETYPES)
    icon = ROOT / "clinic" / "static" / "clinic" / "icon.svg"
    server.add_file_to_dictionary("/icon.svg", str(icon))
    answer = server.files["/icon.svg"].get_response("HEAD", {})
    assert dict(answer.headers)["Content-Type"] == "image/svg+xml; charset=utf-8"
