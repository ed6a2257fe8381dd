"""Who needs a second factor, and what a second factor is worth."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from cryptography.exceptions import InvalidTag
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from pytest_django import Settings

from clinic.models import Site, Staff, TrailEntry
from tests.factories.logged import save
from tests.factories.passkeys import Passkey
from tests.factories.people import PASSWORD, SiteFactory, person
from tests.factories.second_factors import App

pytestmark = pytest.mark.django_db

WORK = {"nurse": "/", "clinician": "/", "administrator": "/sessions/", "auditor": "/sessions/"}


@pytest.fixture
def site(db: None) -> Site:
    return SiteFactory.create(requires_second_factor=True)


@pytest.fixture
def clinician(site: Site) -> Staff:
    return person(site, "clinician")


def first_step(staff: Staff, **more: str) -> Client:
    client = Client()
    answer = client.post("/sign-in/", {"login": staff.username, "password": PASSWORD} | more)
    assert answer["Location"] == "/sign-in/code/"
    return client


def second_step(client: Client, code: str) -> Any:
    return client.post("/sign-in/code/", {"code": code})


def signed_in(staff: Staff) -> Client:
    client = Client()
    client.post("/sign-in/", {"login": staff.username, "password": PASSWORD})
    return client


@pytest.mark.parametrize("role", ["clinician", "administrator"])
def test_clinicians_and_administrators_do_nothing_without_one(site: Site, role: str) -> None:
    client = signed_in(person(site, role))
    for page in (WORK[role], "/patients/", "/protocols/"):
        assert client.get(page)["Location"] == "/account/"
    page = client.get("/account/").content.decode()
    assert f"Your role at {site.name} needs a second factor" in page
    assert client.get("/account/pin/").status_code in {200, 302}


@pytest.mark.parametrize("role", ["nurse", "auditor"])
def test_nurses_and_auditors_need_none(site: Site, role: str) -> None:
    client = signed_in(person(site, role))
    assert client.get(WORK[role]).status_code == 200
    assert "needs a second factor" not in client.get("/account/").content.decode()


@pytest.mark.parametrize("role", sorted(WORK))
def test_where_the_site_asks_for_none_no_one_needs_one(role: str) -> None:
    client = signed_in(person(SiteFactory.create(requires_second_factor=False), role))
    assert client.get(WORK[role]).status_code == 200


def test_who_has_one_is_asked_for_it_whatever_the_role_and_site() -> None:
    nurse = person(SiteFactory.create(requires_second_factor=False), "nurse")
    App(nurse)
    client = first_step(nurse)
    assert client.get("/").status_code == 302
    assert "_auth_user_id" not in client.session


def test_a_code_lets_in_and_the_session_knows_how(clinician: Staff) -> None:
    app = App(clinician)
    client = first_step(clinician)
    assert second_step(client, app.code)["Location"] == "/home/"
    assert client.session["means"] == ["password", "totp"]
    assert client.get("/").status_code == 200


def test_the_page_that_was_asked_for_is_kept_through_the_second_step(clinician: Staff) -> None:
    app = App(clinician)
    client = first_step(clinician, next="/patients/?q=a")
    assert second_step(client, "000000").status_code == 422
    assert second_step(client, app.code)["Location"] == "/patients/?q=a"
    client = first_step(clinician, next="/patients/?q=a")
    assert client.post("/sign-in/code/", {"again": "1"})["Location"] == (
        "/sign-in/?next=/patients/%3Fq%3Da"
    )
    assert client.get("/sign-in/code/")["Location"] == "/sign-in/"


@pytest.fixture
def travel(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Set the time of codes, limits and the cache."""

    def to(seconds: float) -> None:
        monkeypatch.setattr(time, "time", lambda: seconds)
        now = datetime.fromtimestamp(seconds, UTC)
        monkeypatch.setattr("django.core.cache.backends.db.tz_now", lambda: now)

    return to


@pytest.mark.parametrize("period", [-1, 0, 1])
def test_a_code_works_once_for_as_long_as_it_is_valid(
    clinician: Staff, travel: Callable[[float], None], period: int
) -> None:
    app, began = App(clinician), 1_800_000_000
    travel(began)
    code = app.code_at(period)
    assert second_step(first_step(clinician), code).status_code == 302
    for later in (1, 29, 35, 62, 89):
        travel(began + later)
        answer = second_step(first_step(clinician), code)
        assert answer.status_code == 422, later
        assert "was used already" in answer.content.decode()


