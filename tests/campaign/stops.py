"""PostgreSQL dies while nurses write, in each way it can, and is started again.

STOPS in all.
"""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress

import pytest

from tests.campaign.databases import Postgresql
from tests.campaign.machine import WEAKENED, Machine, Workshop, more, pause, tell
from tests.engine import binaries

STOPS = int(os.environ.get("STOPS", "200"))
A_ROUND = 50
pytestmark = pytest.mark.skipif(
    binaries() is None and "CI" not in os.environ, reason="PostgreSQL is not installed"
)


def stop_at_once(database: Postgresql) -> None:
    database.stop_at_once()
    database.start()


def kill_all(database: Postgresql) -> None:
    database.kill()
    database.start()


def kill_one(database: Postgresql) -> None:
    """One that serves the application: PostgreSQL ends all of them, and starts again by itself."""
    for process in database.backends()[:1]:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    database.wait()


WAYS = (stop_at_once, kill_all, kill_one)


def of(machine: Machine) -> Postgresql:
    assert isinstance(machine.database, Postgresql)
    return machine.database


def test_no_reading_is_lost_to_a_database_that_dies(workshop: Workshop) -> None:
    back: dict[str, list[float]] = {way.__name__: [] for way in WAYS}
    acknowledged = 0
    for first in range(0, STOPS, A_ROUND):
        with workshop.machine("postgresql") as machine:
            with machine.nurses() as sent:
                for number in range(first, min(first + A_ROUND, STOPS)):
                    way = WAYS[number % len(WAYS)]
                    pause(0.1, 0.8)
                    began = time.monotonic()
                    way(of(machine))
                    more(sent)
                    back[way.__name__].append(time.monotonic() - began)
                    assert not machine.reckoned(sent)
            assert not machine.reckoned(sent)
            machine.manage("manage.py", "verify_record")
            acknowledged += machine.acknowledged
    tell(f"{STOPS} ends of PostgreSQL, {acknowledged} acknowledged: none lost, twice or false")
    tell("until a reading was saved again", **back)


def test_a_commit_that_is_not_waited_for_is_lost(workshop: Workshop) -> None:
    """The control."""
    options = "synchronous_commit=off", "wal_writer_delay=10s"
    with workshop.machine("postgresql", *options, due=0, wsgi=WEAKENED, WEAKENED="sync") as machine:
        with machine.nurses() as sent:
            more(sent, 5)
            kill_all(of(machine))
        assert machine.reckoned(sent).lost
