"""Signing in and out, and the headers of every answer."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.factories.place import PASSWORD, SiteFactory, person

pytestmark = pytest.mark.django_db


def test_a_nurse_lands_on_the_board_and_an_administrator_on_the_register() -> None:
    site = SiteFactory()
    for role, page in (("nurse", "/"), ("administrator", "/sessions/")):
        staff = person(site, role)
        body = {"login": staff.username, "password": PASSWORD}
        answer = Client().post("/sign-in/", body, follow=True)
        assert answer.redirect_chain[-1][0] == page


def test_a_wrong_name_and_a_wrong_password_are_told_alike_and_the_name_is_kept() -> None:
    staff = person(SiteFactory(), "nurse")
    answers = [
        Client().post("/sign-in/", {"login": name, "password": "wrong"}).content.decode()
        for name in (staff.username, "nobody-of-that-name")
    ]
    for page, name in zip(answers, (staff.username, "nobody-of-that-name"), strict=True):
        assert "do not belong together" in page
        assert f'value="{name}"' in page


def test_signing_out_takes_a_post() -> None:
    client = Client()
    client.force_login(person(SiteFactory(), "nurse"))
    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/").status_code == 302
    assert client.get("/").status_code == 302


def test_after_sign_in_no_foreign_address_is_followed() -> None:
    staff = person(SiteFactory(), "nurse")
    body = {"login": staff.username, "password": PASSWORD, "next": "https://evil.example/"}
    assert Client().post("/sign-in/", body)["Location"] == "/home/"


def test_pages_are_not_kept_and_run_no_inline_script() -> None:
    client = Client()
    client.force_login(person(SiteFactory(), "nurse"))
    answer = client.get("/")
    assert answer["Cache-Control"] == "no-store"
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("is_demo", [True, False])
def test_the_demo_alone_says_who_can_sign_in(settings: Any, is_demo: bool) -> None:
    settings.CLINIC_DEMO = is_demo
    staff = person(SiteFactory(), "nurse")
    assert (staff.username in Client().get("/sign-in/").content.decode()) is is_demo


def test_a_poll_of_someone_signed_out_is_told_so_without_a_redirect() -> None:
    assert Client().get("/", headers={"HX-Request": "true"}).status_code == 401


def test_a_person_without_a_role_is_told_whom_to_ask() -> None:
    staff = person(SiteFactory(), "nurse")
    staff.memberships.all().delete()
    client = Client()
    client.force_login(staff)
    answer = client.get("/home/")
    assert answer.status_code == 403
    assert "Ask an administrator" in answer.content.decode()
