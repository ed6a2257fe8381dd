"""Who writes on one session keeps no one waiting who writes on another.

Shown on PostgreSQL: SQLite has one writer at a time, whatever is written.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import OperationalError, connection

from clinic.models import ChainHead, TrailEntry
from monitoring.actions import work
from monitoring.models import Reading
from tests.clock import TestClock
from tests.engine import USES_POSTGRESQL
from tests.guards.world import Clinic, Visit, open_clinic

pytestmark = pytest.mark.skipif(not USES_POSTGRESQL, reason="SQLite has one writer at a time")


@pytest.fixture
def clinic(committed_db: None, clock: TestClock) -> Clinic:
    return open_clinic()


class Held:
    """A verb that has written everything, trail and head too, and has not committed yet."""

    def __init__(self, act: Callable[[], Any]) -> None:
        self.has_written, self.may_commit = threading.Event(), threading.Event()
        self.thread = threading.Thread(target=self._run, args=(act,))

    def _run(self, act: Callable[[], Any]) -> None:
        try:
            act()
        finally:
            connection.close()


@pytest.fixture
def hold(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Callable[[], Any]], Held]]:
    """Begin a verb in a thread of its own, and hold it before its commit until it may."""
    finish = work.SessionWork.finish
    held: list[Held] = []

    def wait(self: work.SessionWork, *args: Any, **kwargs: Any) -> None:
        finish(self, *args, **kwargs)
        for one in held:
            if one.thread is threading.current_thread():
                one.has_written.set()
                assert one.may_commit.wait(timeout=30)

    def begin(act: Callable[[], Any]) -> Held:
        one = Held(act)
        held.append(one)
        one.thread.start()
        assert one.has_written.wait(timeout=30)
        return one

    monkeypatch.setattr(work.SessionWork, "finish", wait)
    yield begin
    for one in held:
        one.may_commit.set()
        one.thread.join()


def test_two_sessions_do_not_wait_for_each_others_chain(
    clinic: Clinic, clock: TestClock, hold: Callable[..., Held]
) -> None:
    one, other = Visit(clinic, clock).dosed(), Visit(clinic, clock).dosed()
    clock.forward(minutes=5)
    heads = {c: ChainHead.objects.get(pk=c.id).count for c in (one, other)}
    held = hold(one.read)
    for _ in range(20):
        other.read()
    assert ChainHead.objects.get(pk=other.id).count == heads[other] + 20
    assert ChainHead.objects.get(pk=one.id).count == heads[one], "the first has not committed"
    held.may_commit.set()
    held.thread.join()
    assert ChainHead.objects.get(pk=one.id).count == heads[one] + 1


def test_the_same_session_waits_for_its_chain(
    clinic: Clinic, clock: TestClock, hold: Callable[..., Held]
) -> None:
    """The control: it is the session that writers wait for, so waiting would be seen."""
    visit = Visit(clinic, clock).dosed()
    clock.forward(minutes=5)
    held = hold(visit.read)
    with pytest.raises(OperationalError, match="lock timeout"):
        visit.read()
    held.may_commit.set()
    held.thread.join()
    assert Reading.objects.filter(session=visit.id).count() == 2
    entries = TrailEntry.objects.filter(chain=visit.id).order_by("seq")
    assert [e.seq for e in entries] == list(range(1, len(entries) + 1))


def test_many_sessions_at_once_keep_every_chain_whole(
    clinic: Clinic, clock: TestClock, race: Callable[..., list[Any]]
) -> None:
    from monitoring.proof.verify import verify

    visits = [Visit(clinic, clock).dosed() for _ in range(6)]
    clock.forward(minutes=5)

    def work(visit: Visit) -> None:
        for _ in range(10):
            visit.read()

    assert race(*[lambda c=c: work(c) for c in visits]) == [None] * 6
    found = verify()
    assert found.problems == []
    assert found.checked["sessions"] == 6
