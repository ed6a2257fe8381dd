"""Each guard alone stops an attack: it is refused while the guard stands, and goes through without.

A guard that no attack needs, or an attack that another guard would stop as well, fails here.
"""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from monitoring.guards import check
from monitoring.guards.text import guards
from tests.clock import TestClock
from tests.engine import USES_POSTGRESQL
from tests.guards.attacks import ATTACKS, POSTGRESQL_ONLY, SQLITE_ONLY
from tests.guards.world import Clinic

pytestmark = [pytest.mark.usefixtures("owner"), pytest.mark.unmeasured]
TABLES = {guard.name: guard.table for guard in guards()}
HERE = sorted(set(TABLES) - (SQLITE_ONLY if USES_POSTGRESQL else POSTGRESQL_ONLY))


def test_every_guard_has_its_attack() -> None:
    assert set(TABLES) == set(ATTACKS)


def test_a_guard_has_one_name() -> None:
    assert len(TABLES) == len(guards())


@pytest.mark.parametrize("name", HERE)
def test_attack_is_refused_by_its_guard(name: str, clinic: Clinic, clock: TestClock) -> None:
    act = ATTACKS[name](clinic, clock)
    connection.check_constraints()
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        act()


@pytest.mark.parametrize("name", HERE)
def test_attack_goes_through_without_its_guard(name: str, clinic: Clinic, clock: TestClock) -> None:
    act = ATTACKS[name](clinic, clock)
    connection.check_constraints()
    place = f" ON {TABLES[name]}" if USES_POSTGRESQL else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {name}{place}")
    assert check(connection) == [name]
    with transaction.atomic():
        act()
    connection.check_constraints()
