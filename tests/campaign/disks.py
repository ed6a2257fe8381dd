"""The disk is full, or fails, while nurses write: what was not saved is said not to be, what was
read stays readable, and once the disk does its work again so does the record.

DISKS in all, half on each engine.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus

import psycopg

from tests.campaign.databases import Postgresql, Sqlite
from tests.campaign.disk import Disk, a_disk, needs_disk
from tests.campaign.failing import READ, SYNC, WRITE, failing, needs_strace
from tests.campaign.machine import WEAKENED, Machine, Workshop, more, pause, tell
from tests.campaign.tablets import Browser, Sent, reading
from tests.cluster.machines import wait_for

DISKS = int(os.environ.get("DISKS", "500")) // 2
A_ROUND = 50
LEFT = 20_000
"""Bytes that are left for nurses to fill."""
FULL = "The server&#x27;s disk is full."
READ_ONLY = "The record can be read, but not written now."
AWAY = "The database does not answer."
DAMAGED = "The database cannot be read: its disk fails."
MUCH = "SELECT pg_logical_emit_message(true, '', repeat('x', 4000000))"
"""Written to the log of PostgreSQL, and nowhere else."""
Making = Callable[[Machine, Disk], AbstractContextManager[None]]
pytestmark = [needs_disk, needs_strace]


@dataclass(frozen=True)
class Fault:
    name: str
    make: Making
    words: str
    """What a nurse is told who saves."""

    @property
    def is_survived(self) -> bool:
        """Whether the database goes on, so that it can be read."""
        return self.words not in {AWAY, DAMAGED}


@contextmanager
def full(machine: Machine, disk: Disk) -> Iterator[None]:
    if isinstance(machine.database, Sqlite):
        machine.database.empty_log()
    else:
        # Its log has room for a while.
        machine.database.rows("SELECT pg_switch_wal()")
    with disk.filled(LEFT):
        yield


@contextmanager
def full_log(machine: Machine, disk: Disk) -> Iterator[None]:
    """There is no room for the log of PostgreSQL, without which it ends."""
    with disk.filled():
        with suppress(psycopg.Error):
            while True:
                machine.database.rows(MUCH)
        yield


def broken(calls: str, kind: str = "") -> Making:
    """What is done to the database's files fails, or to those of one kind."""

    def make(machine: Machine, disk: Disk) -> AbstractContextManager[None]:
        database = machine.database
        if isinstance(database, Postgresql):
            return failing(calls, "EIO", database.processes(), database.files(kind))
        assert isinstance(database, Sqlite)
        return failing(calls, "EIO", machine.workers(), database.files())

    return make


FAULTS = {
    "sqlite": [
        Fault("full", full, FULL),
        Fault("sync_fails", broken(SYNC), READ_ONLY),
        Fault("write_fails", broken(WRITE), READ_ONLY),
        Fault("read_fails", broken(READ), DAMAGED),
    ],
    "postgresql": [
        Fault("full", full, FULL),
        Fault("write_fails", broken(WRITE, "tables"), READ_ONLY),
        Fault("log_full", full_log, AWAY),
        Fault("log_sync_fails", broken(SYNC, "log"), AWAY),
        Fault("log_write_fails", broken(WRITE, "log"), AWAY),
    ],
}


@contextmanager
def a_machine(
    workshop: Workshop, engine: str, weakened: str = ""
) -> Iterator[tuple[Machine, Disk]]:
    """With what the application writes beside the database on the same disk."""
    wsgi = WEAKENED if weakened else "clinic.wsgi"
    with (
        a_disk() as disk,
        workshop.machine(
            engine, data=disk.data, wsgi=wsgi, WEAKENED=weakened,
            CLINIC_STATE=str(disk.mounted / "state"),
        ) as machine,
    ):  # fmt: skip
        yield machine, disk


def meet(machine: Machine, disk: Disk, fault: Fault, sent: Sent) -> float:
    """How long it took until a reading was saved again."""
    where, nurse = machine.made.sessions[0], machine.nurse()
    nurse.ask_token(where)
    with fault.make(machine, disk):
        wait_for("an answer that says why", lambda: is_refused(sent, nurse, where, fault))
        shown, *_ = nurse.ask("GET", f"/sessions/{where}/")
        assert shown == HTTPStatus.OK or not fault.is_survived
    began = time.monotonic()
    machine.database.start_again()
    more(sent)
    return time.monotonic() - began


def is_refused(sent: Sent, nurse: Browser, where: str, fault: Fault) -> bool:
    """Whether a nurse who saves is told that it cannot be, and why."""
    form = reading()
    sent.begun[form["id"]] = form
    status, _ = nurse.send(where, form)
    if status == HTTPStatus.FOUND:
        sent.saved[form["id"]] = time.monotonic()
    return status == HTTPStatus.SERVICE_UNAVAILABLE and fault.words in nurse.page


def test_no_reading_is_lost_to_a_disk_that_is_full_or_fails(
    workshop: Workshop, engine: str
) -> None:
    faults = FAULTS[engine]
    again: dict[str, list[float]] = {fault.name: [] for fault in faults}
    acknowledged = refused = 0
    for first in range(0, DISKS, A_ROUND):
        with a_machine(workshop, engine) as (machine, disk):
            with machine.nurses() as sent:
                for number in range(first, min(first + A_ROUND, DISKS)):
                    pause(0.1, 0.5)
                    fault = faults[number % len(faults)]
                    again[fault.name].append(meet(machine, disk, fault, sent))
                    assert not machine.reckoned(sent)
            assert not machine.reckoned(sent)
            assert not sent.answers[HTTPStatus.INTERNAL_SERVER_ERROR]
            machine.manage("manage.py", "verify_record")
            acknowledged += machine.acknowledged
            refused += sent.answers[HTTPStatus.SERVICE_UNAVAILABLE]
    words = f"{DISKS} faults of the disk, {acknowledged} acknowledged, {refused} refused"
    tell(f"{engine}: {words}: none lost, twice or false")
    tell("until a reading was saved again", **again)


def test_what_is_not_saved_and_said_to_be_is_found_to_be_lost(
    workshop: Workshop, engine: str
) -> None:
    """The control."""
    with a_machine(workshop, engine, "word") as (machine, disk), machine.nurses() as sent:
        assert not machine.reckoned(sent).lost
        for fault in FAULTS[engine]:
            before = machine.reckoned(sent).lost
            with fault.make(machine, disk):
                if fault.is_survived:
                    wait_for("a loss", lambda: machine.reckoned(sent).lost - before)  # noqa: B023
                else:
                    more(sent, 3)
            machine.database.start_again()
            assert machine.reckoned(sent).lost - before, fault.name
