"""A page of an enrolled tablet carries ten bits of its person's PIN, and no other page any."""

from __future__ import annotations

import hashlib
from base64 import b64decode
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings as chosen
from django.contrib.auth.hashers import PBKDF2PasswordHasher, make_password
from django.test import Client
from django.utils.html import escape
from pytest_django import Settings

from clinic.models import Staff, Tablet
from clinic.signin.pin_here import check_of, first_bits
from clinic.web import offline
from tests.clock import TestClock
from tests.factories.people import PIN, SiteFactory, TabletFactory, on_tablet, person

STORED = PBKDF2PasswordHasher().encode(PIN, "salt", iterations=3)
END = datetime(2026, 3, 10, 22, tzinfo=UTC)
CARRIED = "data-pin-here"


@pytest.fixture(autouse=True)
def hashers(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = [
        *settings.PASSWORD_HASHERS,
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    ]


def test_ten_bits_are_the_first_of_a_hash_over_the_hash() -> None:
    hashed = hashlib.pbkdf2_hmac("sha256", PIN.encode(), b"salt", 3)
    binary = "".join(f"{byte:08b}" for byte in hashlib.sha256(hashed).digest())
    assert first_bits(hashed) == int(binary[:10], 2)
    found = check_of(STORED, END)
    assert found is not None
    assert (found.salt, found.rounds, found.bits, found.until) == (
        "salt", 3, first_bits(hashed), END,
    )  # fmt: skip


def test_about_a_thousand_pins_of_a_million_fit() -> None:
    """So the bits tell no PIN, and five guesses in a thousand pages open about five."""
    fitting = sum(
        first_bits(hashlib.pbkdf2_hmac("sha256", b"%06d" % pin, b"salt", 1)) == 7
        for pin in range(0, 1_000_000, 50)
    )
    assert 10 <= fitting <= 30


def test_no_other_hash_is_carried() -> None:
    for stored in (make_password(PIN, hasher="md5"), "", "!unusable", "nonsense"):
        assert check_of(stored, END) is None


@pytest.fixture
def rosa(clock: TestClock, db: None) -> Staff:
    return person(SiteFactory.create(), "nurse", pin=STORED)


@pytest.fixture
def tablet(rosa: Staff) -> Tablet:
    return TabletFactory.create(site=rosa.memberships.get().site)


def test_a_page_of_a_tablet_carries_it_until_the_shift_ends(
    rosa: Staff, tablet: Tablet, clock: TestClock
) -> None:
    client = on_tablet(tablet, rosa)
    ends = clock.now() + timedelta(hours=12)
    page = client.get("/").content.decode()
    found = check_of(STORED, ends)
    assert found is not None
    assert f'data-bits="{found.bits}"' in page
    assert f"open for {escape(rosa.printed_name)}" in page
    # Neither the hash nor the next of its bits.
    assert STORED.split("$")[3] not in page
    assert b64decode(STORED.split("$")[3]).hex() not in page
    assert f'data-ends="{ends.astimezone(tablet.site.tz).isoformat(timespec="seconds")}"' in page
    assert [client.get("/").content.decode().count(f'data-bits="{found.bits}"')] == [1]
    # A PIN that lets in begins no new shift.
    client.post("/lock/now/")
    clock.forward(minutes=120)
    client.post("/lock/", {"staff": rosa.pk, "pin": PIN})
    assert f'data-ends="{ends.astimezone(tablet.site.tz).isoformat(timespec="seconds")}"' in (
        client.get("/").content.decode()
    )


def test_no_page_carries_it_without_a_tablet_a_person_or_a_pin(rosa: Staff, tablet: Tablet) -> None:
    client = on_tablet(tablet, rosa)
    assert CARRIED in client.get("/").content.decode()
    client.post("/lock/now/")
    assert CARRIED not in client.get("/lock/").content.decode()
    assert CARRIED not in client.get("/sign-in/").content.decode()
    assert CARRIED not in offline.release()["page"]
    office = Client()
    office.force_login(rosa)
    assert CARRIED not in office.get("/").content.decode()
    del client.cookies[chosen.TABLET_COOKIE_NAME]
    assert CARRIED not in client.get("/lock/", follow=True).content.decode()
    without = on_tablet(tablet, person(tablet.site, "nurse"))
    page = without.get("/").content.decode()
    assert CARRIED not in page
    assert "This page opens when there is contact." in page
