"""The attacks, by the guard that alone stops each.

An attack is given a clinic and the test clock, makes the sessions it needs by verbs, and then
writes what must not stand.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.guards.world import Clinic

Attack = Callable[[Clinic, Any], Callable[[], None]]
"""Makes the state, and answers the write to try on it."""


ATTACKS: dict[str, Attack] = {}


SQLITE_ONLY: set[str] = set()


POSTGRESQL_ONLY: set[str] = set()


def attack(name: str) -> Callable[[Attack], Attack]:
    def add(made: Attack) -> Attack:
        ATTACKS[f"guard_{name}"] = made
        return made

    return add
