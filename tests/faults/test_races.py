"""Two people at once, each with a connection of their own and real commits, 200 rounds a kind.

A verb may answer with a refusal or a conflict; nothing else may come out of a race.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.db.models import F

from clinic.ids import uuid7
from monitoring import guards
from monitoring.actions import Conflict, Refused, record_reading
from monitoring.actions.sending import FIRST
from monitoring.models import Clearance, Departure, Reading, Session
from monitoring.models.row import SessionFact
from tests.clock import TestClock
from tests.engine import IS_WHOLE
from tests.guards.raw import copy
from tests.guards.ready_made import departure
from tests.guards.world import Clinic, Visit, open_clinic

ROUNDS = 200 if IS_WHOLE else 24
"""How often two people meet: 200 times in `make test-all`."""
CALM_OR_HIGH = (120, 190) * (ROUNDS // 2)
Race = Callable[..., list[Any]]


@pytest.fixture
def clinic(committed_db: None, clock: TestClock) -> Clinic:
    return open_clinic()


def answered(outcomes: list[Any]) -> list[Any]:
    """What was done; refusals and conflicts are answers too, other exceptions are faults."""
    faults = [o for o in outcomes if isinstance(o, Exception)]
    assert all(isinstance(o, Refused | Conflict) for o in faults), faults
    return [o for o in outcomes if not isinstance(o, Exception)]


def ready(clinic: Clinic, clock: TestClock) -> Visit:
    return Visit(clinic, clock).ready()


def assert_whole(visit: Visit, acknowledged: list[Any]) -> None:
    """Every acknowledged reading is kept, numbers have no gap, and no discharge stands over more
    than was signed."""
    kept = set(Reading.objects.filter(session=visit.id).values_list("id", flat=True))
    assert {r.id for r in acknowledged if isinstance(r, Reading)} <= kept
    session = visit.row
    rows = Session.read(visit.id).rows.every()
    seqs = sorted(row.seq for row in rows if isinstance(row, SessionFact))
    assert seqs == list(range(1, session.last_seq + 1))
    assert not unsigned_discharges(visit)


def unsigned_discharges(visit: Visit) -> list[Reading]:
    """Readings that no signature covers, though the patient was discharged on one."""
    left = Departure.objects.filter(session=visit.id, kind="discharged").first()
    if left is None:
        return []
    assert left.clearance is not None
    after = Reading.objects.filter(session=visit.id, seq__gt=left.clearance.through_seq)
    return list(after.filter(after_departure=False))


@pytest.mark.django_db
def test_the_races_begin_with_every_guard_in_place() -> None:
    assert guards.check(connection) == []


def test_reading_against_signature(clinic: Clinic, clock: TestClock, race: Race) -> None:
    for systolic in CALM_OR_HIGH:
        visit = ready(clinic, clock)
        through = visit.row.last_seq
        done = answered(
            race(partial(visit.read, systolic=systolic), partial(visit.sign, through_seq=through))
        )
        assert_whole(visit, done)
        signature = Clearance.objects.filter(session=visit.id).first()
        if visit.row.phase == "cleared":
            assert signature
            assert signature.through_seq == visit.row.last_seq


def test_reading_against_discharge(clinic: Clinic, clock: TestClock, race: Race) -> None:
    for systolic in CALM_OR_HIGH:
        visit = ready(clinic, clock)
        visit.sign()
        done = answered(race(partial(visit.read, systolic=systolic), visit.discharge))
        assert_whole(visit, done)
        assert any(isinstance(o, Reading) for o in done), "a reading is never refused"


def test_two_signatures(clinic: Clinic, clock: TestClock, race: Race) -> None:
    for _ in range(ROUNDS):
        visit = ready(clinic, clock)
        through = visit.row.last_seq
        done = answered(
            race(partial(visit.sign, through_seq=through), partial(visit.sign, through_seq=through))
        )
        assert len(done) == 1
        assert Clearance.objects.filter(session=visit.id, through_seq=through).count() == 1
        assert_whole(visit, done)


def test_the_same_slot_twice(clinic: Clinic, clock: TestClock, race: Race) -> None:
    """Of two tablets the second is told of the first and asked, never kept without a word, though
    it measured a moment before."""
    for _ in range(ROUNDS):
        visit = Visit(clinic, clock).dosed()
        clock.forward(minutes=41)
        reads = [
            partial(
                visit.read, 40, sending=FIRST, systolic=systolic,
                taken_at=clock.now() - timedelta(milliseconds=systolic),
            )
            for systolic in (124, 126)
        ]  # fmt: skip
        done = race(*reads)
        kept = [d for d in done if isinstance(d, Reading)]
        (refusal,) = (d for d in done if isinstance(d, Refused))
        assert [m.code for m in refusal.messages] == ["slot_taken"]
        stored = Reading.objects.filter(session=visit.id, systolic__in=(124, 126))
        assert [r.pk for r in kept] == [r.pk for r in stored]
        assert_whole(visit, kept)


def test_the_same_reading_sent_twice(clinic: Clinic, clock: TestClock, race: Race) -> None:
    for _ in range(ROUNDS // 4):
        visit = Visit(clinic, clock).dosed()
        clock.forward(minutes=40)
        one, entry = uuid7(), visit.entry(40)

        send = partial(record_reading, visit.id, clinic.nurse, id=one, entry=entry)
        assert [r.id for r in answered(race(send, send))] == [one, one]
        assert_whole(visit, [])


def test_a_check_in_python_alone_loses_the_race(
    clinic: Clinic, clock: TestClock, race: Race
) -> None:
    """The control: without lock, counter and guards the same race is lost, so it can be lost."""
    visit = ready(clinic, clock)
    clearance = visit.sign()
    with guards.as_owner(connection):
        guards.drop(connection)
    checked = threading.Barrier(2)

    def read() -> None:
        assert not Departure.objects.filter(session=visit.id).exists()
        row = Reading.objects.filter(session=visit.id).latest("seq")
        checked.wait(timeout=10)
        copy(row, seq=row.seq + 1, slot=None)
        Session.objects.filter(pk=visit.id).update(last_seq=F("last_seq") + 1)

    def leave() -> None:
        assert visit.row.last_seq == clearance.through_seq
        checked.wait(timeout=10)
        copy(departure(visit, clearance))

    assert race(read, leave) == [None, None]
    assert unsigned_discharges(visit)


def test_the_guards_alone_keep_the_same_race(clinic: Clinic, clock: TestClock, race: Race) -> None:
    """The same two writes, still without verbs or locks, with the guards in place."""
    for _ in range(ROUNDS // 4):
        visit = ready(clinic, clock)
        clearance = visit.sign()
        last = Reading.objects.filter(session=visit.id).latest("seq")
        race(
            partial(copy, last, seq=last.seq + 1, slot=None),
            partial(copy, departure(visit, clearance)),
        )
        assert not unsigned_discharges(visit)
