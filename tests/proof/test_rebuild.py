"""Any session, at any instant, from the log alone."""

from __future__ import annotations

import contextlib
from bisect import bisect_right
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from io import StringIO
from random import Random
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django import DjangoAssertNumQueries

from clinic.trail.chain import entries_of
from clinic.trail.replay import State, replay, until
from monitoring.actions import Conflict, NotAllowed, Refused
from monitoring.models import Reading, Session
from monitoring.proof.rebuild import rebuilt
from monitoring.rules.facts import SessionFacts
from monitoring.rules.protocol import KETAMINE_IV
from tests.clock import TestClock
from tests.factories.visits import Visit, discharged, planned
from tests.sequences.steps import STARTS, STEPS, tables, whole

pytestmark = pytest.mark.django_db
INSTANTS = 200


@dataclass
class Taken:
    """A session with what its tables held after each step, in the order of time."""

    visit: Visit
    times: list[datetime] = field(default_factory=list)
    states: list[State] = field(default_factory=list)
    facts_then: list[SessionFacts] = field(default_factory=list)

    def snapshot(self) -> None:
        session = whole(self.visit)
        self.times.append(self.visit.clock.now())
        self.states.append(tables(session))
        self.facts_then.append(session.facts())

    def at(self, instant: datetime) -> tuple[State, SessionFacts]:
        index = bisect_right(self.times, instant) - 1
        return self.states[index], self.facts_then[index]


def live_through(clock: TestClock, random: Random, steps: int) -> Taken:
    infusion: dict[str, Any] = {"protocol": KETAMINE_IV, "planned_mg": 36}
    taken = Taken(planned(clock, **random.choice([{}, {}, infusion])))
    taken.snapshot()
    names = [*random.choice(STARTS), *random.choices(sorted(STEPS), k=steps)]
    for name in names:
        with contextlib.suppress(Refused, Conflict, NotAllowed):
            STEPS[name](taken.visit)
        taken.snapshot()
        clock.forward(seconds=random.randrange(90))
    return taken


def test_at_200_random_instants_the_log_tells_what_the_tables_held(clock: TestClock) -> None:
    random = Random(20260310)
    lives = [live_through(clock, random, 25) for _ in range(10)]
    phases = set()
    for _ in range(INSTANTS):
        life = random.choice(lives)
        span = (life.times[-1] - life.times[0]).total_seconds()
        any_time = life.times[0] + timedelta(seconds=random.uniform(0, span))
        # A state that lasted a minute of hours is seldom met by chance alone.
        instant = random.choice([any_time, random.choice(life.times)])
        told = replay(until(entries_of(life.visit.id), instant))
        state, facts = life.at(instant)
        assert told == state
        # What earlier sessions ask is not of this log; what was answered is.
        assert rebuilt(told).facts() == replace(facts, history=None)
        phases.add(facts.phase)
    assert phases >= {"planned", "arrived", "observing", "cleared", "closed"}


def test_a_clock_that_jumps_back_moves_no_entry(clock: TestClock) -> None:
    visit = discharged(clock)
    signed_at = clock.now()
    clock.travel_to(signed_at - timedelta(hours=1))
    visit.amend()
    entries = entries_of(visit.id)
    assert [e.seq for e in until(entries, signed_at)] == [e.seq for e in entries]
    assert until(entries, clock.now()) == entries


def test_a_rebuilt_session_asks_its_tables_nothing(
    clock: TestClock, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    """Three queries: who acted, whose it is, under which protocol; and the site."""
    visit = discharged(clock)
    state = replay(entries_of(visit.id))
    with django_assert_max_num_queries(4):
        session = rebuilt(state)
        facts = session.facts()
        assert session.departure.kind == "discharged"
        assert [r.recorded_by.printed_name for r in session.rows.of(Reading)]
    assert facts.phase == "closed"


def shown(visit: Visit, **options: Any) -> str:
    out = StringIO()
    call_command("rebuild", session=visit.id, stdout=out, **options)
    return out.getvalue()


def test_the_command_shows_a_session_at_a_time(clock: TestClock) -> None:
    visit = discharged(clock)
    first = visit.session.first_dose_at
    assert first is not None
    now, then = shown(visit), shown(visit, at=first.isoformat())
    assert "phase closed" in now
    assert "  depart  " in now
    assert "phase dosing" in then
    assert "  depart  " not in then
    assert visit.patient.mrn not in now
    assert entries_of(visit.id)[-1].digest in now


@pytest.mark.parametrize("at", ["soon", "2026-03-10T14:00", "1999-01-01T00:00Z"])
def test_the_command_says_what_it_cannot_show(clock: TestClock, at: str) -> None:
    visit = discharged(clock)
    with pytest.raises(CommandError):
        shown(visit, at=at)
    assert Session.objects.count() == 1


def test_the_command_sends_an_unreadable_log_to_verification(
    clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit = discharged(clock)
    entries = entries_of(visit.id)
    for entry in entries:
        entry.payload = "[]"
    monkeypatch.setattr(
        "monitoring.management.commands.rebuild.entries_of", lambda session: entries
    )
    with pytest.raises(CommandError, match="verify_record"):
        shown(visit)
