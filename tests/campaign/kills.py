"""The application is killed in the middle, one of its processes or all, while nurses write.

KILLS in all, half on each engine.
"""

from __future__ import annotations

import os
import random
import signal
import time
from contextlib import suppress

from tests.campaign.machine import WEAKENED, Machine, Workshop, more, pause, tell

KILLS = int(os.environ.get("KILLS", "1000")) // 2
A_ROUND = 50
"""Kills of one clinic, until it is a new one."""


def kill_one(machine: Machine) -> None:
    """A worker: the rest goes on."""
    _kill(random.sample(machine.workers(), 1))


def kill_workers(machine: Machine) -> None:
    _kill(machine.workers())


def kill_all(machine: Machine) -> None:
    """systemd sees that it is gone, and starts it again."""
    machine.kill()
    machine.restart()


def _kill(processes: list[int]) -> None:
    for pid in processes:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


WAYS = (kill_one, kill_workers, kill_all)


def test_no_reading_is_lost_to_a_process_that_is_killed(workshop: Workshop, engine: str) -> None:
    back: dict[str, list[float]] = {way.__name__: [] for way in WAYS}
    acknowledged = 0
    for first in range(0, KILLS, A_ROUND):
        with workshop.machine(engine) as machine:
            with machine.nurses() as sent:
                for number in range(first, min(first + A_ROUND, KILLS)):
                    way = WAYS[number % len(WAYS)]
                    pause(0.1, 0.8)
                    began = time.monotonic()
                    way(machine)
                    machine.wait()
                    back[way.__name__].append(time.monotonic() - began)
                    more(sent)
                    assert not machine.reckoned(sent)
            assert not machine.reckoned(sent)
            machine.manage("manage.py", "verify_record")
            acknowledged += machine.acknowledged
    tell(f"{engine}: {KILLS} kills, {acknowledged} acknowledged: none lost, twice or false", **back)


def test_an_answer_before_the_commit_is_found_to_be_lost(workshop: Workshop, engine: str) -> None:
    """The control."""
    with workshop.machine(engine, due=0, wsgi=WEAKENED, WEAKENED="commit") as machine:
        with machine.nurses() as sent:
            machine.kill()
            machine.restart()
            machine.wait()
        assert machine.reckoned(sent).lost
