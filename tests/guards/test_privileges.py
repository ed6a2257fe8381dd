"""The owner's rights are for migrations alone, and what is too much is reported."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core import checks
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection

from monitoring import guards
from monitoring.guards import watch
from monitoring.guards.privileges import _decide, allowed, grants, record, settings_missing
from tests.clock import TestClock
from tests.engine import APPLICATION, USES_POSTGRESQL
from tests.guards.examples import NOUNS
from tests.guards.raw import run
from tests.guards.world import open_clinic


def warned() -> set[str]:
    found = checks.run_checks(tags=[checks.Tags.database], databases=["default"])
    return {m.id for m in found if m.id and m.id.startswith("monitoring.")}


def test_every_table_of_the_record_is_named() -> None:
    tables = {model._meta.db_table for model in NOUNS.values()}
    assert {*tables, "django_migrations"} == set(record())
    changed = {t for t in tables if "UPDATE" in allowed(t)}
    people = {
        f"clinic_{n}"
        for n in ("membership", "proposal", "savedview", "shift", "site", "staff", "tablet")
    }
    assert changed - people == {"monitoring_session", "clinic_chainhead", "monitoring_patient"}
    deleted = {t for t in record() if "DELETE" in allowed(t)}
    assert deleted == {"monitoring_siteprotocol", "clinic_membership", "clinic_savedview"}


def test_the_role_is_granted_what_the_table_says(db: None) -> None:
    statements = grants("someone")
    assert "GRANT SELECT, INSERT ON monitoring_reading TO someone" in statements
    assert "GRANT SELECT, DELETE, INSERT, UPDATE ON django_session TO someone" in statements
    assert "GRANT SELECT ON django_migrations TO someone" in statements


@pytest.mark.skipif(not USES_POSTGRESQL, reason="SQLite has no roles")
def test_the_command_says_what_it_did_and_refuses_a_name_that_is_none(db: None) -> None:
    out = StringIO()
    call_command("database_roles", application=APPLICATION, stdout=out)
    assert "kept" in out.getvalue()
    call_command("database_roles", application="made_by_a_test", stdout=out)
    assert "made_by_a_test made" in out.getvalue()
    assert "PASSWORD" in out.getvalue()
    with pytest.raises(CommandError, match="small letters"):
        call_command("database_roles", application="x; DROP TABLE monitoring_reading")


@pytest.mark.skipif(USES_POSTGRESQL, reason="PostgreSQL has roles")
def test_on_sqlite_the_command_says_that_there_are_no_roles(db: None) -> None:
    with pytest.raises(CommandError, match="Only PostgreSQL has roles"):
        call_command("database_roles")


@pytest.mark.skipif(USES_POSTGRESQL, reason="SQLite's authorizer")
def test_the_owners_rights_end_with_the_block(committed_db: None) -> None:
    with guards.as_owner(connection):
        run("CREATE TABLE scratch (id TEXT)")
    with pytest.raises(DatabaseError, match="not authorized"):
        run("DROP TABLE scratch")
    connection.close()
    with pytest.raises(DatabaseError, match="not authorized"):
        run("DROP TABLE scratch")


@pytest.mark.skipif(USES_POSTGRESQL, reason="SQLite's authorizer")
def test_after_migrating_the_connection_is_held_again(committed_db: None) -> None:
    call_command("migrate", verbosity=0)
    with pytest.raises(DatabaseError, match="not authorized"):
        run("DROP TRIGGER guard_reading_never_changed")


@pytest.mark.parametrize("action", range(1, 40))
def test_what_is_not_known_to_be_harmless_is_refused(action: int) -> None:
    harmless = {18, 19, 20, 21, 22, 23, 31, 32, 33}
    assert (_decide(action, "monitoring_reading", None, "main", None) == 0) is (
        action in harmless - {23}
    )


@pytest.mark.skipif(USES_POSTGRESQL, reason="SQLite's pragmas")
@pytest.mark.parametrize(
    ("pragma", "value"), [("synchronous", "NORMAL"), ("recursive_triggers", "OFF"),
                          ("foreign_keys", "OFF"), ("journal_mode", "DELETE")],
)  # fmt: skip
def test_nothing_is_written_while_a_setting_does_not_keep_it(
    committed_db: None, pragma: str, value: str
) -> None:
    with guards.as_owner(connection):
        run(f"PRAGMA {pragma} = {value}")
    watch._watches.clear()
    assert settings_missing(connection) == [pragma]
    assert "monitoring.W002" in warned()
    with pytest.raises(guards.GuardsMissing, match=pragma):
        guards.require()


@pytest.mark.skipif(not USES_POSTGRESQL, reason="PostgreSQL's settings")
@pytest.mark.parametrize(
    ("name", "value"), [("synchronous_commit", "off"), ("session_replication_role", "replica")]
)
def test_nothing_is_written_while_postgresql_does_not_keep_it(
    committed_db: None, name: str, value: str
) -> None:
    run(f"SET {name} = {value}")
    watch._watches.clear()
    with pytest.raises(guards.GuardsMissing, match=name):
        guards.require()


@pytest.mark.skipif(not USES_POSTGRESQL, reason="SQLite has no roles")
def test_connecting_as_the_owner_is_warned_of_and_as_the_application_is_not(db: None) -> None:
    assert warned() == {"monitoring.W003"}
    run(f"SET SESSION AUTHORIZATION {APPLICATION}")
    assert warned() == set()


def test_the_guards_are_asked_for_with_the_rights_of_the_application(
    application: None, db: None, clock: TestClock
) -> None:
    watch._watches.clear()
    guards.require()
    assert open_clinic("With few rights").site.name == "With few rights"
