"""Who walks away is signed out by the server too, whatever the page does."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from clinic.models import Staff, TrailEntry
from clinic.signin import idle
from tests.factories.people import SiteFactory, TabletFactory, on_tablet, person

pytestmark = pytest.mark.django_db
MINUTE = 60
POLL = {"HX-Request": "true"}
Wait = Callable[[float], None]


@pytest.fixture
def wait(monkeypatch: pytest.MonkeyPatch) -> Wait:
    passed = [1_800_000_000.0]
    monkeypatch.setattr(idle, "seconds", lambda: passed[0])

    def forward(seconds: float) -> None:
        passed[0] += seconds

    return forward


@pytest.fixture
def rosa() -> Staff:
    return person(SiteFactory.create(), "nurse")


@pytest.fixture
def tablet(wait: Wait, rosa: Staff) -> Client:
    return on_tablet(TabletFactory.create(site=rosa.memberships.get().site), rosa)


@pytest.fixture
def office(wait: Wait, rosa: Staff) -> Client:
    client = Client()
    client.force_login(rosa)
    return client


def is_in(client: Client) -> bool:
    return client.get("/", headers=POLL).status_code == 200


def test_a_tablet_is_locked_after_three_minutes(tablet: Client, wait: Wait) -> None:
    tablet.get("/")
    wait(3 * MINUTE)
    assert is_in(tablet)
    wait(1)
    assert not is_in(tablet)


def test_the_office_is_signed_out_after_fifteen(office: Client, wait: Wait) -> None:
    office.get("/")
    wait(15 * MINUTE)
    assert is_in(office)
    wait(1)
    assert not is_in(office)


def test_a_page_that_brings_itself_up_to_date_does_not_keep_it_open(
    tablet: Client, wait: Wait
) -> None:
    tablet.get("/")
    for _ in range(18):
        wait(10)
        assert tablet.get("/", headers=POLL).status_code in {200, 204}
    wait(1)
    assert tablet.get("/", headers=POLL).status_code == 401


@pytest.mark.parametrize("do", ["open", "touch"])
def test_whatever_the_person_does_begins_the_minutes_anew(
    tablet: Client, wait: Wait, do: str
) -> None:
    for _ in range(4):
        wait(2 * MINUTE)
        if do == "open":
            assert tablet.get("/").status_code == 200
        else:
            assert tablet.post("/active/", headers=POLL).status_code == 204
    assert is_in(tablet)


def test_the_minutes_begin_with_signing_in(tablet: Client, wait: Wait) -> None:
    del tablet.cookies[settings.ACTIVE_COOKIE_NAME]
    wait(3 * MINUTE)
    assert is_in(tablet)
    wait(1)
    assert not is_in(tablet)


def test_the_cookie_of_another_session_says_nothing(
    office: Client, wait: Wait, rosa: Staff
) -> None:
    wait(14 * MINUTE)
    other = Client()
    other.force_login(rosa)
    other.get("/")
    office.cookies[settings.ACTIVE_COOKIE_NAME] = other.cookies[settings.ACTIVE_COOKIE_NAME].value
    wait(2 * MINUTE)
    assert is_in(other)
    assert not is_in(office)


def test_a_cookie_that_was_tampered_with_says_nothing(office: Client, wait: Wait) -> None:
    office.get("/")
    when, *signature = office.cookies[settings.ACTIVE_COOKIE_NAME].value.split(":")
    later = ":".join([str(float(when) + 3600), *signature])
    wait(15 * MINUTE + 1)
    for forged in (later, str(float(when) + 3600), "nonsense", ""):
        office.cookies[settings.ACTIVE_COOKIE_NAME] = forged
        assert not is_in(office)


def test_no_request_writes_to_the_database_for_it(
    tablet: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """The session, the person with roles and sites, and the tablet: nothing more."""
    tablet.get("/")
    with django_assert_num_queries(3):
        tablet.post("/active/")


def test_the_trail_says_that_no_one_was_there(tablet: Client, wait: Wait, rosa: Staff) -> None:
    wait(4 * MINUTE)
    tablet.get("/")
    told = TrailEntry.objects.filter(chain=rosa.pk).latest("seq")
    assert told.verb == "sign_out"
    assert '"because":"idle"' in told.payload


def test_what_was_sent_after_the_lock_comes_back_to_the_page_that_sent_it(
    tablet: Client, wait: Wait
) -> None:
    """The address that takes it answers no one who only asks for it."""
    wait(4 * MINUTE)
    page = "http://testserver/patients/?q=smith"
    answer = tablet.post("/lock/now/", headers={"Referer": page})
    assert answer["Location"] == "/lock/?next=/patients/%3Fq%3Dsmith"
    for strange in ("http://evil.example/x", "nonsense", ""):
        answer = tablet.post("/patients/new/", headers={"Referer": strange})
        assert answer["Location"] == "/lock/?next=/patients/new/"


def test_the_page_knows_the_limit_and_only_for_who_is_signed_in(
    tablet: Client, office: Client
) -> None:
    assert 'data-idle="180"' in tablet.get("/").content.decode()
    assert 'data-idle="900"' in office.get("/").content.decode()
    assert "data-idle" not in Client().get("/sign-in/").content.decode()


def test_a_session_ends_after_a_shift_however_busy_it_is(office: Client, wait: Wait) -> None:
    for _ in range(12 * 6):
        wait(10 * MINUTE)
        assert office.get("/").status_code == 200
    wait(MINUTE)
    assert office.get("/").status_code == 302
    told = TrailEntry.objects.filter(verb="sign_out").latest("at")
    assert '"because":"shift_over"' in told.payload
