"""What every verb rests on: one transaction, tried again only where nothing of it was kept."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import OperationalError

from monitoring.actions import record
from tests.clock import TestClock

pytestmark = pytest.mark.django_db


class _Cause(Exception):
    def __init__(self, sqlstate: str) -> None:
        self.sqlstate = sqlstate


def failing(times: int, sqlstate: str) -> tuple[Any, list[int]]:
    """A verb that the database fails `times` times before it answers, and its tries."""
    tries: list[int] = []

    @record.verb
    def act() -> str:
        tries.append(1)
        if len(tries) <= times:
            raise OperationalError("failed") from _Cause(sqlstate)
        return "done"

    return act, tries


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record.time, "sleep", lambda seconds: None)


@pytest.mark.parametrize("sqlstate", ["40001", "40P01"])
def test_a_deadlock_or_a_serialization_failure_is_tried_again(sqlstate: str) -> None:
    act, tries = failing(2, sqlstate)
    assert act() == "done"
    assert len(tries) == 3


def test_what_fails_three_times_is_told(clock: TestClock) -> None:
    act, tries = failing(3, "40P01")
    with pytest.raises(OperationalError):
        act()
    assert len(tries) == 3


def test_any_other_failure_is_told_at_once() -> None:
    act, tries = failing(1, "55P03")
    with pytest.raises(OperationalError):
        act()
    assert len(tries) == 1
