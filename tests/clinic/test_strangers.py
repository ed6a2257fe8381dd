"""Who has no account neither fills the database nor keeps anyone from signing in."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.utils import timezone

from clinic import sign_ins
from clinic.models import TrailEntry
from clinic.signin import receivers
from clinic.trail.chain import ORGANISATION
from tests.clinic.signing_in import AJAX, begin_passkey, is_refused, send_passkey, sign_in
from tests.clock import TestClock
from tests.factories.passkeys import Passkey
from tests.factories.people import SiteFactory, person

pytestmark = pytest.mark.django_db


def told() -> int:
    return TrailEntry.objects.filter(chain=ORGANISATION, verb="sign_in_failed").count()


def stranger(address: str) -> Client:
    return Client(REMOTE_ADDR=address)


def test_names_of_no_one_are_told_once_for_an_address_in_a_quarter_of_an_hour(
    clock: TestClock,
) -> None:
    for number in range(12):
        sign_in(stranger("10.0.0.1"), f"nobody-{number}", "guess")
    assert told() == 1
    sign_in(stranger("10.0.0.2"), "nobody", "guess")
    assert told() == 2
    clock.forward(minutes=16)
    sign_in(stranger("10.0.0.1"), "nobody-again", "guess")
    assert told() == 3


def test_however_many_addresses_there_are_no_more_are_told_than_that(clock: TestClock) -> None:
    for number in range(receivers.MOST_STRANGERS + 5):
        sign_in(stranger(f"10.0.1.{number}"), f"nobody-{number}", "guess")
    assert told() == receivers.MOST_STRANGERS


def test_wrong_tries_at_a_persons_name_are_each_told(clock: TestClock) -> None:
    staff = person(SiteFactory.create(), "nurse")
    for _ in range(3):
        sign_in(stranger("10.0.0.1"), staff.username, "guess")
    assert TrailEntry.objects.filter(chain=staff.pk, verb="sign_in_failed").count() == 3


def test_asking_for_a_passkey_makes_no_row_of_a_session() -> None:
    for _ in range(3):
        client = Client()
        assert client.get("/sign-in/passkey/", headers=AJAX).status_code == 200
        client.get("/sign-in/")
        client.post("/sign-in/passkey/", {"credential": "{}"})
        sign_in(client, "nobody", "guess")
    assert not Session.objects.exists()


def test_a_challenge_is_good_for_one_answer_even_where_its_cookie_was_kept() -> None:
    passkey = Passkey.added(person(SiteFactory.create(), "nurse"))
    client, options = begin_passkey()
    cookie = client.cookies[settings.CHALLENGE_COOKIE_NAME].value
    assert not is_refused(client, send_passkey(client, passkey.used(options)))
    for _ in range(2):
        thief = Client()
        thief.cookies[settings.CHALLENGE_COOKIE_NAME] = cookie
        assert is_refused(thief, send_passkey(thief, passkey.used(options)))


def test_a_challenge_does_not_wait_longer_than_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    passkey = Passkey.added(person(SiteFactory.create(), "nurse"))
    client, options = begin_passkey()
    now = timezone.now().timestamp()
    with monkeypatch.context() as later:
        later.setattr("django.core.signing.time.time", lambda: now + 6 * 60)
        assert is_refused(client, send_passkey(client, passkey.used(options)))


def test_sessions_that_are_over_go_with_the_next_sign_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sign_ins, "MOST_FORGOTTEN", 3)
    past = timezone.now() - timedelta(days=1)
    for number in range(5):
        Session.objects.create(session_key=f"over-{number}", session_data="", expire_date=past)
    for left in (2, 0):
        sign_in(Client(), person(SiteFactory.create(), "nurse").username)
        assert Session.objects.filter(session_key__startswith="over-").count() == left


def test_strangers_wrong_tries_do_not_keep_a_person_out_of_a_browser_that_knows_them() -> None:
    staff = person(SiteFactory.create(), "nurse")
    own = Client()
    sign_in(own, staff.username)
    own.post("/sign-out/")
    for _ in range(6):
        sign_in(Client(), staff.username, "guess")
    assert "Too many" in sign_in(Client(), staff.username).content.decode()
    assert sign_in(own, staff.username).status_code == 302


def test_a_browser_that_knows_a_person_has_five_tries_of_its_own() -> None:
    staff = person(SiteFactory.create(), "nurse")
    own = Client()
    sign_in(own, staff.username)
    own.post("/sign-out/")
    for _ in range(5):
        assert "do not belong" in sign_in(own, staff.username, "guess").content.decode()
    assert "Too many" in sign_in(own, staff.username).content.decode()
    assert sign_in(Client(), staff.username).status_code == 302


def test_a_browser_knows_whom_it_knows_and_no_one_else() -> None:
    site = SiteFactory.create()
    known, other = person(site, "nurse"), person(site, "nurse")
    shared = Client()
    for staff in (known, other):
        sign_in(shared, staff.username)
        shared.post("/sign-out/")
    mine = Client()
    sign_in(mine, known.username)
    mine.post("/sign-out/")
    for _ in range(6):
        for staff in (known, other):
            sign_in(Client(), staff.username, "guess")
    assert sign_in(shared, known.username).status_code == 302
    shared.post("/sign-out/")
    assert sign_in(shared, other.username).status_code == 302
    assert "Too many" in sign_in(mine, other.username).content.decode()


def test_the_cookie_is_worth_nothing_in_another_browser_and_names_no_one() -> None:
    staff = person(SiteFactory.create(), "nurse")
    own = Client()
    sign_in(own, staff.username)
    cookie = own.cookies[settings.KNOWN_COOKIE_NAME].value
    assert staff.username not in cookie
    assert str(staff.pk) not in cookie
    for _ in range(6):
        sign_in(Client(), staff.username, "guess")
    for forged in (cookie, cookie[:-1] + "x", "x.y"):
        thief = Client()
        thief.cookies[settings.KNOWN_COOKIE_NAME] = forged
        assert "Too many" in sign_in(thief, staff.username).content.decode()


def test_what_is_counted_goes_when_its_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    now = timezone.now().timestamp()
    for number in range(3):
        sign_in(Client(), f"nobody-{number}", "guess")
    monkeypatch.setattr("clinic.cache.time.time", lambda: now + 3600)
    sign_in(Client(), "nobody-else", "guess")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM clinic_cache")
        assert cursor.fetchone()[0] <= 4
