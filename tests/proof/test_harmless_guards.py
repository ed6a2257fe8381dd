"""Guards made harmless, and what stands beside them: named before anything is lost by it."""

from __future__ import annotations

import pytest
from django.db import connection

from monitoring import guards
from monitoring.guards import GuardsMissing, privileges, watch
from monitoring.guards.text import guards as all_guards
from monitoring.proof.verify import verify
from tests.engine import APPLICATION, USES_POSTGRESQL
from tests.guards.raw import run
from tests.guards.world import Clinic

pytestmark = pytest.mark.django_db
LEAVES = "guard_departure_discharge_needs_clearance"

ON_SQLITE: dict[str, tuple[list[str], str]] = {
    "a trigger that swallows readings": (
        ["CREATE TRIGGER zz BEFORE INSERT ON monitoring_reading WHEN NEW.systolic > 160"
         " BEGIN SELECT RAISE(IGNORE); END"], "trigger zz on monitoring_reading"
    ),
    "a trigger that swallows the access log": (
        ["CREATE TRIGGER zz BEFORE INSERT ON monitoring_accessentry"
         " BEGIN SELECT RAISE(IGNORE); END"], "trigger zz on monitoring_accessentry"
    ),
    "a guard taken away": ([f"DROP TRIGGER {LEAVES}"], f"The guard {LEAVES} is missing"),
    "a view in the place of a table": (
        ["ALTER TABLE clinic_shift RENAME TO shift_",
         "CREATE VIEW clinic_shift AS SELECT * FROM shift_"],
        "clinic_shift is no table",
    ),
}  # fmt: skip
_WHEN_FALSE = (
    f"CREATE TRIGGER {LEAVES} AFTER INSERT ON monitoring_departure FOR EACH ROW WHEN (false)"
    f" EXECUTE FUNCTION {LEAVES}()"
)
ON_POSTGRESQL: dict[str, tuple[list[str], str]] = {
    "a rule that swallows readings": (
        ["CREATE RULE zz AS ON INSERT TO monitoring_reading WHERE NEW.systolic > 160"
         " DO INSTEAD NOTHING"], "rule zz on monitoring_reading"
    ),
    "a trigger that swallows the access log": (
        ["CREATE FUNCTION zz() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
         "CREATE TRIGGER zz BEFORE INSERT ON monitoring_accessentry FOR EACH ROW"
         " EXECUTE FUNCTION zz()"], "trigger zz on monitoring_accessentry"
    ),
    "a guard taken away": (
        [f"DROP TRIGGER {LEAVES} ON monitoring_departure"], f"The guard {LEAVES} is missing"
    ),
    "a guard switched off": (
        [f"ALTER TABLE monitoring_departure DISABLE TRIGGER {LEAVES}"],
        f"The guard {LEAVES} is missing or changed",
    ),
    "a table that is found before the record's": (
        ["CREATE SCHEMA elsewhere", "CREATE TABLE elsewhere.monitoring_reading"
         " (LIKE public.monitoring_reading)", "SET search_path = elsewhere, public"],
        "monitoring_reading outside of the schema public",
    ),
    "guards that no trigger asks": (
        ["SET session_replication_role = replica"], "setting session_replication_role does not"
    ),
    "a guard that never asks": (
        [f"DROP TRIGGER {LEAVES} ON monitoring_departure", _WHEN_FALSE],
        f"The guard {LEAVES} is missing or changed",
    ),
    "a guard that looks elsewhere": (
        [f"ALTER FUNCTION {LEAVES}() SET search_path = elsewhere, public"],
        f"The guard {LEAVES} is missing or changed",
    ),
    "a right to change readings": (
        [f"GRANT UPDATE ON monitoring_reading TO {APPLICATION}"],
        f"{APPLICATION} may UPDATE on monitoring_reading",
    ),
    "a right to change one column": (
        [f"GRANT UPDATE (payload) ON clinic_trailentry TO {APPLICATION}"],
        f"{APPLICATION} may UPDATE on clinic_trailentry",
    ),
    "readings hidden by row security": (
        ["ALTER TABLE monitoring_reading ENABLE ROW LEVEL SECURITY"],
        "row security on monitoring_reading",
    ),
    "writes that are not waited for": (
        ["SET synchronous_commit = off"], "setting synchronous_commit does not keep"
    ),
}  # fmt: skip
HERE = ON_POSTGRESQL if USES_POSTGRESQL else ON_SQLITE


@pytest.mark.parametrize("name", HERE)
def test_it_is_named_by_verification(name: str, clinic: Clinic) -> None:
    assert verify().problems == [], "the control"
    statements, words = HERE[name]
    # A fingerprint that was copied proves nothing.
    (leaves,) = (g for g in all_guards() if g.name == LEAVES)
    with guards.as_owner(connection):
        for statement in statements:
            run(statement)
        if "CREATE TRIGGER " + LEAVES in " ".join(statements) and USES_POSTGRESQL:
            from monitoring.guards.dialect import fingerprint

            run(f"COMMENT ON TRIGGER {LEAVES} ON monitoring_departure IS '{fingerprint(leaves)}'")
    found = [p.words for p in verify().problems]
    assert any(words in one for one in found), found


@pytest.mark.parametrize("name", [n for n in HERE if "right" not in n])
def test_nothing_is_written_while_it_is_so(name: str, clinic: Clinic) -> None:
    with guards.as_owner(connection):
        for statement in HERE[name][0]:
            run(statement)
    watch._watches.clear()
    try:
        with pytest.raises(GuardsMissing):
            guards.require()
    finally:
        watch._watches.clear()


@pytest.mark.skipif(not USES_POSTGRESQL, reason="SQLite has no such setting")
@pytest.mark.parametrize("name", ["fsync", "full_page_writes"])
def test_a_cluster_that_syncs_nothing_is_named(
    name: str, clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the tests' own is, which is thrown away."""
    monkeypatch.setitem(privileges.UNSAFE, name, "off")
    assert any(f"setting {name} does not keep" in p.words for p in verify().problems)


def test_the_command_says_that_the_guards_were_checked(
    clinic: Clinic, capsys: pytest.CaptureFixture[str]
) -> None:
    from django.core.management import call_command

    call_command("verify_record")
    assert "guards, settings and rights of the database were checked" in capsys.readouterr().out
