"""What Prometheus reads: the same whoever answers, and without a word of any patient."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from monitoring import guards
from monitoring.proof import untold
from tests.clock import TestClock
from tests.guards.world import Visit
from tests.upkeep.machine import Machine, no_database, run

pytestmark = pytest.mark.usefixtures("visit")


def told() -> dict[str, float]:
    """Each number, by its name and the values of its labels."""
    page = Client().get("/metrics/")
    assert page.status_code == 200
    return {
        " ".join([sample.name, *sample.labels.values()]): sample.value
        for family in text_string_to_metric_families(page.content.decode())
        for sample in family.samples
    }


def test_it_tells_how_things_stand(machine: Machine, clock: TestClock) -> None:
    machine.back_up()
    clock.forward(minutes=5)
    run("anchor")
    found = told()
    assert found[f"clinic_database {connection.vendor}"] == 1
    assert found["clinic_open_sessions"] == 1
    assert found["clinic_untold_reads"] == 0
    when = "clinic_last_done_timestamp_seconds"
    assert found[f"{when} anchor"] - found[f"{when} backup"] == 300
    assert found[f"{when} verification"] == 0, "none was made"
    assert found["clinic_health backup"] == 0
    assert found["clinic_health verification"] == 1
    assert found["clinic_health guards"] == 0


def test_a_guard_that_is_gone_is_for_now(machine: Machine) -> None:
    with guards.as_owner(connection):
        guards.drop(connection)
    assert told()["clinic_health guards"] == 2


def test_who_was_shown_a_record_and_waits_to_be_told_is_counted(
    machine: Machine, untold_reads: Any
) -> None:
    untold.reserve()
    untold.keep("one")
    untold.keep("two")
    assert told()["clinic_untold_reads"] == 2


def test_without_a_database_it_still_answers(machine: Machine) -> None:
    with no_database():
        found = told()
    assert found["clinic_health database"] == 2
    assert "clinic_open_sessions" not in found
    assert not any("Smith" in name for name in found)


def test_it_names_no_one(machine: Machine, visit: Visit) -> None:
    text = Client().get("/metrics/").content.decode()
    clinic = visit.clinic
    for name in (
        visit.patient.family_name,
        visit.patient.mrn,
        clinic.nurse.username,
        clinic.site.name,
    ):
        assert name not in text