def test_the_code_that_added_the_app_does_not_sign_in(clinician: Staff) -> None:
    client = signed_in(clinician)
    client.post("/account/confirm/", {"password": PASSWORD})
    client.get("/account/app/")
    secret = client.session["mfa.totp.secret"]
    app = App.__new__(App)
    app.secret = secret
    code = app.code
    assert client.post("/account/app/", {"code": code}).status_code == 302
    assert second_step(first_step(clinician), code).status_code == 422
    assert second_step(first_step(clinician), app.code_at(1)).status_code == 302


def test_a_recovery_code_works_once(clinician: Staff) -> None:
    app = App(clinician)
    assert second_step(first_step(clinician), app.codes[2]).status_code == 302
    assert second_step(first_step(clinician), app.codes[2]).status_code == 422
    assert (
        second_step(first_step(clinician), f" {app.codes[3][:4]}-{app.codes[3][4:]} ").status_code
        == 302
    )
    assert Authenticator.objects.get(
        user=clinician, type="recovery_codes"
    ).wrap().get_unused_codes() == [c for c in app.codes if c not in app.codes[2:4]]


def test_five_wrong_codes_and_even_the_right_one_waits(clinician: Staff) -> None:
    app = App(clinician)
    for _ in range(5):
        second_step(first_step(clinician), "000000")
    answer = second_step(first_step(clinician), app.code)
    assert answer.status_code == 422
    assert "Too many wrong attempts" in answer.content.decode()


def test_a_wrong_code_is_told_on_the_persons_trail_without_the_code(clinician: Staff) -> None:
    App(clinician)
    second_step(first_step(clinician), "246810")
    told = TrailEntry.objects.filter(chain=clinician.pk).latest("seq")
    assert told.verb == "second_factor_failed"
    assert json.loads(told.payload)["detail"] == {"type": "totp"}
    assert "246810" not in told.payload


def test_secrets_stand_encrypted_in_the_database(clinician: Staff) -> None:
    app = App(clinician)
    with connection.cursor() as cursor:
        cursor.execute("SELECT data FROM mfa_authenticator")
        kept = str(cursor.fetchall())
    assert app.secret not in kept
    assert not any(code in kept for code in app.codes)


def test_a_new_secret_key_opens_what_the_one_before_closed(
    clinician: Staff, settings: Settings
) -> None:
    app = App(clinician)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key, of after the change"
    assert second_step(first_step(clinician), app.code).status_code == 302
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(InvalidTag):
        Authenticator.objects.get(user=clinician, type="totp").wrap().validate_code(app.code)


def test_a_secret_that_was_not_added_yet_is_gone_from_the_session_afterwards(
    clinician: Staff,
) -> None:
    client = signed_in(clinician)
    client.post("/account/confirm/", {"password": PASSWORD})
    client.get("/account/app/")
    app = App.__new__(App)
    app.secret = client.session["mfa.totp.secret"]
    client.post("/account/app/", {"code": app.code})
    kept = [s.get_decoded() for s in Session.objects.all()]
    assert app.secret not in str(kept)


def test_who_is_deactivated_between_the_steps_is_told_what_everyone_is(clinician: Staff) -> None:
    app = App(clinician)
    client = first_step(clinician)
    clinician.is_active = False
    save(clinician)
    answer = client.post("/sign-in/code/", {"code": app.code}, follow=True)
    assert answer.redirect_chain[-1][0] == "/sign-in/"
    assert "do not belong together" in answer.content.decode()
    assert "_auth_user_id" not in client.session
    told = TrailEntry.objects.filter(chain=clinician.pk).values_list("verb", flat=True)
    assert "sign_in" not in told


def test_the_second_step_is_not_reached_without_the_first(clinician: Staff) -> None:
    app = App(clinician)
    for method in ("get", "post"):
        answer = getattr(Client(), method)("/sign-in/code/", {"code": app.code})
        assert answer["Location"] == "/sign-in/"


def test_a_passkey_after_the_password(clinician: Staff) -> None:
    passkey = Passkey.added(clinician)
    client = first_step(clinician)
    options = client.get("/sign-in/code/").context["options"]
    stranger = Passkey(person(SiteFactory.create(), "clinician"))
    others = [stranger.used(options), passkey.used(options, is_verified=False)]
    for wrong in ("{}", "[]", *map(json.dumps, others)):
        answer = client.post("/sign-in/code/", {"credential": wrong})
        assert answer.status_code == 422
        assert "This passkey does not work here" in answer.content.decode()
    options = client.get("/sign-in/code/").context["options"]
    answer = client.post("/sign-in/code/", {"credential": json.dumps(passkey.used(options))})
    assert answer["Location"] == "/home/"
    assert client.session["means"] == ["password", "webauthn"]
    told = TrailEntry.objects.filter(chain=clinician.pk).values_list("verb", flat=True)
    assert list(told).count("second_factor_failed") == 4
