"""SQLite knows how its tables have grown."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from monitoring import guards
from tests.clock import TestClock
from tests.engine import USES_POSTGRESQL
from tests.guards.world import Clinic, Visit


@pytest.mark.skipif(USES_POSTGRESQL, reason="PostgreSQL gathers it by itself")
def test_the_daily_anchor_tells_sqlite_and_leaves_the_guards(
    clinic: Clinic, clock: TestClock, anchors_folder: object
) -> None:
    Visit(clinic, clock).dosed()
    call_command("anchor", stdout=StringIO())
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM sqlite_stat1 WHERE tbl = 'clinic_trailentry'")
        assert cursor.fetchone()[0]
    assert guards.faults() == []
