"""The settings of production, as a clinic would start with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.clinic.production import manage

ROOT = Path(__file__).parents[2]


def test_the_check_for_deployment_finds_nothing() -> None:
    done = manage("check", "--deploy", "--fail-level", "WARNING")
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


def test_it_would_find_something() -> None:
    done = manage("check", "--deploy", "--fail-level", "WARNING", CLINIC_HTTPS="0")
    assert done.returncode == 1
    assert "security.W" in done.stderr


@pytest.mark.parametrize(
    ("keys", "words"),
    [("first:short", "shorter than"), ("no-id-at-all", "CLINIC_TRAIL_KEYS"), ("", "names no key")],
)
def test_without_a_good_key_of_the_trail_nothing_starts(keys: str, words: str) -> None:
    done = manage("check", CLINIC_TRAIL_KEYS=keys)
    assert done.returncode != 0
    assert words in done.stderr
