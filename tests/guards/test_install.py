"""The guards come and go with migrations, and nothing is written without them."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import checks
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from pytest_django import DjangoAssertNumQueries

from monitoring import guards
from monitoring.actions import register_patient
from monitoring.guards import watch
from monitoring.guards.text import guards as guards_of_text
from tests.clock import TestClock
from tests.engine import IS_WHOLE
from tests.guards.world import Visit, open_clinic

ONE = next(g for g in guards_of_text() if g.name == "guard_reading_never_changed")


def drop_one(name: str, table: str) -> None:
    place = f" ON {table}" if connection.vendor == "postgresql" else ""
    with guards.as_owner(connection), connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {name}{place}")


@pytest.mark.django_db
def test_every_guard_is_in_place_after_migrations() -> None:
    assert guards.check(connection) == []


@pytest.mark.django_db
def test_the_check_names_a_guard_that_is_missing() -> None:
    drop_one(ONE.name, ONE.table)
    assert guards.check(connection) == [ONE.name]


@pytest.mark.django_db
def test_the_check_names_a_guard_that_was_weakened() -> None:
    drop_one(ONE.name, ONE.table)
    with guards.as_owner(connection), connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                f"CREATE TRIGGER {ONE.name} BEFORE UPDATE ON {ONE.table} WHEN 0 BEGIN SELECT 1; END"
            )
        else:
            cursor.execute(
                f"CREATE TRIGGER {ONE.name} BEFORE UPDATE ON {ONE.table} "
                f"FOR EACH ROW WHEN (false) EXECUTE FUNCTION {ONE.name}()"
            )
    assert guards.check(connection) == [ONE.name]


@pytest.mark.django_db
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite cannot switch one off")
def test_the_check_names_a_guard_that_is_switched_off() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {ONE.table} DISABLE TRIGGER {ONE.name}")
    assert guards.check(connection) == [ONE.name]


@pytest.mark.django_db
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite keeps the text whole")
def test_the_check_names_a_guard_whose_function_was_changed() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE OR REPLACE FUNCTION {ONE.name}() RETURNS trigger LANGUAGE plpgsql "
            "AS $$BEGIN RETURN NEW; END$$"
        )
    assert guards.check(connection) == [ONE.name]


def test_migrating_drops_the_guards_before_and_installs_them_after(committed_db: None) -> None:
    from django.db.models.signals import pre_migrate

    seen: list[list[str]] = []

    def look(**kwargs: Any) -> None:
        seen.append(guards.check(connection))

    pre_migrate.connect(look, weak=False, dispatch_uid="look")
    try:
        call_command("migrate", verbosity=0)
    finally:
        pre_migrate.disconnect(dispatch_uid="look")
    assert len(seen[-1]) > 1, "guards still stood while migrations ran"
    assert guards.check(connection) == []


def test_no_verb_writes_while_a_guard_is_missing(committed_db: None, clock: TestClock) -> None:
    clinic = open_clinic()
    drop_one(ONE.name, ONE.table)
    watch._watches.clear()
    nothing: dict[str, Any] = {}
    with pytest.raises(guards.GuardsMissing) as refused:
        register_patient(clinic.site, clinic.nurse, **nothing)
    assert refused.value.names == [ONE.name]


def test_asking_again_costs_no_query(
    committed_db: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    guards.require()
    with django_assert_num_queries(0):
        guards.require()


@pytest.mark.django_db
def test_the_system_check_reports_what_is_missing() -> None:
    assert _reported() == []
    drop_one(ONE.name, ONE.table)
    assert any(ONE.name in message.msg for message in _reported())


def _reported() -> list[Any]:
    found = checks.run_checks(tags=[checks.Tags.database], databases=["default"])
    # The tests make their database as its owner.
    return [
        m for m in found if (m.id or "").startswith("monitoring.") and m.id != "monitoring.W003"
    ]


def test_a_whole_course_runs_from_arrival_to_discharge(
    committed_db: None, clock: TestClock
) -> None:
    """The guards refuse attacks, not work."""
    visit = Visit(open_clinic(), clock).ready()
    visit.sign()
    assert visit.discharge().row.phase == "closed"
    with transaction.atomic():
        assert visit.row.last_seq == 6


@pytest.mark.django_db
def test_a_guard_of_an_older_text_is_dropped_too() -> None:
    """Left behind, it would stand in the way of migrations."""
    with guards.as_owner(connection), connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                f"CREATE TRIGGER guard_of_old BEFORE UPDATE ON {ONE.table} BEGIN SELECT 1; END"
            )
        else:
            cursor.execute(
                f"CREATE TRIGGER guard_of_old BEFORE UPDATE ON {ONE.table} "
                f"FOR EACH ROW EXECUTE FUNCTION {ONE.name}()"
            )
    with guards.as_owner(connection):
        guards.install(connection)
    drop_one(ONE.name, ONE.table)
    with pytest.raises(DatabaseError), transaction.atomic():
        drop_one("guard_of_old", ONE.table)


@pytest.mark.skipif(not IS_WHOLE, reason="takes half a minute: in `make test-all`, on both engines")
def test_every_migration_goes_back_and_forth_and_without_tables_nothing_is_guarded(
    committed_db: None,
) -> None:
    nodes = MigrationExecutor(connection).loader.graph.nodes
    names = sorted((name for app, name in nodes if app == "monitoring"), reverse=True)
    for name in [*names[1:], "zero"]:
        call_command("migrate", "monitoring", name, verbosity=0)
    assert _reported() == []
    call_command("migrate", verbosity=0)
    assert guards.check(connection) == []
