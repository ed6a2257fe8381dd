"""What happens to a database while the application runs is noticed within a minute."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
from django.core.signals import request_started
from django.db import OperationalError, connection, connections
from django.test import Client

from clinic.ids import uuid7
from monitoring import guards
from monitoring.guards import GuardsMissing, clocks, privileges, watch
from monitoring.models import Reading
from monitoring.upkeep import health
from tests.clock import TestClock
from tests.conftest import _maintain
from tests.engine import APPLICATION, USES_POSTGRESQL
from tests.factories.posted import READING
from tests.factories.visits import Visit
from tests.faults.exchanged import put_a_copy_in_its_place

pytestmark = pytest.mark.usefixtures("committed_db")
UNSAVED = "Nothing can be saved"
GUARD, TABLE = "guard_reading_never_changed", "monitoring_reading"
on_sqlite = pytest.mark.skipif(USES_POSTGRESQL, reason="PostgreSQL is no file")
on_postgresql = pytest.mark.skipif(not USES_POSTGRESQL, reason="SQLite has no such thing")


class Passing:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def a_minute(self) -> None:
        self.seconds += 60


@pytest.fixture
def passing(monkeypatch: pytest.MonkeyPatch) -> Passing:
    made = Passing()
    monkeypatch.setattr(clocks, "seconds", lambda: made.seconds)
    return made


@pytest.fixture
def nurse(nurse: Client) -> Client:
    nurse.get("/")
    return nurse


def by_the_owner(*statements: str) -> None:
    """On a connection of their own, as the application goes on."""
    if not USES_POSTGRESQL:
        path = connection.settings_dict["NAME"]
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            for statement in statements:
                other.execute(statement)
        return
    apart: Any = connection.copy()
    with apart.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    apart.close()


def board(nurse: Client) -> str:
    request_started.send(sender=None)
    answer = nurse.get("/")
    assert answer.status_code == 200
    return answer.content.decode()


def send(nurse: Client, visit: Visit) -> Any:
    body = READING | {"id": str(uuid7()), "note": "Calm, eyes closed"}
    return nurse.post(f"/sessions/{visit.id}/reading/", body)


def told() -> dict[str, health.Check]:
    return {check.name: check for check in health.look().checks}


NAME = "CURRENT_DATABASE"
_SWALLOW = (
    "CREATE FUNCTION zz() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
    f"CREATE TRIGGER zz BEFORE INSERT ON {TABLE} FOR EACH ROW EXECUTE FUNCTION zz()",
)
ON_SQLITE: dict[str, tuple[str, ...]] = {
    "a guard dropped": (f"DROP TRIGGER {GUARD}",),
    "a trigger that swallows readings": (
        f"CREATE TRIGGER zz BEFORE INSERT ON {TABLE} BEGIN SELECT RAISE(IGNORE); END",
    ),
    "a view in the place of a table": (
        "ALTER TABLE clinic_shift RENAME TO shift_",
        "CREATE VIEW clinic_shift AS SELECT * FROM shift_",
    ),
}
ON_POSTGRESQL: dict[str, tuple[str, ...]] = {
    "a guard dropped": (f"DROP TRIGGER {GUARD} ON {TABLE}",),
    "a guard switched off": (f"ALTER TABLE {TABLE} DISABLE TRIGGER {GUARD}",),
    "a guard that looks elsewhere": (
        f"ALTER FUNCTION {GUARD}() SET search_path = elsewhere, public",
    ),
    "a trigger that swallows readings": _SWALLOW,
    "a rule": (f"CREATE RULE zz AS ON INSERT TO {TABLE} DO INSTEAD NOTHING",),
    "a policy": (
        f"CREATE POLICY zz ON {TABLE} USING (systolic < 160)",
        f"ALTER TABLE {TABLE} ENABLE ROW LEVEL SECURITY",
    ),
    "guards off in what connects next": (
        f'ALTER DATABASE "{NAME}" SET session_replication_role = replica',
    ),
    "commits that are not waited for": (f'ALTER DATABASE "{NAME}" SET synchronous_commit = off',),
    "a table that is found before it": (
        "CREATE SCHEMA elsewhere",
        f"CREATE TABLE elsewhere.{TABLE} (LIKE public.{TABLE})",
        f'ALTER DATABASE "{NAME}" SET search_path = elsewhere, public',
    ),
}
HERE = ON_POSTGRESQL if USES_POSTGRESQL else ON_SQLITE


@pytest.mark.parametrize("name", HERE)
def test_within_a_minute_nothing_is_saved_and_the_board_says_so(
    name: str, visit: Visit, nurse: Client, passing: Passing
) -> None:
    assert UNSAVED not in board(nurse), "the control"
    here = str(connection.settings_dict["NAME"])
    by_the_owner(*(statement.replace(NAME, here) for statement in HERE[name]))
    if "connects next" in name or "found before" in name:
        connections.close_all()
    passing.a_minute()
    shown = board(nurse)
    assert UNSAVED in shown
    assert "Measure on, write on paper" in shown
    answer = send(nurse, visit)
    assert answer.status_code == 503
    assert "The safeguards of the database are incomplete" in answer.content.decode()
    assert "Calm, eyes closed" in answer.content.decode()
    assert told()["guards"].status == "down"


def test_charts_stay_readable_without_guards(visit: Visit, nurse: Client, passing: Passing) -> None:
    by_the_owner(*HERE["a guard dropped"])
    passing.a_minute()
    for page in ("", "report/", "reading/"):
        assert nurse.get(f"/sessions/{visit.id}/{page}").status_code == 200


def test_a_board_that_stays_open_gets_the_line(nurse: Client, passing: Passing) -> None:
    first = nurse.get("/", headers={"HX-Request": "true"})
    asks_again = {"version": first.context["version"]}
    passing.a_minute()
    assert nurse.get("/", asks_again, headers={"HX-Request": "true"}).status_code == 204
    by_the_owner(*HERE["a guard dropped"])
    passing.a_minute()
    again = nurse.get("/", asks_again, headers={"HX-Request": "true"})
    assert UNSAVED in again.content.decode()


def test_as_soon_as_it_is_mended_a_save_succeeds(
    visit: Visit, nurse: Client, passing: Passing
) -> None:
    by_the_owner(*HERE["a guard dropped"])
    passing.a_minute()
    assert UNSAVED in board(nurse)
    with guards.as_owner(connection):
        guards.install(connection)
    assert send(nurse, visit).status_code == 302
    assert Reading.objects.filter(session=visit.id, note="Calm, eyes closed").exists()
    assert UNSAVED not in board(nurse)


@on_postgresql
@pytest.mark.parametrize("name", ["fsync", "full_page_writes"])
def test_a_cluster_that_stops_to_sync_is_noticed(
    name: str, nurse: Client, passing: Passing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the tests' own does not, which is thrown away."""
    monkeypatch.setitem(privileges.UNSAFE, name, "off")
    passing.a_minute()
    assert UNSAVED in board(nurse)
    assert name in told()["guards"].words


