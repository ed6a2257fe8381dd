"""Whoever is compared with their chain while someone changes their rows is still themselves.

The other change is made by another connection, between the statements of the comparison.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.db import connection

from clinic.models import Staff
from clinic.signin.recorded import is_recorded
from clinic.trail import person as compared
from tests.clock import TestClock
from tests.factories.logged import save
from tests.factories.passkeys import Passkey
from tests.factories.people import MembershipFactory, SiteFactory
from tests.factories.people import person as made

Race = Callable[..., list[Any]]


@pytest.fixture
def mei(committed_db: None, clock: TestClock) -> Staff:
    return made(SiteFactory.create(), "clinician", username="mei")


def renamed(mei: Staff) -> None:
    found = Staff.objects.get(pk=mei.pk)
    found.phone = "555 0100"
    save(found, "phone")


def hurried(mei: Staff) -> None:
    """The same by someone who does not wait as long as an application would."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA busy_timeout = 100")
    renamed(mei)


CHANGES: dict[str, Callable[[Staff], Any]] = {
    "a second factor": Passkey.added,
    "a role": lambda mei: MembershipFactory.create(staff=mei, site=SiteFactory.create()),
    "a phone number": renamed,
}


def between(monkeypatch: pytest.MonkeyPatch, change: Callable[[], Any]) -> None:
    """Have `change` made once, after the entries were read and before the rows are."""
    entries = compared._entries

    def read(*args: Any) -> list[Any]:
        found = entries(*args)
        monkeypatch.setattr(compared, "_entries", entries)
        change()
        return found

    monkeypatch.setattr(compared, "_entries", read)


@pytest.mark.parametrize("name", CHANGES)
def test_who_is_changed_in_between_is_what_was_recorded(
    name: str, mei: Staff, race: Race, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcomes: list[Any] = []
    between(monkeypatch, lambda: outcomes.extend(race(lambda: CHANGES[name](mei))))
    assert is_recorded(mei)
    assert not any(isinstance(o, Exception) for o in outcomes)
    assert outcomes


@pytest.mark.parametrize("name", CHANGES)
def test_who_was_read_before_a_change_is_what_was_recorded(
    name: str, mei: Staff, race: Race
) -> None:
    race(lambda: CHANGES[name](mei))
    assert is_recorded(mei)


def test_who_was_read_long_before_a_change_is_not(mei: Staff, race: Race, clock: TestClock) -> None:
    race(lambda: renamed(mei))
    clock.forward(minutes=compared.LATELY / timedelta(minutes=1) + 1)
    assert not is_recorded(mei)


def test_a_hash_that_was_written_by_hand_and_put_back_in_between_lets_no_one_in(
    mei: Staff, race: Race, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, stood = make_password("the password of someone else"), mei.password
    Staff.objects.filter(pk=mei.pk).update(password=own)
    read = Staff.objects.get(pk=mei.pk)
    put_back = Staff.objects.filter(pk=mei.pk)
    between(monkeypatch, lambda: race(lambda: put_back.update(password=stood)))
    assert not is_recorded(read)


def test_the_chain_is_held_while_it_is_read_again(
    mei: Staff, race: Race, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Someone who appends at that moment waits, or is told to come again."""
    agrees, tries = compared._agrees, 0

    def appended_meanwhile(read: Staff, now: Staff) -> bool:
        nonlocal tries
        tries += 1
        if tries == 1:
            return False
        (outcome,) = race(lambda: hurried(mei))
        assert isinstance(outcome, Exception), "it was written while the head was held"
        return agrees(read, now)

    monkeypatch.setattr(compared, "_agrees", appended_meanwhile)
    assert is_recorded(mei)
    assert tries == 2
