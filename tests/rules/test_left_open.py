from __future__ import annotations

from typing import Any

import pytest

from monitoring.rules.left_open import is_left_open
from tests.rules.samples import arrived, at, departure, observed, reading

NIGHT = 600
"""Midnight at the site, in minutes from the first dose."""


def is_open(now: float, *, midnight: float = NIGHT, measured: float = 120, **given: Any) -> bool:
    facts = observed(reading(measured), **({"admitted_at": at(-30)} | given))
    return is_left_open(facts, at(now), at(midnight))


@pytest.mark.parametrize(("now", "expected"), [(599, False), (600, True), (900, True)])
def test_a_session_of_yesterday_is_left_open(now: float, expected: bool) -> None:
    midnight = NIGHT if now >= NIGHT else NIGHT - 1440
    assert is_open(now, midnight=midnight) is expected


def test_one_that_runs_over_midnight_is_not() -> None:
    assert not is_open(70, midnight=60, measured=40)
    assert not is_open(140, midnight=60, measured=120)
    assert is_open(200, midnight=150, measured=120)


def test_after_a_day_every_session_is() -> None:
    assert is_open(1440 - 30, midnight=0, measured=1400)
    assert not is_open(1440 - 31, midnight=0, measured=1400)


def test_one_that_ended_or_has_not_begun_is_not() -> None:
    assert not is_open(2000, departure=departure(130))
    assert not is_open(2000, phase="cancelled")
    assert not is_open(2000, admitted_at=None)


def test_who_arrived_yesterday_and_was_not_dosed_is_left_open() -> None:
    facts = arrived(admitted_at=at(0))
    assert is_left_open(facts, at(700), at(NIGHT))
    assert not is_left_open(facts, at(30), at(-10))
