"""For each guard the attack that it alone stops, in raw SQL, below every page and verb."""

from __future__ import annotations

from tests.guards.attacks import contact, every_table, facts, gate, shown
from tests.guards.attacks.registry import ATTACKS, POSTGRESQL_ONLY, SQLITE_ONLY

__all__ = [
    "ATTACKS",
    "POSTGRESQL_ONLY",
    "SQLITE_ONLY",
    "contact",
    "every_table",
    "facts",
    "gate",
    "shown",
]
