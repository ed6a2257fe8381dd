"""Signing in with a password, and out: the words, the limits, the page that was asked for."""

from __future__ import annotations

import re
from random import Random
from typing import Any

import pytest
from django.core.cache import cache, caches
from django.db import connection
from django.test import Client
from django.urls import NoReverseMatch, reverse
from pytest_django import Settings

from clinic.models import Membership, Staff
from monitoring.management.demo.people import let_in, open_clinic
from tests.clinic.signing_in import sign_in
from tests.clock import TestClock
from tests.factories.logged import delete, insert, save
from tests.factories.people import PASSWORD, SiteFactory, person

pytestmark = pytest.mark.django_db


def test_a_nurse_lands_on_the_board_and_an_administrator_on_the_register() -> None:
    site = SiteFactory.create()
    for role, page in (("nurse", "/"), ("administrator", "/sessions/")):
        staff = person(site, role)
        body = {"login": staff.username, "password": PASSWORD}
        answer = Client().post("/sign-in/", body, follow=True)
        assert answer.redirect_chain[-1][0] == page


def test_a_wrong_name_and_a_wrong_password_are_told_alike_and_the_name_is_kept() -> None:
    staff = person(SiteFactory.create(), "nurse")
    answers = [
        Client().post("/sign-in/", {"login": name, "password": "wrong"}).content.decode()
        for name in (staff.username, "nobody-of-that-name")
    ]
    for page, name in zip(answers, (staff.username, "nobody-of-that-name"), strict=True):
        assert "do not belong together" in page
        assert f'value="{name}"' in page


def test_signing_out_takes_a_post() -> None:
    client = Client()
    client.force_login(person(SiteFactory.create(), "nurse"))
    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/").status_code == 302
    assert client.get("/").status_code == 302


def test_after_sign_in_no_foreign_address_is_followed() -> None:
    staff = person(SiteFactory.create(), "nurse")
    body = {"login": staff.username, "password": PASSWORD, "next": "https://evil.example/"}
    assert Client().post("/sign-in/", body)["Location"] == "/home/"


def test_pages_are_not_kept_and_run_no_inline_script() -> None:
    client = Client()
    client.force_login(person(SiteFactory.create(), "nurse"))
    answer = client.get("/")
    assert answer["Cache-Control"] == "no-store"
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer["X-Frame-Options"] == "DENY"


@pytest.fixture
def demo(clock: TestClock) -> None:
    """The people of the demo, with their password."""
    open_clinic(clock.now(), Random("1"), "demo-clinic")
    let_in("demo-clinic")


@pytest.mark.parametrize("is_demo", [True, False])
def test_the_demo_alone_says_who_can_sign_in(settings: Settings, demo: None, is_demo: bool) -> None:
    settings.CLINIC_DEMO = is_demo
    page = Client().get("/sign-in/").content.decode()
    assert [name in page for name in ("rosa", "samuel", "Lakeside Clinic")] == [is_demo] * 3


def test_the_demo_never_says_who_else_can_sign_in(settings: Settings, demo: None) -> None:
    settings.CLINIC_DEMO = True
    elsewhere = SiteFactory.create(name="Real Clinic")
    staff = person(elsewhere, "nurse")
    insert(Membership(staff=Staff.objects.get(username="rosa"), site=elsewhere, role="nurse"))
    page = Client().get("/sign-in/").content.decode()
    assert "rosa" in page
    assert staff.username not in page
    assert elsewhere.name not in page


def test_the_demo_switch_in_another_database_names_no_one(settings: Settings) -> None:
    settings.CLINIC_DEMO = True
    rosa = person(SiteFactory.create(name="Lakeside Clinic"), "nurse", username="rosa")
    page = Client().get("/sign-in/").content.decode()
    assert rosa.username not in page


def test_a_poll_of_someone_signed_out_is_told_so_without_a_redirect() -> None:
    assert Client().get("/", headers={"HX-Request": "true"}).status_code == 401


def test_a_person_without_a_role_is_told_whom_to_ask() -> None:
    staff = person(SiteFactory.create(), "nurse")
    delete(staff.memberships.get())
    client = Client()
    client.force_login(staff)
    answer = client.get("/home/")
    assert answer.status_code == 403
    assert "Ask an administrator" in answer.content.decode()


def test_what_is_refused_answers_422_and_never_shows_the_password_again() -> None:
    staff = person(SiteFactory.create(), "nurse")
    answer = sign_in(Client(), staff.username, "a secret guess")
    assert answer.status_code == 422
    assert "a secret guess" not in answer.content.decode()
    assert sign_in(Client(), "", "").content.decode().count("Enter this.") == 4


def words(answer: Any) -> str:
    """The page without what differs by request: the form's token and the name that was typed."""
    page = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.content.decode())
    return re.sub(r'data-now="[^"]+"|value="[^"]*"', "", page)


