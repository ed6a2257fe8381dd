"""The rows that are read in one statement are those that Django would have made, one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, models
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from clinic.ids import uuid7
from clinic.models import Staff
from monitoring.models import Dose, DoseEnd, Reading, Session, Withdrawal
from monitoring.models.fetch import fetch
from monitoring.models.row import SessionRow
from monitoring.models.rows import beside_of, load, own_tables
from tests.clock import TestClock
from tests.factories.visits import Visit, observed, signed
from tests.sequences.machine import Clinic, after_every_verb

pytestmark = pytest.mark.django_db
Values = dict[str, tuple[type, Any]]


def values(row: models.Model) -> Values:
    """All that an instance holds, by the type and the value of each."""
    held = {name: value for name, value in vars(row).items() if name != "_state"}
    held |= {"db": row._state.db, "adding": row._state.adding}
    return {name: (type(value), value) for name, value in held.items()}


def by_django(noun: type[SessionRow], ids: Iterable[UUID]) -> dict[UUID, Values]:
    return {row.pk: values(row) for row in noun._default_manager.filter(session_id__in=ids)}


def assert_alike(*ids: UUID) -> Counter[str]:
    """Answers how many rows of each noun were compared."""
    nouns = SessionRow.tables()
    found = fetch(nouns, ids)
    assert set(found) == set(nouns)
    for noun, rows in found.items():
        assert {row.pk: values(row) for row in rows} == by_django(noun, ids)
        assert len(rows) == len({row.pk for row in rows})
    return Counter({noun.__name__: len(rows) for noun, rows in found.items()})


def test_every_column_of_every_noun_is_read_as_django_reads_it(clock: TestClock) -> None:
    visits = after_every_verb(clock)
    compared = assert_alike(*(visit.id for visit in visits))
    assert all(compared[noun.__name__] for noun in SessionRow.tables())
    # Each alone: no other session's rows are among them.
    assert sum((assert_alike(visit.id) for visit in visits), Counter()) == compared


class Loading(Clinic):
    """The same steps in any order, after each of which both ways are compared."""

    def _check(self, visit: Visit) -> None:
        assert_alike(*(one.id for one in self.visits))


def test_both_ways_are_alike_after_any_order_of_verbs(clock: TestClock) -> None:
    own = {"clock": clock, "taken": Counter(), "written": Counter(), "orders": set()}
    run_state_machine_as_test(
        type("LoadingAtAnHour", (Loading,), own),
        settings=settings(
            max_examples=2,
            stateful_step_count=20,
            database=None,
            derandomize=False,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_nothing_is_asked_where_there_is_no_session_or_no_noun(clock: TestClock) -> None:
    visit = observed(clock)
    session = visit.session
    with CaptureQueriesContext(connection) as asked:
        assert fetch((Reading, Dose), []) == {Reading: [], Dose: []}
        assert fetch((), [visit.id]) == {}
        load([], [Reading])
        load([session], [])
    assert len(asked) == 0
    assert fetch((Reading,), [uuid7()]) == {Reading: []}


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5])
def test_each_of_some_sessions_has_its_own_rows_in_one_query(clock: TestClock, count: int) -> None:
    opening, visits = clock.now(), []
    for number in range(count):
        clock.travel_to(opening)
        visits.append(observed(clock))
        for _ in range(number):
            visits[-1].event()
    sessions = list(Session.objects.filter(pk__in=[visit.id for visit in visits]))
    with CaptureQueriesContext(connection) as asked:
        load(sessions, own_tables())
    assert len(asked) == 1
    for session in sessions:
        for noun in SessionRow.tables():
            rows = session.rows.of(noun)
            assert {row.pk: values(row) for row in rows} == by_django(noun, [session.pk])
            assert all(row.session is session for row in rows)


def test_what_belongs_to_a_row_is_found_from_either_without_a_query(clock: TestClock) -> None:
    visits = after_every_verb(clock)
    sessions = list(Session.objects.filter(pk__in=[visit.id for visit in visits]))
    load(sessions, own_tables())
    found = Counter[type[SessionRow]]()
    with CaptureQueriesContext(connection) as asked:
        for session in sessions:
            for noun in own_tables():
                for row in session.rows.of(noun):
                    for other, back in beside_of(noun).items():
                        beside = getattr(row, back, None)
                        assert beside is session.rows.beside(row, other)
                        found[other] += beside is not None
                        links = [f for f in other._meta.concrete_fields if f.related_model is noun]
                        assert all(getattr(beside, f.name) is row for f in links if beside)
    assert len(asked) == 0
    assert all(found[noun] for noun in SessionRow.tables() if noun not in own_tables())
    assert found[Withdrawal]
    assert found[DoseEnd]


def test_the_people_whom_rows_name_come_in_one_more_query(clock: TestClock) -> None:
    visit = signed(clock)
    session = visit.session
    with CaptureQueriesContext(connection) as asked:
        load([session], own_tables(), with_people=True)
    assert len(asked) == 2
    named = 0
    with CaptureQueriesContext(connection) as asked:
        for row in session.rows.every():
            for field in row._meta.concrete_fields:
                if field.related_model is Staff:
                    person = getattr(row, field.name)
                    assert (person and person.pk) == getattr(row, field.attname)
                    named += person is not None
    assert named > len(session.rows.every())
    assert len(asked) == 0


def test_a_row_that_was_read_is_not_taken_for_a_new_one(clock: TestClock) -> None:
    (dose, *_) = fetch((Dose,), [observed(clock).id])[Dose]
    assert not dose.is_new
    assert dose == Dose.objects.get(pk=dose.pk)
    dose.refresh_from_db()
