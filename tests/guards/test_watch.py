"""What a process knows of its database, and when it asks anew."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from clinic import clock as clinic_clock
from clinic.ids import uuid7
from clinic.models import TrailEntry
from clinic.refusal import GuardsMissing
from monitoring.guards import clocks, compare, watch
from monitoring.guards.compare import Fault
from tests.clock import TestClock
from tests.engine import APPLICATION, USES_POSTGRESQL
from tests.factories.visits import planned

pytestmark = pytest.mark.django_db
on_sqlite = pytest.mark.skipif(USES_POSTGRESQL, reason="PostgreSQL has a clock of its own")
on_postgresql = pytest.mark.skipif(not USES_POSTGRESQL, reason="SQLite has no clock or roles")
SECONDS = timedelta(seconds=1)


class Passing:
    seconds = 1000.0


@pytest.fixture(autouse=True)
def passing(monkeypatch: pytest.MonkeyPatch) -> Passing:
    """Time that passes when it is told to, in a process that has asked for nothing yet."""
    made = Passing()
    monkeypatch.setattr(clocks, "seconds", lambda: made.seconds)
    monkeypatch.setattr(watch, "_watches", {})
    return made


@pytest.fixture
def finds(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """What the database is found to lack from now on."""

    def find(*faults: Fault) -> None:
        monkeypatch.setattr(watch, "find", lambda connection: iter(faults))

    return find


MISSING = Fault(
    "monitoring.W001", "guard_reading_never_changed", "A guard is missing.", stops_saving=True
)
RIGHTS = Fault("monitoring.W002", "rights", "Someone has more rights.", stops_saving=False)


def asks(call: Callable[[], object]) -> bool:
    with CaptureQueriesContext(connection) as asked:
        call()
    return bool(asked.captured_queries)


def test_it_is_asked_once_a_minute(passing: Passing) -> None:
    assert asks(watch.watch)
    passing.seconds += watch.EVERY - 1
    assert not asks(watch.watch)
    assert not asks(watch.require)
    passing.seconds += 1
    assert asks(watch.watch)
    assert not asks(watch.require)


def test_a_save_asks_for_itself_where_no_page_did() -> None:
    assert asks(watch.require)
    assert not asks(watch.require)


def test_nothing_is_saved_until_it_is_mended_and_then_at_once(finds: Callable[..., None]) -> None:
    finds(MISSING)
    watch.watch()
    with pytest.raises(GuardsMissing, match=MISSING.name):
        watch.require()
    finds()
    watch.require()
    assert watch.seen() == watch.Seen()


def test_more_rights_than_needed_are_told_and_stop_nothing(finds: Callable[..., None]) -> None:
    finds(RIGHTS)
    watch.require()
    assert watch.seen().has_more_rights
    assert watch.said(watch.seen()) == [RIGHTS.words]


@on_postgresql
def test_a_server_that_connects_as_the_owner_is_told_and_saves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(watch, "owned", compare.owned)
    watch.watch()
    assert [fault.id for fault in watch.seen().faults] == ["monitoring.W003"]
    assert watch.seen().has_more_rights
    with connection.cursor() as cursor:
        cursor.execute(f"SET SESSION AUTHORIZATION {APPLICATION}")
    assert watch.look().faults == ()


@on_postgresql
def test_a_command_may_be_the_owners(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Such as `restore`, which tells the trail."""
    monkeypatch.setattr(watch, "owned", compare.owned)
    monkeypatch.setattr(watch, "_watches", {})
    watch.require()
    assert watch.seen() == watch.Seen()
    assert not caplog.records


def test_a_database_that_does_not_answer_is_left_to_what_needs_it(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, passing: Passing
) -> None:
    def away(connection: object) -> Any:
        raise OperationalError("gone")

    monkeypatch.setattr(watch, "find", away)
    with caplog.at_level(logging.WARNING):
        watch.watch()
    assert "could not be asked for: OperationalError" in caplog.text
    with pytest.raises(OperationalError):
        watch.require()


def test_where_a_setting_is_changed_for_invented_data_it_is_asked_before_and_after(
    finds: Callable[..., None], passing: Passing
) -> None:
    with watch.asked_before():
        finds(MISSING)
        passing.seconds += 10 * watch.EVERY
        watch.require()
    with pytest.raises(GuardsMissing), watch.asked_before():
        raise AssertionError("begun without the guards")


def test_another_database_in_its_place_is_told_until_the_process_ends(
    monkeypatch: pytest.MonkeyPatch, passing: Passing
) -> None:
    watch.watch()
    assert watch.seen().exchanged is None
    with monkeypatch.context() as patch:
        patch.setattr(watch, "_identity", lambda connection: "another")
        noticed = watch.look().exchanged
    assert noticed is not None
    passing.seconds += watch.EVERY
    assert watch.look().exchanged == noticed
    assert "Look for what is missing" in watch.exchange(watch.seen())


def test_an_older_copy_in_its_place_lacks_an_entry_that_was_known(clock: TestClock) -> None:
    planned(clock)
    assert watch.look().exchanged is None
    assert watch.look().exchanged is None
    planned(clock)
    assert watch.look().exchanged is None
    (known,) = watch._watches.values()
    assert known.last == TrailEntry.objects.order_by("-at", "-id").values_list("pk", flat=True)[0]
    known.last = uuid7()
    assert watch.look().exchanged is not None


@pytest.fixture
def agreeing(clock: TestClock, monkeypatch: pytest.MonkeyPatch) -> TestClock:
    """A clock that has moved as time passes since the process began."""
    monkeypatch.setattr(clocks, "AGREE", 5 * SECONDS)
    monkeypatch.setattr(clocks, "_zero", clocks.zero())
    return clock


@on_sqlite
def test_a_clock_that_moves_as_time_passes_is_believed(
    agreeing: TestClock, passing: Passing
) -> None:
    agreeing.forward(minutes=60)
    passing.seconds += 3600
    assert clocks.apart(connection, agreeing.now()) == ""
    assert clocks.apart(connection, None) == ""


@on_sqlite
@pytest.mark.parametrize(("minutes", "words"), [(60, "+3600 s"), (-60, "-3600 s")])
def test_a_clock_that_was_set_is_told(agreeing: TestClock, minutes: int, words: str) -> None:
    agreeing.forward(minutes=minutes)
    assert f"was moved by {words}" in clocks.apart(connection, None)


@on_sqlite
def test_an_entry_of_the_future_is_told(agreeing: TestClock) -> None:
    ahead = agreeing.now() + 90 * SECONDS
    assert clocks.apart(connection, ahead) == "The last entry is 90 s in the future."
    assert clocks.apart(connection, agreeing.now() + 5 * SECONDS) == ""


@on_postgresql
def test_a_clock_that_differs_from_that_of_the_database_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(clocks, "AGREE", 5 * SECONDS)
    monkeypatch.setattr(clocks, "_zero", clocks.zero())
    assert clocks.apart(connection, None) == ""
    now = clinic_clock.now
    monkeypatch.setattr(clinic_clock, "now", lambda: now() - timedelta(hours=1))
    assert clocks.apart(connection, None) == "The database's clock is +3600 s from this one."
