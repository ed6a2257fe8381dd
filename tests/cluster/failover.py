"""The recipe of docs/deploy/cluster, started on loopback: its primary is killed again and again
while nurses write, and nothing that was acknowledged is lost.

`make test-cluster` runs it; FAILOVERS=50 is the full form. The tests go in the order in which they
stand, on one cluster, whose safety the last one takes away.
"""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import sys
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest

from tests.campaign.tablets import Browser, Place, Reckoning, Sent, Tablet, reading, reckon
from tests.cluster.machines import DATA, PROGRAMS, Cluster, address, wait_for

FAILOVERS = int(os.environ.get("FAILOVERS", "3"))
WITHIN = 30
"""Seconds that no reading is saved, at the most."""
LACKING = [program for program in PROGRAMS if shutil.which(program) is None]
pytestmark = pytest.mark.skipif(
    bool(LACKING) and "CI" not in os.environ, reason=f"not installed: {', '.join(LACKING)}"
)


@dataclass
class Clinic:
    cluster: Cluster
    made: dict[str, Any]

    def tablet(self, sent: Sent, host: str, port: int) -> Tablet:
        return Tablet(sent, self.browser(host, port), self.made["sessions"])

    def browser(self, host: str, port: int) -> Browser:
        return Browser(Place(host, port), self.made["cookies"])

    @contextmanager
    def nurses(self) -> Iterator[Sent]:
        """Two tablets at each machine write meanwhile."""
        sent = Sent()
        tablets = [self.tablet(sent, address(number), 8000) for number in DATA for _ in range(2)]
        for tablet in tablets:
            tablet.start()
        try:
            wait_for("the first readings", lambda: len(sent.saved) > len(tablets))
            yield sent
        finally:
            for tablet in tablets:
                tablet.finish()
            # Who does nothing for a quarter of an hour is signed out; what begins next goes on.
            self.made["cookies"] = tablets[0].browser.cookies

    def notes(self) -> list[str]:
        with self.cluster.owner(self.cluster.primary()) as connection:
            found = connection.execute("SELECT note FROM monitoring_reading WHERE note <> ''")
            return [note for (note,) in found]

    def reckoned(self, sent: Sent) -> Reckoning:
        notes = set(sent.begun)
        return reckon(sent, [note for note in self.notes() if note in notes])


@pytest.fixture(scope="module")
def clinic() -> Iterator[Clinic]:
    # Its socket's name must be short, and postgres must reach the folder.
    folder = Path(mkdtemp(prefix="cluster-", dir="/tmp"))
    folder.chmod(0o755)
    cluster = Cluster(folder)
    try:
        made = cluster.start()
        for number in DATA:
            wait_for("the application through HAProxy", partial(is_served, number))
        yield Clinic(cluster, made)
    finally:
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)


def is_served(number: int, port: int = 8000) -> bool:
    connection = http.client.HTTPConnection(address(number), port, timeout=5)
    try:
        connection.request("GET", "/sign-in/")
        return connection.getresponse().status == HTTPStatus.OK
    finally:
        connection.close()


def test_each_primary_that_dies_loses_nothing_and_is_followed_in_time(clinic: Clinic) -> None:
    cluster, silences = clinic.cluster, []
    with clinic.nurses() as sent:
        for _ in range(FAILOVERS):
            wait_for("a primary and its synchronous standby", cluster.is_pair)
            dead, began = cluster.primary(), time.monotonic()
            cluster.kill(dead)
            wait_for("the other machine as the primary", partial(cluster.is_primary, 3 - dead))
            more_readings(sent)
            cluster.patroni(dead)
            wait_for("a primary and its synchronous standby", cluster.is_pair)
            more_readings(sent)
            silences.append(sent.silence(began))
    assert not clinic.reckoned(sent)
    assert max(silences) < WITHIN, silences
    seconds = ", ".join(f"{one:.1f}" for one in silences)
    sys.stdout.write(
        f"\n{FAILOVERS} primaries killed: {len(sent.saved)} acknowledged, 0 lost, 0 twice; "
        f"seconds without one: {seconds}; answers: {dict(sent.answers)}\n"
    )


def more_readings(sent: Sent) -> None:
    count = len(sent.saved)
    wait_for("more readings", lambda: len(sent.saved) > count + 10)


def test_a_database_that_dies_alone_is_started_again(clinic: Clinic) -> None:
    cluster = clinic.cluster
    with clinic.nurses() as sent:
        began = time.monotonic()
        os.kill(cluster.postmaster(cluster.primary()), signal.SIGKILL)
        time.sleep(1)
        more_readings(sent)
        silence = sent.silence(began)
    assert not clinic.reckoned(sent)
    assert silence < WITHIN


READ_FROM = """
from django.db import connection
from clinic import standby
with standby.reading(), connection.cursor() as cursor:
    cursor.execute("SELECT pg_is_in_recovery()")
    print(cursor.fetchone()[0])
"""
"""Says whether it is a standby that files are read from."""


