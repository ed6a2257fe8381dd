"""Requests that cannot be read, or that no page expects, are refused and break nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from clinic.ids import uuid7
from clinic.models import Membership, Site, Staff
from tests.clock import TestClock
from tests.factories.logged import insert
from tests.factories.people import SiteFactory, person
from tests.factories.visits import Visit, ready_to_sign

pytestmark = pytest.mark.django_db


@pytest.fixture
def site() -> Site:
    return SiteFactory.create(time_zone="Pacific/Auckland")


@pytest.fixture
def sign_in() -> Callable[..., Client]:
    def signed_in(staff: Staff) -> Client:
        client = Client(raise_request_exception=False)
        client.force_login(staff)
        return client

    return signed_in


def test_a_form_in_an_unknown_script_is_refused(site: Site, settings: Settings) -> None:
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(person(site, "nurse"))
    client.cookies[settings.CSRF_COOKIE_NAME] = "a" * 32
    kind = "application/x-www-form-urlencoded; charset=utf-7"
    answer = client.generic("POST", "/patients/new/", "a=b", content_type=kind)
    assert answer.status_code == 400
    assert "nothing was saved" in answer.content.decode()


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_days_that_no_calendar_has_everywhere_are_refused_where_they_are_entered(
    site: Site, sign_in: Any, clock: TestClock, day: str
) -> None:
    visit = Visit(clock, site=site)
    insert(Membership(staff=visit.nurse, site=site, role="auditor"))
    client = sign_in(visit.nurse)
    for list_of in ("/sessions/", "/access/", "/access.csv"):
        for name in ("since", "until"):
            page = client.get(list_of, {name: day})
            assert page.status_code == 200
            assert "Enter a date between 1900 and 2199." in page.content.decode()
    plan = {"id": str(uuid7()), "day": day, "time": "00:00"}
    answer = client.post(f"/patients/{visit.patient.pk}/plan/", plan)
    assert answer.status_code == 422
    assert "Enter a date between 1900 and 2199." in answer.content.decode()


def test_a_number_of_thousands_of_digits_is_refused_at_its_field(
    sign_in: Any, clock: TestClock
) -> None:
    visit = ready_to_sign(clock)
    body = {"id": str(uuid7()), "systolic": "9" * 5000}
    answer = sign_in(visit.nurse).post(f"/sessions/{visit.id}/reading/", body)
    assert answer.status_code == 422
    assert "Enter digits only" in answer.content.decode()


def test_a_search_for_a_zero_character_finds_what_it_finds_without(
    sign_in: Any, clock: TestClock
) -> None:
    visit = Visit(clock)
    answer = sign_in(visit.nurse).get("/patients/", {"q": "\x00Smi\x00"})
    assert answer.status_code == 200
    assert visit.patient.mrn in answer.content.decode()


@pytest.mark.parametrize("asked", ["board", "dose", "no-such-page", "http://[", "a\r\nb: c"])
def test_where_to_go_on_is_a_page_of_this_clinic_or_home(
    site: Site, sign_in: Any, asked: str
) -> None:
    client = sign_in(person(site, "nurse"))
    for path in ("/lock/", "/sign-in/", "/sign-in/code/", "/sign-in/passkey/"):
        answer = client.get(path, {"next": asked})
        assert answer.status_code in {200, 302}, path
    pin = {"pin": "284719", "again": "284719", "next": asked}
    assert client.post("/account/pin/", pin).status_code == 302
    assert client.post("/lock/now/", {"next": asked}).status_code == 302


@pytest.mark.parametrize(
    "headers",
    [
        {"HX-Request": "true", "HX-Current-URL": "http://["},
        {"Referer": "http://["},
        {"X-Forwarded-For": "no address"},
        {"Accept-Language": "xx-" + "y" * 3000},
        {"Cookie": "sessionid=\x00; tablet=a:b:c; device=:; active=::; messages=x; csrftoken=1"},
    ],
)
def test_headers_that_make_no_sense_break_nothing(site: Site, headers: dict[str, str]) -> None:
    for path in ("/", "/lock/", "/sign-in/", "/lock/now/", "/account/"):
        for method in ("get", "post"):
            client = Client(raise_request_exception=False)
            answer = getattr(client, method)(path, headers=headers)
            assert answer.status_code < 500, (method, path)
