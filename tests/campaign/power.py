"""The power is cut while nurses write: what was not synced is gone, with every process.

CUTS in all, half on each engine.
"""

from __future__ import annotations

import os
import time

from tests.campaign.disk import Disk, a_disk, needs_disk
from tests.campaign.machine import WEAKENED, Machine, Workshop, more, pause, tell

CUTS = int(os.environ.get("CUTS", "500")) // 2
A_ROUND = 50
UNSYNCED = {"sqlite": (), "postgresql": ("fsync=off",)}
"""The database's options without a sync; SQLite's is the application's."""
pytestmark = needs_disk


def cut(machine: Machine, disk: Disk) -> None:
    disk.cut()
    machine.kill()
    machine.database.kill()
    disk.unmount()
    disk.mount()


def test_no_reading_is_lost_when_the_power_is_cut(workshop: Workshop, engine: str) -> None:
    databases, applications, acknowledged = [], [], 0
    for first in range(0, CUTS, A_ROUND):
        with a_disk() as disk, workshop.machine(engine, data=disk.data) as machine:
            with machine.nurses() as sent:
                for _ in range(first, min(first + A_ROUND, CUTS)):
                    pause(0.2, 0.8)
                    cut(machine, disk)
                    databases.append(machine.database.start())
                    began = time.monotonic()
                    machine.start()
                    machine.wait()
                    applications.append(time.monotonic() - began)
                    more(sent)
                    assert not machine.reckoned(sent)
            assert not machine.reckoned(sent)
            machine.manage("manage.py", "verify_record")
            acknowledged += machine.acknowledged
    words = f"{engine}: {CUTS} power cuts, {acknowledged} acknowledged: none lost, twice or false"
    tell(words, database=databases, application=applications)


def test_without_a_sync_a_cut_loses_readings(workshop: Workshop, engine: str) -> None:
    """The control."""
    with a_disk() as disk, workshop.machine(
        engine, *UNSYNCED[engine], data=disk.data, wsgi=WEAKENED, WEAKENED="sync"
    ) as machine:  # fmt: skip
        with machine.nurses() as sent:
            more(sent, 5)
        cut(machine, disk)
        machine.database.start()
        assert machine.reckoned(sent).lost
