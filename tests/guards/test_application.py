"""What the application's own rights do not reach, whoever holds its password.

On PostgreSQL that is a role which owns nothing; on SQLite an authorizer on every connection.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import DatabaseError, connection, transaction

from clinic.ids import uuid7
from clinic.models import ChainHead, TrailEntry
from monitoring import guards
from monitoring.guards.privileges import excess, record, settings_missing
from monitoring.models import Clearance, Event, Reading, Session
from tests.clock import TestClock
from tests.engine import APPLICATION, USES_POSTGRESQL
from tests.guards.attacks import ATTACKS, POSTGRESQL_ONLY, SQLITE_ONLY
from tests.guards.examples import signed, superseded
from tests.guards.raw import copy, run
from tests.guards.world import Clinic, Visit

HERE = sorted(set(ATTACKS) - (SQLITE_ONLY if USES_POSTGRESQL else set()) - POSTGRESQL_ONLY)


def become_the_application() -> None:
    if USES_POSTGRESQL:
        run(f"SET SESSION AUTHORIZATION {APPLICATION}")


@pytest.mark.parametrize("name", HERE)
def test_every_attack_on_a_guard_fails_for_the_application(
    name: str, clinic: Clinic, clock: TestClock
) -> None:
    act = ATTACKS[name](clinic, clock)
    become_the_application()
    with pytest.raises(DatabaseError), transaction.atomic():
        act()


WITHOUT_RIGHTS = [
    name
    for name in HERE
    if name.endswith(("_never_changed", "_not_deleted"))
    and name not in {"guard_session_not_deleted", "guard_chainhead_not_deleted"}
]
"""What changes or deletes a row that the application has no right to change or delete."""


@pytest.mark.parametrize("name", WITHOUT_RIGHTS)
def test_on_sqlite_and_postgresql_most_fail_before_a_guard_is_asked(
    name: str, clinic: Clinic, clock: TestClock
) -> None:
    """Changing and deleting is refused by the rights alone: the guards are the second lock."""
    act = ATTACKS[name](clinic, clock)
    with guards.as_owner(connection):
        guards.drop(connection)
    become_the_application()
    with pytest.raises(DatabaseError, match=r"not authorized|permission denied"):
        act()


DDL_SQLITE = (
    "DROP TRIGGER guard_reading_never_changed",
    "DROP TRIGGER guard_trailentry_follows_the_last",
    "DROP TABLE clinic_trailentry",
    "DROP TABLE monitoring_departure",
    "DROP INDEX session_on_board",
    "ALTER TABLE monitoring_reading RENAME TO elsewhere",
    "ALTER TABLE monitoring_reading RENAME COLUMN systolic TO was_systolic",
    "ALTER TABLE monitoring_reading ADD COLUMN extra TEXT",
    "ALTER TABLE monitoring_reading DROP COLUMN note",
    "CREATE TRIGGER mine BEFORE INSERT ON monitoring_reading BEGIN SELECT RAISE(IGNORE); END",
    "CREATE TEMP TRIGGER mine BEFORE INSERT ON main.monitoring_reading"
    " BEGIN SELECT RAISE(IGNORE); END",
    "CREATE TEMP TABLE monitoring_session (id TEXT)",
    "CREATE VIEW mine AS SELECT 1",
    "CREATE TABLE mine (id TEXT)",
    "CREATE UNIQUE INDEX mine ON monitoring_reading (session_id)",
    "ATTACH DATABASE ':memory:' AS other",
    "DETACH DATABASE main",
    "VACUUM",
    "REINDEX",
    "ANALYZE",
    "PRAGMA recursive_triggers = OFF",
    "PRAGMA foreign_keys = OFF",
    "PRAGMA defer_foreign_keys = ON",
    "PRAGMA ignore_check_constraints = ON",
    "PRAGMA writable_schema = ON",
    "PRAGMA journal_mode = DELETE",
    "PRAGMA journal_mode = OFF",
    "PRAGMA synchronous = OFF",
    "PRAGMA synchronous = NORMAL",
    "PRAGMA locking_mode = EXCLUSIVE",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA schema_version = 7",
    "PRAGMA user_version = 7",
    "PRAGMA application_id = 7",
    "PRAGMA secure_delete = ON",
    "UPDATE sqlite_master SET sql = '' WHERE type = 'trigger'",
    "DELETE FROM sqlite_master WHERE type = 'trigger'",
    "DELETE FROM django_migrations",
    "UPDATE monitoring_patient SET family_name = 'Another'",
    "DELETE FROM clinic_staff",
    "DELETE FROM clinic_site",
)
DDL_POSTGRESQL = (
    "DROP TRIGGER guard_reading_never_changed ON monitoring_reading",
    "DROP FUNCTION guard_reading_never_changed() CASCADE",
    "CREATE OR REPLACE FUNCTION guard_reading_never_changed() RETURNS trigger LANGUAGE plpgsql"
    " AS $$BEGIN RETURN NEW; END$$",
    "ALTER FUNCTION guard_reading_never_changed() RENAME TO mine",
    "ALTER TABLE monitoring_reading DISABLE TRIGGER ALL",
    "ALTER TABLE monitoring_reading DISABLE TRIGGER guard_reading_never_changed",
    "ALTER TABLE monitoring_reading RENAME TO elsewhere",
    "ALTER TABLE monitoring_reading ADD COLUMN extra text",
    "ALTER TABLE monitoring_reading DROP COLUMN note",
    "ALTER TABLE monitoring_reading DROP CONSTRAINT reading_possible",
    f"ALTER TABLE monitoring_reading OWNER TO {APPLICATION}",
    "CREATE TRIGGER mine BEFORE INSERT ON monitoring_reading"
    " FOR EACH ROW EXECUTE FUNCTION guard_reading_never_changed()",
    "CREATE RULE mine AS ON UPDATE TO monitoring_reading DO INSTEAD NOTHING",
    "CREATE INDEX mine ON monitoring_reading (seq)",
    "CREATE TABLE mine (id integer)",
    "CREATE VIEW mine AS SELECT 1",
    "CREATE SCHEMA mine",
    "DROP TABLE clinic_trailentry CASCADE",
    "DROP SCHEMA public CASCADE",
    "TRUNCATE clinic_trailentry",
    "TRUNCATE clinic_chainhead",
    "TRUNCATE monitoring_accessentry",
    "TRUNCATE monitoring_session CASCADE",
    "TRUNCATE monitoring_patient CASCADE",
    "TRUNCATE clinic_staff CASCADE",
    "SET session_replication_role = replica",
    "SET ROLE clinic",
    f"ALTER ROLE {APPLICATION} SUPERUSER",
    "CREATE ROLE mine SUPERUSER",
    "GRANT clinic TO clinic_app",
    "COMMENT ON TRIGGER guard_reading_never_changed ON monitoring_reading IS 'mine'",
    "COPY monitoring_reading TO PROGRAM 'cat'",
    "COPY monitoring_reading FROM PROGRAM 'cat'",
    "UPDATE pg_trigger SET tgenabled = 'D'",
    "UPDATE pg_class SET relowner = 10",
    "MERGE INTO monitoring_reading r USING monitoring_reading s ON r.id = s.id"
    " WHEN MATCHED THEN UPDATE SET note = 'changed'",
    "LOCK TABLE monitoring_reading IN ACCESS EXCLUSIVE MODE",
    "DELETE FROM django_migrations",
    "UPDATE monitoring_patient SET family_name = 'Another'",
    "UPDATE monitoring_patient SET id = id",
    "DELETE FROM clinic_staff",
    "DELETE FROM clinic_site",
)


@pytest.mark.parametrize("statement", DDL_POSTGRESQL if USES_POSTGRESQL else DDL_SQLITE)
def test_the_application_does_not_take_the_guards_or_the_tables_away(
    statement: str, clinic: Clinic, clock: TestClock
) -> None:
    signed(clinic, clock).discharge()
    become_the_application()
    with pytest.raises(DatabaseError), transaction.atomic():
        run(statement)
    assert guards.check(connection) == []
    assert settings_missing(connection) == []


@pytest.mark.skipif(USES_POSTGRESQL, reason="SQLite's own settings")
def test_reading_a_setting_is_no_change_of_it(db: None) -> None:
    run("PRAGMA recursive_triggers")
    run("PRAGMA table_info(monitoring_reading)")
    assert settings_missing(connection) == []


Forgery = Callable[[Visit, Clearance, Visit], object]
FORGERIES: dict[str, Forgery] = {
    "moved to another session": lambda c, r, o: copy(
        r, session_id=o.id, through_seq=o.row.last_seq, id=r.id
    ),
    "copied to another session": lambda c, r, o: copy(
        r, session_id=o.id, content_digest=r.content_digest
    ),
    "moved by update": lambda c, r, o: Clearance.objects.filter(pk=r.pk).update(session=o.id),
    "signed as a nurse": lambda c, r, o: copy(
        r, through_seq=c.row.last_seq, signed_by_id=c.clinic.nurse.id
    ),
    "signed by someone else, afterwards": lambda c, r, o: Clearance.objects.filter(pk=r.pk).update(
        signed_by=c.clinic.nurse
    ),
    "through_seq forged upwards": lambda c, r, o: copy(r, through_seq=c.row.last_seq + 1),
    "through_seq forged by update": lambda c, r, o: Clearance.objects.filter(pk=r.pk).update(
        through_seq=c.row.last_seq
    ),
    "through_seq of before": lambda c, r, o: copy(r, through_seq=r.through_seq - 1),
    "without a digest": lambda c, r, o: copy(r, through_seq=c.row.last_seq, content_digest=""),
    "over another trail": lambda c, r, o: copy(r, through_seq=c.row.last_seq, chain_head="0" * 64),
    "counter put back": lambda c, r, o: Session.objects.filter(pk=c.id).update(
        last_seq=r.through_seq
    ),
    "counter moved on": lambda c, r, o: Session.objects.filter(pk=c.id).update(
        last_seq=c.row.last_seq + 1
    ),
    "cleared by hand": lambda c, r, o: Session.objects.filter(pk=c.id).update(
        phase="cleared", standing_clearance=r
    ),
    "closed by hand": lambda c, r, o: Session.objects.filter(pk=c.id).update(
        phase="closed", closed_at=c.clock.now(), outcome="discharged"
    ),
    "fact unsaid": lambda c, r, o: Event.objects.filter(session=c.id).delete(),
    "fact after the fact": lambda c, r, o: Event.objects.filter(session=c.id).update(seq=1),
    "trail rewritten": lambda c, r, o: TrailEntry.objects.filter(chain=c.id).update(
        actor=c.clinic.nurse
    ),
    "trail cut": lambda c, r, o: TrailEntry.objects.filter(chain=c.id).latest("seq").delete(),
    "head put back": lambda c, r, o: ChainHead.objects.filter(pk=c.id).update(count=1, digest=""),
    "head moved on": lambda c, r, o: ChainHead.objects.filter(pk=c.id).update(count=99),
    "reading of another session": lambda c, r, o: Reading.objects.filter(session=c.id).update(
        session=o.id
    ),
}


@pytest.mark.parametrize("how", FORGERIES)
def test_no_signature_and_no_trail_is_forged(how: str, clinic: Clinic, clock: TestClock) -> None:
    other = Visit(clinic, clock).ready()
    visit, row = superseded(clinic, clock)
    become_the_application()
    with pytest.raises(DatabaseError), transaction.atomic():
        FORGERIES[how](visit, row, other)


def test_a_whole_course_runs_with_the_rights_of_the_application(
    clinic: Clinic, clock: TestClock
) -> None:
    become_the_application()
    visit = signed(clinic, clock).discharge()
    late = visit.read()
    visit.review(late)
    visit.amend()
    assert visit.row.phase == "closed"
    if USES_POSTGRESQL:
        assert excess(connection) == []


def test_signing_as_another_needs_their_password(clinic: Clinic, clock: TestClock) -> None:
    visit = Visit(clinic, clock).ready()
    with pytest.raises(Exception, match="password"):
        visit.sign(password="not theirs", id=uuid7())
    assert not Clearance.objects.filter(session=visit.id).exists()


@pytest.mark.skipif(not USES_POSTGRESQL, reason="SQLite has no roles")
def test_the_owner_is_told_apart(db: None) -> None:
    assert set(excess(connection)) == set(record())


@pytest.mark.skipif(not USES_POSTGRESQL, reason="SQLite has no roles")
def test_who_signs_in_as_the_application_does_not_become_the_owner(committed_db: None) -> None:
    connection.close()
    owner = connection.settings_dict["USER"]
    connection.settings_dict["USER"] = APPLICATION
    try:
        for statement in (f"SET SESSION AUTHORIZATION {owner}", f"SET ROLE {owner}"):
            with pytest.raises(DatabaseError, match="permission denied"):
                run(statement)
        run("RESET SESSION AUTHORIZATION")
        # Answered with a warning: nothing is granted.
        run(f"GRANT ALL ON monitoring_reading TO {APPLICATION}")
        with pytest.raises(DatabaseError, match="permission denied"):
            run("UPDATE monitoring_reading SET note = 'changed'")
    finally:
        connection.close()
        connection.settings_dict["USER"] = owner
