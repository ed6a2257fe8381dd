"""Sixteen tries at one person's proof in the same moment are no more than five."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from pytest_django import Settings

from clinic.models import Staff, TrailEntry
from clinic.trail.organisation import log_wrong_signature
from monitoring.actions import Refused
from monitoring.models import Clearance
from tests.actions.given import shown
from tests.clock import TestClock
from tests.factories.logged import save
from tests.factories.passkeys import Passkey
from tests.factories.people import PASSWORD
from tests.factories.visits import Visit, ready_to_sign

Race = Callable[..., list[Any]]
AT_ONCE = 16


def told(staff: Staff) -> int:
    return TrailEntry.objects.filter(chain=staff.pk, verb="sign_failed").count()


def codes(outcomes: list[Any]) -> list[str]:
    assert all(isinstance(o, Refused) for o in outcomes), outcomes
    return [outcome.messages[0].code for outcome in outcomes]


@pytest.fixture
def visit(clock: TestClock, committed_db: None) -> Visit:
    """With a hash that takes as long as a real one does, beside the rest."""
    made = ready_to_sign(clock)
    made.clinician.password = make_password(PASSWORD, hasher="pbkdf2_sha256")
    save(made.clinician, "password")
    return made


@pytest.fixture(autouse=True)
def _slow(settings: Settings, _plain: None) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]


def test_five_wrong_passwords_are_tried_and_then_not_even_the_right_one(
    visit: Visit, race: Race
) -> None:
    outcomes = race(*[partial(visit.sign, password=f"guess {n}") for n in range(AT_ONCE)])
    found = codes(outcomes)
    assert (found.count("password"), found.count("locked")) == (5, AT_ONCE - 5)
    assert told(visit.clinician) == 5
    with pytest.raises(Refused, match="locked"):
        visit.sign()
    assert not Clearance.objects.exists()


def test_five_wrong_passkeys_are_tried(visit: Visit, race: Race) -> None:
    passkey = Passkey.added(visit.clinician)
    answers = [passkey.assertion(shown(visit), is_verified=False) for _ in range(AT_ONCE)]
    outcomes = race(*[partial(visit.sign, password="", assertion=a) for a in answers])
    found = codes(outcomes)
    assert (found.count("passkey"), found.count("locked")) == (5, AT_ONCE - 5)
    assert told(visit.clinician) == 5


def test_a_right_password_that_was_hashed_while_five_wrong_ones_were_told_signs_nothing(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = Staff.check_password

    def meanwhile(staff: Staff, raw: str) -> bool:
        monkeypatch.setattr(Staff, "check_password", check)
        for n in range(5):
            with pytest.raises(Refused):
                visit.sign(password=f"guess {n}")
        return staff.check_password(raw)

    monkeypatch.setattr(Staff, "check_password", meanwhile)
    with pytest.raises(Refused, match="locked"):
        visit.sign()
    assert not Clearance.objects.exists()


def test_without_counting_again_more_than_five_would_be_tried(
    visit: Visit, race: Race, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that the tests above are known to see it."""
    # By its name: the package exports the verb under the name of its module.
    module = sys.modules["monitoring.actions.sign_clearance"]
    monkeypatch.setattr(module, "_append_wrong", log_wrong_signature)
    race(*[partial(visit.sign, password=f"guess {n}") for n in range(AT_ONCE)])
    assert told(visit.clinician) > 5
