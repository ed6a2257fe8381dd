"""Migrations carry what is recorded already, on the engine at hand."""

from __future__ import annotations

from typing import Any

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from monitoring import guards
from monitoring.models import Clearance, Patient, Reading, Session, TrailEntry
from monitoring.trail.person import is_recorded
from tests.factories.second_factors import App
from tests.guards.world import Course, open_clinic


def test_what_was_recorded_before_the_trail_is_carried_into_it(
    committed_db: None, clock: Any
) -> None:
    clinic = open_clinic()
    closed = Course(clinic, clock).ready()
    closed.sign()
    closed.discharge()
    going_on = Course(clinic, clock).dosed()
    App(clinic.clinician)
    before = {m: list(m.objects.order_by("pk").values()) for m in (Reading, Session)}

    call_command("migrate", "monitoring", "0001", verbosity=0)
    tables = connection.introspection.table_names()
    assert "monitoring_trailentry" not in tables
    call_command("migrate", verbosity=0)

    assert guards.check(connection) == []
    assert {m: list(m.objects.order_by("pk").values()) for m in before} == before
    assert Clearance.objects.get(session=closed.id).content_digest == ""
    assert closed.patient in Patient.objects.matching(closed.patient.family_name)
    verbs = TrailEntry.objects.filter(chain__in=(closed.id, going_on.id))
    assert set(verbs.values_list("verb", flat=True)) == {"adopt"}
    guards._found_whole.clear()
    # With the second factor, which only a chain that tells it lets in or sign.
    assert is_recorded(clinic.clinician)
    going_on.observe()
    going_on.sign()
    assert going_on.discharge().row.phase == "closed"


def test_every_migration_goes_back_and_forth(committed_db: None) -> None:
    names = [name for app, name in MigrationExecutor(connection).loader.graph.nodes
             if app == "monitoring"]  # fmt: skip
    for name in sorted(names, reverse=True):
        call_command("migrate", "monitoring", name, verbosity=0)
    call_command("migrate", verbosity=0)
    assert guards.check(connection) == []
