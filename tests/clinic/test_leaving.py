"""Who signs out while nothing can be written is signed out here, and it is told once it can be."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import OperationalError
from django.test import Client

from clinic import clock as clinic_clock
from clinic import left, shift
from clinic.models import Shift, Staff, Tablet, TrailEntry
from clinic.signin import leaving, receivers
from tests.clock import TestClock
from tests.downtime import FAULTS, away, full, on_sqlite, read_only
from tests.factories.people import PASSWORD, ShiftFactory, on_tablet, person
from tests.factories.visits import Visit, dosed

pytestmark = pytest.mark.usefixtures("committed_db", "untold_reads")
Fault = Callable[[Visit], AbstractContextManager[None]]


@contextmanager
def full_to_the_brim(visit: Visit) -> Iterator[None]:
    """Nor is there room for an entry on the trail in the pages that the file has."""
    with full(visit):
        with pytest.raises(OperationalError, match="full"):
            _fill_the_trail(visit)
        yield


def _fill_the_trail(visit: Visit) -> None:
    for _ in range(1000):
        receivers.left_at(visit.nurse.pk, clinic_clock.now())


WAYS: dict[str, tuple[Fault, str]] = FAULTS | {
    "full": (full_to_the_brim, FAULTS["full"][1]),
    "away": (lambda _visit: away(), "The database does not answer."),
}
ways = pytest.mark.parametrize(
    "way", ["read only", pytest.param("full", marks=on_sqlite), "busy", "away"]
)
KEPT, NOT_KEPT = "as soon as that can be written", "could not be noted on the server"


@pytest.fixture
def visit(clock: TestClock) -> Visit:
    return dosed(clock)


@pytest.fixture
def rosa(visit: Visit) -> Staff:
    return person(visit.site, "nurse")


@pytest.fixture
def tablet(visit: Visit, rosa: Staff) -> Tablet:
    return ShiftFactory.create(tablet__site=visit.site).tablet


def at_work(tablet: Tablet, staff: Staff) -> Client:
    client = on_tablet(tablet, staff)
    client.raise_request_exception = False
    assert client.get("/patients/").status_code == 200
    return client


@pytest.fixture
def client(tablet: Tablet, rosa: Staff) -> Client:
    return at_work(tablet, rosa)


def key_of(client: Client) -> str:
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def copy_of(client: Client) -> Client:
    """Another browser with the same cookies, as one that someone took from the tablet."""
    other = Client(raise_request_exception=False)
    for name, morsel in client.cookies.items():
        other.cookies[name] = morsel.value
    return other


def is_in(client: Client) -> bool:
    return client.get("/patients/").status_code == 200


def write_something(visit: Visit) -> None:
    """A colleague signs in elsewhere."""
    colleague = {"login": visit.clinician.username, "password": "wrong"}
    assert Client().post("/sign-in/", colleague).status_code == 422
    colleague["password"] = PASSWORD
    assert Client().post("/sign-in/", colleague).status_code == 302


@ways
def test_the_person_is_signed_out_and_told_what_happened(
    client: Client, visit: Visit, way: str
) -> None:
    made, words = WAYS[way]
    stolen = copy_of(client)
    with made(visit):
        answer = client.post("/sign-out/")
        page = answer.content.decode().replace("&#x27;", "'")
        assert answer.status_code == 503
        assert "You are signed out here" in page
        assert words in page
        assert KEPT in page
        assert NOT_KEPT not in page
        assert key_of(client) == ""
        if way != "away":
            assert not is_in(client)
            assert not is_in(stolen), "the session opens nothing, though the database has it"
    assert not is_in(client)
    assert not is_in(stolen)


@ways
def test_once_something_is_written_the_session_is_ended_and_the_trail_told_when_it_was(
    client: Client, tablet: Tablet, rosa: Staff, visit: Visit, clock: TestClock, way: str
) -> None:
    key = key_of(client)
    with WAYS[way][0](visit):
        client.post("/sign-out/")
        at = clock.now()
    assert Session.objects.filter(pk=key).exists()
    clock.forward(minutes=7)
    write_something(visit)
    assert not Session.objects.filter(pk=key).exists()
    assert not UserSession.objects.filter(session_key=key).exists()
    assert rosa not in [one.staff for one in shift.open_on(tablet)]
    told = TrailEntry.objects.filter(chain=rosa.pk).latest("seq")
    detail = json.loads(told.payload)["detail"]
    assert (told.verb, told.at, told.actor_id) == ("sign_out", clock.now(), rosa.pk)
    assert detail == {"because": "asked", "left_at": at.isoformat()}
    assert told.device == tablet.device
    assert not left.file().waits()


def test_the_trail_says_when_it_was(client: Client, rosa: Staff, visit: Visit) -> None:
    with read_only():
        client.post("/sign-out/")
    write_something(visit)
    visit.site.requires_second_factor = False
    manager = Client()
    manager.force_login(person(visit.site, "administrator"))
    page = manager.get(f"/staff/{rosa.pk}/").content.decode()
    assert ", when nothing could be written" in page


def test_a_shift_that_was_begun_since_goes_on(
    client: Client, tablet: Tablet, rosa: Staff, clock: TestClock
) -> None:
    with read_only():
        client.post("/sign-out/")
    clock.forward(minutes=1)
    again = at_work(tablet, rosa)
    assert not left.file().waits()
    assert is_in(again)
    assert Shift.objects.filter(tablet=tablet, staff=rosa, ended_at=None).count() == 1


def test_while_nothing_can_be_written_still_it_waits_on(client: Client) -> None:
    with read_only():
        client.post("/sign-out/")
        leaving.tell()
        assert left.file().waits()
    leaving.tell()
    leaving.tell()
    assert not left.file().waits()
    assert TrailEntry.objects.filter(verb="sign_out").count() == 1


def test_what_is_kept_nowhere_is_said_to_be(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(left, "ROOM", 10)
    with read_only():
        page = client.post("/sign-out/").content.decode()
    assert NOT_KEPT in page
    assert KEPT not in page
    assert not is_in(client)


def test_no_stranger_writes_into_the_file(client: Client, untold_reads: Path) -> None:
    """A made-up session, or one without the cookie that was given with it."""
    made_up, half = copy_of(client), copy_of(client)
    made_up.cookies[settings.SESSION_COOKIE_NAME] = "a" * 32
    del half.cookies[settings.ACTIVE_COOKIE_NAME]
    with away():
        answers: list[Any] = [one.post("/sign-out/") for one in (made_up, half)]
    assert [NOT_KEPT in answer.content.decode() for answer in answers] == [True] * 2
    assert not left.file().waits()


def test_it_is_kept_once_however_often_it_is_sent(client: Client) -> None:
    again = copy_of(client)
    with away():
        client.post("/sign-out/")
        again.post("/sign-out/")
    assert len(left.file().lines()) == 1
    assert left.file().path.stat().st_mode & 0o777 == 0o600


def test_a_line_that_was_being_written_and_one_of_a_session_that_is_over_are_let_go(
    client: Client, rosa: Staff
) -> None:
    with read_only():
        client.post("/sign-out/")
    Session.objects.all().delete()
    left.file().keep('{"key": "abc')
    leaving.tell()
    assert not left.file().waits()
    assert not TrailEntry.objects.filter(chain=rosa.pk, verb="sign_out").exists()


def test_any_other_page_says_that_it_cannot_be_shown_and_signs_no_one_out(client: Client) -> None:
    with away():
        answer = client.get("/patients/")
        assert "cannot be shown now" in answer.content.decode()
        assert client.get("/sign-out/").status_code == 503
    assert is_in(client)
