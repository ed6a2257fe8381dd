"""Limits hold for several processes at once, and cost one statement each."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, cast

import pytest
from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from clinic.cache import JsonCache, new_mark
from clinic.signin import limits
from clinic.signin.library import ratelimit as internal
from tests.clinic.signing_in import sign_in
from tests.factories.people import (
    PIN,
    ShiftFactory,
    SiteFactory,
    StaffFactory,
    TabletFactory,
    on_tablet,
    person,
)

Race = Callable[..., list[Any]]
START = 1_700_000_000.0
MINUTE = 60.0


class Time:
    def __init__(self) -> None:
        self.now = START

    def time(self) -> float:
        return self.now


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    """The time by which limits are counted."""
    set_by_test = Time()
    monkeypatch.setattr("clinic.cache.time.time", set_by_test.time)
    return set_by_test


@pytest.fixture
def counted() -> JsonCache:
    return cast(JsonCache, cache)


def tried(counted: JsonCache, key: str = "name", most: int = 3) -> bool:
    return counted.count(key, new_mark(), most, MINUTE)


def posted(address: str = "192.0.2.1") -> HttpRequest:
    return RequestFactory().post("/sign-in/", REMOTE_ADDR=address)


@pytest.mark.django_db
def test_no_more_than_so_many_in_any_span_of_time(time: Time, counted: JsonCache) -> None:
    """Not in two halves of neighbouring minutes, either."""
    asked_at = {0: True, 40: True, 50: True, 59.99: False, 60: True, 99: False, 100: True}
    for second, is_let_in in asked_at.items():
        time.now = START + second
        assert tried(counted) == is_let_in, second


@pytest.mark.django_db
def test_a_try_that_was_one_too_many_does_not_count(time: Time, counted: JsonCache) -> None:
    assert [tried(counted) for _ in range(9)] == [True] * 3 + [False] * 6
    time.now += MINUTE
    assert [tried(counted) for _ in range(4)] == [True] * 3 + [False]


@pytest.mark.django_db
def test_keys_are_counted_apart(counted: JsonCache) -> None:
    assert [tried(counted, key, 1) for key in ("rosa", "mei", "rosa", "mei")] == [
        True,
        True,
        False,
        False,
    ]


@pytest.mark.django_db
def test_what_was_taken_back_makes_room_for_one_more(time: Time, counted: JsonCache) -> None:
    marks = [new_mark() for _ in range(3)]
    assert all(counted.count(key, m, 3, MINUTE) for m in marks for key in ("name", "address"))
    counted.take_back(["name", "address"], marks[1])
    counted.take_back(["name"], marks[1])
    assert [tried(counted) for _ in range(2)] == [True, False]
    assert [tried(counted, "address") for _ in range(2)] == [True, False]
    time.now += MINUTE
    assert [tried(counted) for _ in range(4)] == [True, True, True, False]


@pytest.mark.django_db
def test_counting_is_one_statement_and_taking_back_one_for_two_keys(
    counted: JsonCache, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    tried(counted, "name"), tried(counted, "address")
    with django_assert_num_queries(1):
        tried(counted)
    with django_assert_num_queries(1):
        counted.take_back(["name", "address"], new_mark())


@pytest.mark.django_db
def test_a_new_key_takes_with_it_what_is_over(time: Time, counted: JsonCache) -> None:
    for number in range(5):
        tried(counted, f"name-{number}")
    time.now += MINUTE / 2
    tried(counted, "name-4")
    time.now += MINUTE / 2
    tried(counted, "new")
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key FROM clinic_cache")
        assert {key.rpartition(":")[2] for (key,) in cursor.fetchall()} == {"name-4", "new"}


@pytest.mark.parametrize("most", [1, 5])
def test_of_many_at_once_no_more_than_so_many_are_let_in(
    race: Race, counted: JsonCache, most: int
) -> None:
    for number in range(4):
        outcomes = race(*[partial(tried, counted, f"name-{number}", most)] * 8)
        assert sorted(outcomes) == [False] * (8 - most) + [True] * most


def test_of_many_at_once_no_more_than_the_settings_say_by_address_name_and_person(
    race: Race,
) -> None:
    """Each from its own connection, as several processes."""
    staff = StaffFactory.create()
    for most, again, action, whose in (
        (5, 4, "login_failed", {"key": "rosa"}),
        (5, 4, "emergency", {"user": staff}),
    ):
        tries = [partial(limits.consume, posted(), action=action, **whose)] * (most + again)
        assert sum(used is not None for used in race(*tries)) == most
    by_address = partial(limits.consume, posted("192.0.2.2"), action="login_failed")
    for number in range(55):
        assert by_address(key=f"name-{number}") is not None
    strangers = race(*[partial(by_address, key=f"stranger-{n}") for n in range(8)])
    assert sum(used is not None for used in strangers) == 5


def test_wrong_passwords_at_once_are_all_counted(race: Race) -> None:
    staff = person(SiteFactory.create(), "nurse")

    def refused() -> str:
        text: str = sign_in(Client(), staff.username, "wrong").content.decode()
        return text

    outcomes = race(*[refused] * 8)
    assert sum("do not belong together" in text for text in outcomes) == 5
    assert sum("Too many wrong attempts" in text for text in outcomes) == 3
    assert "Too many wrong attempts" in sign_in(Client(), staff.username).content.decode()


@pytest.mark.django_db
def test_looking_counts_nothing_and_clearing_forgets() -> None:
    request = RequestFactory().get("/sign-in/", REMOTE_ADDR="192.0.2.1")
    for _ in range(9):
        assert limits.consume(request, action="login_failed", key="rosa") is not None
    tries = partial(limits.consume, posted(), action="login_failed", key="rosa")
    assert [tries() is not None for _ in range(6)] == [True] * 5 + [False]
    limits.clear(posted(), action="login_failed", key="rosa")
    assert tries() is not None


@pytest.mark.django_db
def test_the_library_counts_here() -> None:
    from allauth.core import ratelimit

    assert internal.consume is limits.consume
    assert internal.clear is limits.clear
    staff = StaffFactory.create()
    tries = [ratelimit.consume(posted(), action="emergency", user=staff) for _ in range(6)]
    assert tries == [True] * 5 + [False]


TRANSACTION = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")


def statements(call: Callable[[], Any]) -> int:
    """Besides those that open and close a transaction."""
    with CaptureQueriesContext(connection) as captured:
        assert call().status_code == 302
    return sum(not query["sql"].startswith(TRANSACTION) for query in captured)


@pytest.mark.django_db
def test_signing_in_takes_sixteen_statements_and_on_a_tablet_twenty_however_often() -> None:
    site = SiteFactory.create()
    nurse, tablet = person(site, "nurse"), TabletFactory.create(site=site)
    for _ in range(3):
        sign_in(Client(), nurse.username)
        assert statements(partial(sign_in, Client(), nurse.username)) == 16
        assert statements(partial(sign_in, on_tablet(tablet), nurse.username)) == 20


@pytest.mark.django_db
def test_coming_back_with_the_pin_takes_sixteen_statements() -> None:
    tablet = TabletFactory.create()
    nurse = ShiftFactory.create(tablet=tablet).staff

    def come_back() -> int:
        client = on_tablet(tablet)
        return statements(partial(client.post, "/lock/", {"staff": str(nurse.pk), "pin": PIN}))

    come_back()  # The first verb of a process also asks whether all guards stand.
    assert [come_back(), come_back()] == [16, 16]