def test_files_are_read_from_the_standby_and_not_while_it_lags_or_is_gone(clinic: Clinic) -> None:
    cluster = clinic.cluster
    wait_for("a primary and its synchronous standby", cluster.is_pair)
    first = cluster.primary()

    def is_standby_read() -> bool:
        return cluster.manage("shell", "-v", "0", "-c", READ_FROM).split()[-1] == "True"

    wait_for("a standby that is read", is_standby_read)
    with cluster.owner(3 - first) as connection:
        # What shows the changes hangs, and what takes them to the disk goes on: nurses save.
        (replaying,) = connection.execute(
            "SELECT pid FROM pg_stat_activity WHERE backend_type = 'startup'"
        ).fetchone() or (0,)
    os.kill(replaying, signal.SIGSTOP)
    with clinic.nurses() as sent:
        time.sleep(5)
        assert not is_standby_read()
        more_readings(sent)
    os.kill(replaying, signal.SIGCONT)
    wait_for("a standby that has everything, though nothing is written", is_standby_read)
    time.sleep(5)
    assert is_standby_read(), "the last change is old, and it lags behind nothing"
    cluster.kill(3 - first)
    assert not is_standby_read()
    cluster.patroni(3 - first)
    wait_for("a primary and its synchronous standby", cluster.is_pair)


def test_without_a_majority_of_etcd_the_two_machines_go_on(clinic: Clinic) -> None:
    cluster = clinic.cluster
    wait_for("a primary and its synchronous standby", cluster.is_pair)
    first = cluster.primary()
    with clinic.nurses() as sent:
        cluster.end("etcd2", signal.SIGKILL)
        cluster.end("etcd3", signal.SIGKILL)
        # Longer than a lease lasts.
        time.sleep(25)
        more_readings(sent)
        assert cluster.primary() == first
        cluster.etcd(2)
        cluster.etcd(3)
        wait_for("a primary and its synchronous standby", cluster.is_pair)
        more_readings(sent)
    assert not clinic.reckoned(sent)


def test_the_record_that_comes_out_of_it_is_whole_and_guarded(clinic: Clinic) -> None:
    cluster = clinic.cluster
    cluster.manage("check", "--database", "default", "--fail-level", "WARNING")
    cluster.manage("verify_record")


def test_the_count_sees_a_reading_that_is_lost_and_one_that_stands_twice(clinic: Clinic) -> None:
    """The control of the count."""
    with clinic.nurses() as sent:
        pass
    notes = [note for note in clinic.notes() if note in sent.saved]
    assert not reckon(sent, notes)
    assert reckon(sent, notes[1:]).lost == {notes[0]}
    assert reckon(sent, [*notes, notes[0]]).twice == {notes[0]}
    assert reckon(sent, [*notes, "of no tablet"]).unknown == {"of no tablet"}


def test_an_application_that_dies_is_gone_round(clinic: Clinic) -> None:
    with clinic.nurses() as sent:
        clinic.cluster.end("application1", signal.SIGKILL)
        more_readings(sent)
    clinic.cluster.application(1)
    assert not clinic.reckoned(sent)


def test_an_old_primary_that_no_one_told_acknowledges_nothing(clinic: Clinic) -> None:
    """A split: its agent is frozen, its database goes on, and an application still reaches it."""
    cluster = clinic.cluster
    wait_for("a primary and its synchronous standby", cluster.is_pair)
    old = cluster.primary()
    cluster.application(old, name="stale", bind=f"{address(9)}:8001", direct=old)
    wait_for("the application", lambda: is_served(9, 8001))
    stale, form = clinic.browser(address(9), 8001), reading()
    where = clinic.made["sessions"][0]
    control = reading()
    assert stale.send(where, control)[0] == HTTPStatus.FOUND, "before the split it saves"
    with clinic.nurses() as sent:
        cluster.running[f"patroni{old}"].send_signal(signal.SIGSTOP)
        wait_for("the other machine as the primary", partial(cluster.is_primary, 3 - old))
        status = 0
        with suppress(OSError):
            status, _ = stale.send(where, form)
        assert status != HTTPStatus.FOUND
        with cluster.owner(old) as connection:
            (is_standby,) = connection.execute("SELECT pg_is_in_recovery()").fetchone() or (None,)
            assert is_standby is False, "it still takes itself for the primary"
        more_readings(sent)
        cluster.running[f"patroni{old}"].send_signal(signal.SIGCONT)
        wait_for("the old one as the standby of the new one", cluster.is_pair)
        assert cluster.primary() == 3 - old
    cluster.end("stale", signal.SIGKILL)
    assert not clinic.reckoned(sent)
    notes = clinic.notes()
    assert control["note"] in notes
    assert form["note"] not in notes


def test_without_the_synchronous_standby_readings_are_lost(clinic: Clinic) -> None:
    """The control of it all: the same death, where the standby may lag behind what is told."""
    cluster = clinic.cluster
    wait_for("a primary and its synchronous standby", cluster.is_pair)
    dead = cluster.primary()
    configure(cluster, dead, synchronous_mode=False, maximum_lag_on_failover=2**30)
    wait_for("replication that waits for no one", lambda: not cluster.is_pair())
    with cluster.owner(3 - dead) as connection:
        (receiver,) = connection.execute("SELECT pid FROM pg_stat_wal_receiver").fetchone() or (0,)
    with clinic.nurses() as sent:
        os.kill(receiver, signal.SIGSTOP)
        more_readings(sent)
        cluster.kill(dead)
        os.kill(receiver, signal.SIGKILL)
        wait_for("the other machine as the primary", partial(cluster.is_primary, 3 - dead))
    assert clinic.reckoned(sent).lost


def configure(cluster: Cluster, number: int, **given: Any) -> None:
    """What `patronictl edit-config` does."""
    connection = http.client.HTTPConnection(address(number), 8008, timeout=10)
    word = b64encode(f"patroni:{cluster.passwords['REST']}".encode()).decode()
    connection.request("PATCH", "/config", json.dumps(given), {"Authorization": f"Basic {word}"})
    assert connection.getresponse().status == HTTPStatus.OK
    connection.close()
