"""What a collector of logs is given: everything once, and no one's name."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from clinic import marks
from clinic.models import TrailEntry
from clinic.trail import chain
from monitoring.models import AccessEntry
from monitoring.proof import reads
from monitoring.upkeep import audit
from tests.clock import TestClock
from tests.factories.visits import Visit, dosed
from tests.upkeep.machine import Machine, run

pytestmark = pytest.mark.django_db


@pytest.fixture
def visit(clock: TestClock, machine: Machine) -> Visit:
    made = dosed(clock)
    nurse = Client()
    nurse.force_login(made.nurse)
    nurse.get("/")
    nurse.get(f"/sessions/{made.id}/")
    return made


def exported() -> list[dict[str, Any]]:
    return [json.loads(line) for line in run("export_audit").splitlines()]


def test_every_change_and_every_view_goes_out_once(visit: Visit) -> None:
    lines = exported()
    found = {kind: [line["id"] for line in lines if line["kind"] == kind] for kind in KINDS}
    for kind, model in KINDS.items():
        assert sorted(found[kind]) == sorted(
            str(pk) for pk in model.objects.values_list("pk", flat=True)
        )
        assert found[kind]
    assert exported() == []


KINDS: dict[str, Any] = {"change": TrailEntry, "read": AccessEntry}


def test_it_goes_on_from_where_it_stopped(visit: Visit, clock: TestClock) -> None:
    exported()
    clock.forward(minutes=5)
    reading = visit.read()
    (line,) = exported()
    assert (line["kind"], line["verb"]) == ("change", "record_reading")
    assert line["chain"] == str(visit.id)
    assert line["actor"] == str(visit.nurse.pk)
    assert str(reading.systolic) not in {str(value) for value in line.values()}
    clock.forward(minutes=3 * 24 * 60)
    assert exported() == []


def test_what_a_clock_that_went_back_dated_before_it_goes_out_too(
    visit: Visit, clock: TestClock
) -> None:
    exported()
    clock.forward(minutes=-60)
    with transaction.atomic():
        chain.append(chain.ORGANISATION, "organisation", "test", rows={}, actor_id=None)
    who = reads.Read(visit.nurse, visit.site, "opened", "session")
    reads.log_reads(who, [visit.session.patient_id], clock.now())
    assert [line["kind"] for line in exported()] == ["change", "read"]
    assert exported() == []


def test_what_was_broken_off_goes_out_again(visit: Visit) -> None:
    def full(line: str) -> None:
        raise OSError("no room")

    with pytest.raises(OSError, match="no room"):
        audit.export(full)
    assert marks.read("audit") == {}
    assert exported()


def test_it_names_no_patient(visit: Visit) -> None:
    patient = visit.session.patient
    text = run("export_audit")
    for word in (patient.family_name, patient.given_name, patient.mrn, visit.nurse.printed_name):
        assert word not in text
