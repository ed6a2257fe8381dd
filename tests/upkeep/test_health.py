"""What a monitor is told: by everyone who may ask, without a word of any patient."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client

from clinic import clock as clinic_clock
from clinic import left
from clinic.trail import chain
from monitoring import guards
from monitoring.guards import clocks
from tests.clock import TestClock
from tests.engine import USES_POSTGRESQL
from tests.guards.world import Visit
from tests.upkeep.machine import Machine, no_database, run

pytestmark = pytest.mark.usefixtures("visit")
AGO = timedelta(hours=27)


@pytest.fixture
def well(machine: Machine, clock: TestClock) -> Machine:
    """A machine on which all was done today."""
    machine.back_up()
    run("anchor")
    run("verify_record")
    return machine


def asked() -> tuple[int, dict[str, Any]]:
    """The exit code of the command, and what it says."""
    out = StringIO()
    try:
        call_command("health", stdout=out)
    except SystemExit as ended:
        return int(str(ended.code)), json.loads(out.getvalue())
    return 0, json.loads(out.getvalue())


def test_where_all_was_done_today_all_is_well(well: Machine) -> None:
    code, found = asked()
    assert {name: check["status"] for name, check in found["checks"].items()} == dict.fromkeys(
        (
            "database",
            "guards",
            "exchange",
            "clock",
            "disk",
            "access_log",
            "backup",
            "anchor",
            "verification",
        ),
        "ok",
    )
    assert (code, found["status"]) == (0, "ok")
    page = Client().get("/health/")
    assert (page.status_code, page.json()["checks"]) == (200, found["checks"])
    assert page["Cache-Control"] == "no-store"


@pytest.mark.parametrize("command", ["backup", "anchor", "verify_record"])
def test_what_is_done_once_a_day_is_missed(well: Machine, clock: TestClock, command: str) -> None:
    clock.forward(minutes=27 * 60)
    for other in {"backup", "anchor", "verify_record"} - {command}:
        run(other, **({"unencrypted": True} if other == "backup" else {}))
    code, found = asked()
    late = [name for name, check in found["checks"].items() if check["status"] != "ok"]
    assert (code, late) == (1, [command.replace("verify_record", "verification")])
    assert "2026-03-10" in found["checks"][late[0]]["words"]


def test_a_record_that_was_not_whole_has_to_be_seen_to(well: Machine) -> None:
    with guards.as_owner(connection), connection.cursor() as cursor:
        guards.drop(connection)
        cursor.execute("UPDATE monitoring_reading SET systolic = 117")
        guards.install(connection)
    with pytest.raises(SystemExit):
        run("verify_record")
    code, found = asked()
    assert code == 1
    assert "something wrong" in found["checks"]["verification"]["words"]


def test_before_anything_was_done_it_says_so(machine: Machine) -> None:
    _, found = asked()
    assert found["checks"]["backup"]["words"] == "None was made here yet."


def test_a_missing_guard_means_that_no_one_can_work(well: Machine) -> None:
    with guards.as_owner(connection):
        guards.drop(connection)
    code, found = asked()
    assert (code, found["status"]) == (2, "down")
    assert "guard_" in found["checks"]["guards"]["words"]
    assert Client().get("/health/").status_code == 503


def test_a_database_that_takes_nothing_means_that_no_one_can_work(
    well: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(cache._connections["default"]), "set", lambda *a, **k: None)  # type: ignore[attr-defined]
    code, found = asked()
    assert code == 2
    assert "not written" in found["checks"]["database"]["words"]


def test_who_signed_out_is_said_to_wait_until_the_trail_is_told(well: Machine) -> None:
    left.keep("a" * 32, clinic_clock.now(), "", None)
    code, found = asked()
    assert (code, found["checks"]["access_log"]["status"]) == (1, "look")
    assert "signed out waits" in found["checks"]["access_log"]["words"]


def test_without_a_database_it_still_answers(well: Machine) -> None:
    with no_database():
        page = Client().get("/health/")
    assert page.status_code == 503
    assert page.json()["checks"]["guards"]["words"] == "This could not be asked: DatabaseError."
    assert "Smith" not in page.content.decode()


def test_a_full_disk_has_to_be_seen_to(well: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage("/")._replace(total=10**12, free=10**8)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage)
    code, found = asked()
    assert code == 1
    assert "0.1 GB free" in found["checks"]["disk"]["words"]


def test_a_clock_that_went_back_has_to_be_seen_to(
    well: Machine, clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.forward(minutes=60)
    with transaction.atomic():
        chain.append(chain.ORGANISATION, "organisation", "test", rows={}, actor_id=None)
    clock.forward(minutes=-60)
    monkeypatch.setattr(clocks, "AGREE", timedelta(minutes=5))
    code, found = asked()
    assert code == 1
    said = "database's clock is" if USES_POSTGRESQL else "3600 s in the future"
    assert said in found["checks"]["clock"]["words"]


def test_it_names_no_one(well: Machine, visit: Visit) -> None:
    text = Client().get("/health/").content.decode()
    for name in (visit.patient.family_name, visit.patient.mrn, visit.clinic.nurse.username):
        assert name not in text