def test_unknown_deactivated_and_invited_people_are_told_what_everyone_is() -> None:
    site = SiteFactory.create()
    known, gone, invited = (person(site, "nurse") for _ in range(3))
    gone.is_active = False
    save(gone)
    invited.set_unusable_password()
    save(invited)
    told = {
        words(sign_in(Client(), name, password))
        for name, password in (
            (known.username, "wrong"),
            (gone.username, PASSWORD),
            (gone.username, "wrong"),
            (invited.username, PASSWORD),
            ("nobody-of-that-name", PASSWORD),
        )
    }
    assert len(told) == 1


@pytest.mark.parametrize("is_known", [True, False])
def test_after_five_wrong_tries_even_the_right_password_waits(is_known: bool) -> None:
    staff = person(SiteFactory.create(), "nurse")
    name = staff.username if is_known else "nobody-of-that-name"
    for _ in range(5):
        assert "do not belong together" in sign_in(Client(), name, "wrong").content.decode()
    answer = sign_in(Client(), name)
    assert answer.status_code == 422
    assert "Too many wrong attempts" in answer.content.decode()
    # Neither another case of the name nor another port in the header begins anew.
    for same in (name.upper(), f" {name} "):
        assert "Too many" in sign_in(Client(), same).content.decode()
    answer = Client().post(
        "/sign-in/", {"login": name, "password": PASSWORD}, headers={"Host": "testserver:8443"}
    )
    assert "Too many" in answer.content.decode()
    other = person(SiteFactory.create(), "nurse")
    assert sign_in(Client(), other.username).status_code == 302


def test_the_limits_stand_in_the_database_for_every_process() -> None:
    staff = person(SiteFactory.create(), "nurse")
    for _ in range(5):
        sign_in(Client(), staff.username, "wrong")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM clinic_cache WHERE cache_key LIKE '%login_failed%'")
        assert cursor.fetchone()[0] >= 1
    # Another process has a cache object of its own.
    caches["default"] = caches.create_connection("default")
    assert "Too many" in sign_in(Client(), staff.username).content.decode()


def test_many_other_names_do_not_make_the_limits_forget_one() -> None:
    staff = person(SiteFactory.create(), "nurse")
    for _ in range(5):
        sign_in(Client(), staff.username, "wrong")
    for number in range(400):
        cache.set(f"of another name {number}".replace(" ", "-"), [1.0], 300)
    assert "Too many" in sign_in(Client(), staff.username).content.decode()


def test_signing_in_changes_the_key_of_the_session() -> None:
    staff = person(SiteFactory.create(), "nurse")
    client = Client()
    session = client.session
    session["of"] = "before"
    session.save()
    before = client.session.session_key
    assert before
    sign_in(client, staff.username)
    assert client.session.session_key != before
    assert Client().get("/", headers={"Cookie": f"sessionid={before}"}).status_code == 302


def test_no_one_signs_up_and_no_one_asks_for_a_password_by_mail() -> None:
    for name in ("account_signup", "account_reset_password", "account_email", "mfa_reauthenticate"):
        with pytest.raises(NoReverseMatch):
            reverse(name)
    for path in ("/sign-up/", "/signup/", "/accounts/signup/", "/sign-in/signup/"):
        assert Client().get(path).status_code == 404


def test_the_page_that_was_asked_for_is_kept_when_the_password_was_wrong_first() -> None:
    staff = person(SiteFactory.create(), "nurse")
    client = Client()
    answer = client.get("/patients/?q=a&b=c")
    page = client.get(answer["Location"]).content.decode()
    assert 'name="next" value="/patients/?q=a&amp;b=c"' in page
    refused = sign_in(client, staff.username, "wrong", next="/patients/?q=a&b=c")
    assert 'name="next" value="/patients/?q=a&amp;b=c"' in refused.content.decode()
    answer = sign_in(client, staff.username, next="/patients/?q=a&b=c")
    assert answer["Location"] == "/patients/?q=a&b=c"


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/",
        "//evil.example/",
        "http:evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "http://localhost/",
        "http://127.0.0.1:9/",
        "\x08//evil.example",
    ],
)
def test_no_address_of_another_host_is_followed_on_any_way_in(
    address: str, settings: Settings
) -> None:
    settings.ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
    staff = person(SiteFactory.create(), "nurse")
    assert sign_in(Client(), staff.username, next=address)["Location"] == "/home/"
    page = Client().get("/sign-in/", {"next": address}).content.decode()
    assert 'name="next" value=""' in page
    client = Client()
    client.force_login(staff)
    assert client.get("/sign-in/", {"next": address})["Location"] == "/home/"
    answer = client.post("/account/confirm/", {"password": PASSWORD, "next": address})
    assert answer["Location"] == "/home/"
    wrong = Client().post("/sign-in/passkey/", {"credential": "{}", "next": address})
    assert wrong["Location"] == "/sign-in/"


def test_a_page_is_a_page_whatever_the_sender_says_it_accepts() -> None:
    staff = person(SiteFactory.create(), "nurse")
    body = {"login": staff.username, "password": "wrong"}
    answer = Client().post("/sign-in/", body, headers={"Accept": "application/json"})
    assert answer["Content-Type"].startswith("text/html")
    odd = Client().post("/sign-in/", "[1]", content_type="application/json")
    assert odd.status_code == 422