@on_postgresql
def test_more_rights_than_needed_are_told_and_keep_no_one_from_working(
    visit: Visit, nurse: Client, passing: Passing
) -> None:
    by_the_owner(f"GRANT UPDATE ON {TABLE} TO {APPLICATION}")
    passing.a_minute()
    shown = board(nurse)
    assert "more rights in the database than are needed" in shown
    assert UNSAVED not in shown
    assert told()["guards"].status == "look"
    assert send(nurse, visit).status_code == 302


@on_sqlite
def test_another_file_in_the_place_of_the_database_is_noticed(
    visit: Visit, nurse: Client, passing: Passing, tmp_path: Any
) -> None:
    put_a_copy_in_its_place(tmp_path)
    passing.a_minute()
    shown = board(nurse)
    assert "exchanged for another copy" in shown
    assert "enter again what is missing" in shown
    passing.a_minute()
    assert "exchanged for another copy" in board(nurse), "it stays"
    assert told()["exchange"].status == "look"


@on_postgresql
def test_another_database_of_the_same_name_is_noticed(
    visit: Visit, nurse: Client, passing: Passing
) -> None:
    name = str(connection.settings_dict["NAME"])
    connections.close_all()
    _maintain(f'CREATE DATABASE "{name}_restored" TEMPLATE "{name}"')
    _maintain(f'DROP DATABASE "{name}" WITH (FORCE)')
    _maintain(f'ALTER DATABASE "{name}_restored" RENAME TO "{name}"')
    passing.a_minute()
    assert "exchanged for another copy" in board(nurse)
    assert told()["exchange"].status == "look"


def test_an_entry_that_is_gone_is_noticed_wherever_the_database_stands(
    visit: Visit, nurse: Client, passing: Passing
) -> None:
    """As after a standby took over that lacked what was acknowledged."""
    visit.read()
    passing.a_minute()
    assert "exchanged" not in board(nurse)
    last = "(SELECT id FROM clinic_trailentry ORDER BY at DESC, id DESC LIMIT 1)"
    table = " ON clinic_trailentry" if USES_POSTGRESQL else ""
    by_the_owner(
        f"DROP TRIGGER guard_trailentry_not_deleted{table}",
        f"DELETE FROM clinic_trailentry WHERE id = {last}",
    )
    passing.a_minute()
    assert "exchanged for another copy" in board(nurse)


def test_a_clock_that_is_set_while_the_server_runs_is_told(
    clock: TestClock, nurse: Client, passing: Passing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clocks, "_zero", clocks.zero())
    if not USES_POSTGRESQL:  # The database's own clock is not the tests'.
        monkeypatch.setattr(clocks, "AGREE", timedelta(seconds=5))
        clock.forward(minutes=1)
        passing.a_minute()
        assert "clock may be wrong" not in board(nurse)
    monkeypatch.setattr(clocks, "AGREE", timedelta(seconds=5))
    clock.forward(minutes=11)
    passing.a_minute()
    shown = board(nurse)
    assert "clock may be wrong" in shown
    assert "write the true times on paper" in shown
    found = told()["clock"]
    assert found.status == "look"
    said = "database's clock is" if USES_POSTGRESQL else "moved by +600 s"
    assert said in found.words


def test_a_database_that_does_not_answer_is_asked_again_a_minute_later(
    nurse: Client, passing: Passing, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def gone(*given: Any) -> Any:
        asked.append(given)
        raise OperationalError("gone")

    monkeypatch.setattr(watch, "find", gone)
    passing.a_minute()
    board(nurse)
    board(nurse)
    assert len(asked) == 1


def test_a_save_asks_itself_where_no_page_was_asked_for(visit: Visit, passing: Passing) -> None:
    visit.read()
    by_the_owner(*HERE["a guard dropped"])
    passing.a_minute()
    with pytest.raises(GuardsMissing, match=GUARD):
        visit.read()
