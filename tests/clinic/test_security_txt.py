"""Whom to tell of a weakness, at the address that everyone knows (RFC 9116)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.test import Client
from pytest_django import Settings

from clinic import security_txt
from tests.clinic.production import manage

ADDRESS = "/.well-known/security.txt"
CONTACTS = ["mailto:security@clinic.example", "https://clinic.example/weakness"]
NOW = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _set(settings: Settings) -> None:
    settings.SECURITY_CONTACTS = CONTACTS
    settings.SECURITY_EXPIRES = "2027-03-31"


def test_it_says_whom_and_until_when(db: None) -> None:
    page = Client().get(ADDRESS)
    assert page["Content-Type"] == "text/plain; charset=utf-8"
    assert page.content.decode().splitlines() == [
        "Contact: mailto:security@clinic.example",
        "Contact: https://clinic.example/weakness",
        "Expires: 2027-03-31T00:00:00Z",
        "Preferred-Languages: en",
    ]
    assert not page.cookies
    assert security_txt.faults(NOW) == []


def test_without_a_contact_there_is_no_such_page(db: None, settings: Settings) -> None:
    settings.SECURITY_CONTACTS = []
    assert Client().get(ADDRESS).status_code == 404
    assert security_txt.faults(NOW) == []


WRONG = [
    (["security@clinic.example"], "2027-03-31", "begins with none"),
    (["mailto:a@b.example\nExpires: 2099-01-01T00:00:00Z"], "2027-03-31", "begins with none"),
    (CONTACTS, "", "is no date"),
    (CONTACTS, "31.3.2027", "is no date"),
]


@pytest.mark.parametrize(("contacts", "expires", "words"), WRONG)
def test_what_cannot_be_told_is_not_and_the_check_says_why(
    db: None, settings: Settings, contacts: list[str], expires: str, words: str
) -> None:
    settings.SECURITY_CONTACTS, settings.SECURITY_EXPIRES = contacts, expires
    assert Client().get(ADDRESS).status_code == 404
    assert [words in fault for fault in security_txt.faults(NOW)] == [True]


@pytest.mark.parametrize("expires", ["2026-06-01", "2027-06-03"])
def test_a_date_that_is_past_or_far_has_to_be_looked_at(settings: Settings, expires: str) -> None:
    settings.SECURITY_EXPIRES = expires
    assert len(security_txt.faults(NOW)) == 1


def test_the_check_before_the_start_warns() -> None:
    done = manage("check", CLINIC_SECURITY_CONTACT="security@clinic.example")
    assert done.returncode == 0
    assert done.stderr.count("clinic.W002") == 2
