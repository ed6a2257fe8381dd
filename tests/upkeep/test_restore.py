"""A backup is put back, or it is said why not; and what each way loses is refused or named."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError
from django.db import connection, connections
from django.test import override_settings
from pytest_django import Settings

from clinic import serving
from clinic.models import TrailEntry
from clinic.trail import chain, keys
from clinic.trail.canonical import canonical
from monitoring import guards
from monitoring.models import Reading
from monitoring.proof.verify import verify
from monitoring.upkeep import archive, postgresql, restore, sqlite
from tests.clock import TestClock
from tests.conftest import ROOT
from tests.engine import USES_POSTGRESQL
from tests.guards.raw import run as sql
from tests.guards.world import Visit
from tests.upkeep.machine import Machine, elsewhere, killed_in, needs_age, rewritten, run

pytestmark = pytest.mark.usefixtures("visit")
on_sqlite = pytest.mark.skipif(USES_POSTGRESQL, reason="of SQLite's file")
on_postgresql = pytest.mark.skipif(not USES_POSTGRESQL, reason="of PostgreSQL's programs")


@pytest.fixture
def empty(machine: Machine) -> Callable[[], Any]:
    """Answers what leads to another machine, whose database is empty."""
    return lambda: elsewhere(machine.folder, f"empty_{os.getpid()}_{os.urandom(4).hex()}")


def told() -> TrailEntry:
    return TrailEntry.objects.filter(chain=chain.ORGANISATION).latest("seq")


def detail() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(told().payload)["detail"]
    return found


def refused(words: str, act: Callable[[], object]) -> str:
    with pytest.raises(CommandError, match=words) as error:
        act()
    return str(error.value)


@needs_age
def test_on_another_machine_everything_is_there_proved_and_told(
    machine: Machine, visit: Visit, empty: Callable[[], Any]
) -> None:
    backup = machine.back_up(recipient=[machine.recipient])
    before = verify().checked
    with empty():
        printed = machine.restore(backup, identity=machine.identity)
        assert "It is told on the trail." in printed
        found = verify()
        assert (found.problems, found.losses) == ([], [])
        assert found.checked["readings"] == before["readings"]
        assert found.checked["entries"] == before["entries"] + 1
        assert guards.check(connection) == []
        assert (told().verb, told().actor) == ("restore_copy", visit.clinic.nurse)
        assert detail()["reason"] == "The disk broke"
        assert detail()["backup"]["findings"] == []
        visit.read()
        assert Reading.objects.filter(session=visit.id).count() == 2


def test_what_was_anchored_after_the_backup_is_named_for_good(
    machine: Machine, visit: Visit, clock: TestClock, empty: Callable[[], Any]
) -> None:
    run("anchor")
    backup = machine.back_up()
    clock.forward(minutes=5)
    visit.read(systolic=199)
    run("anchor")
    with empty():
        assert "LOST   1 chains had more entries" in machine.restore(backup)
        assert list(detail()["lost"]) == [str(visit.id)]
        found = verify()
        assert found.problems == []
        assert "The disk broke" in found.losses[0].words
        run("anchor")


@needs_age
@pytest.mark.parametrize("key", [None, "another"])
def test_without_its_key_it_stays_closed(
    machine: Machine, empty: Callable[[], Any], key: str | None
) -> None:
    backup = machine.back_up(recipient=[machine.recipient])
    other = machine.folder / "other"
    other.mkdir()
    identity = Machine(other).identity if key else None
    with empty():
        refused("could not be opened" if key else "--identity", partial(
            machine.restore, backup, **({"identity": identity} if key else {})
        ))  # fmt: skip
        assert connection.introspection.table_names() == []


def test_a_database_in_use_is_not_written_over(machine: Machine, visit: Visit) -> None:
    backup = machine.back_up()
    visit.read()
    refused("holds a database|is not empty", partial(machine.restore, backup))
    assert Reading.objects.filter(session=visit.id).count() == 2


def test_it_is_refused_while_a_server_runs_and_no_server_starts_meanwhile(
    machine: Machine, empty: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    backup = machine.back_up()
    child = subprocess.Popen(
        [sys.executable, "-c", "import clinic.wsgi; print('serving', flush=True); input()"],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env=os.environ | {"CLINIC_STATE": str(machine.folder / "state")},
    )  # fmt: skip
    assert child.stdout
    assert child.stdout.readline() == "serving\n"
    with empty():
        refused("A server runs", partial(machine.restore, backup))
        assert connection.introspection.table_names() == []
        child.send_signal(signal.SIGKILL)
        child.communicate()
        tell = restore._told_and_verified

        def meanwhile(*given: Any) -> None:
            with pytest.raises(serving.Running):
                serving.begin()
            tell(*given)

        monkeypatch.setattr(restore, "_told_and_verified", meanwhile)
        machine.restore(backup)


def test_it_is_refused_while_another_program_is_in_the_database(
    machine: Machine, empty: Callable[[], Any]
) -> None:
    backup = machine.back_up()
    if USES_POSTGRESQL:
        with empty():
            other = connections.create_connection("default")
            other.ensure_connection()
            refused("are connected", partial(machine.restore, backup))
            other.close()
        return
    path = connection.settings_dict["NAME"]
    connections.close_all()
    with closing(sqlite3.connect(path)) as reader:
        reader.execute("SELECT count(*) FROM monitoring_reading").fetchone()
        refused("has .* open", partial(machine.restore, backup, replace=True))


def test_it_says_who_restores_it(machine: Machine, empty: Callable[[], Any]) -> None:
    backup = machine.back_up()
    with empty():
        refused("--by USER", partial(machine.restore, backup, by="nobody"))


DAMAGE: dict[str, tuple[str, Callable[[Path], Path]]] = {
    "cut short": ("damaged one", lambda p: _changed(p, lambda c: c[: len(c) // 2])),
    "one byte": ("damaged|not the one", lambda p: _changed(p, _one_byte)),
    "no backup": ("damaged one", lambda p: _changed(p, lambda c: b"Not a backup at all")),
    "other database": (
        "not the one that was put there",
        lambda p: rewritten(p, database=lambda c: c.replace(b"Smith", b"Jones")),
    ),
    "other words": (
        "not signed by the key",
        lambda p: rewritten(p, lambda t: t.replace(b'"made_at":"2026', b'"made_at":"2025')),
    ),
    "another count": (
        "not what the backup says",
        lambda p: rewritten(p, lambda t: _signed(t, contents={"chains": 3})),
    ),
    "a newer version": (
        "newer version, which has monitoring.9999_more",
        lambda p: rewritten(p, lambda t: _signed(t, migration=["monitoring", "9999_more"])),
    ),
    "another engine": (
        "a backup of oracle",
        lambda p: rewritten(p, lambda t: _signed(t, engine="oracle")),
    ),
}  # fmt: skip


def _changed(path: Path, change: Callable[[bytes], bytes]) -> Path:
    other = path.with_name("other.tar.gz")
    other.write_bytes(change(path.read_bytes()))
    return other


def _one_byte(content: bytes) -> bytes:
    half = len(content) // 2
    return content[:half] + bytes([content[half] ^ 1]) + content[half + 1 :]


def _signed(text: bytes, contents: dict[str, Any] | None = None,
            migration: list[str] | None = None, **changed: Any) -> bytes:  # fmt: skip
    """The words of a backup changed by someone who has the key."""
    body = json.loads(text) | changed
    body["contents"] |= contents or {}
    body["contents"]["migrations"] += [migration] if migration else []
    del body["signature"]
    body["signature"] = keys.sign(body["key_id"], canonical(body))
    return canonical(body).encode()


@pytest.mark.parametrize("how", DAMAGE)
def test_a_backup_that_is_not_as_it_was_made_is_refused(
    machine: Machine, empty: Callable[[], Any], how: str
) -> None:
    words, damage = DAMAGE[how]
    backup = damage(machine.back_up())
    with empty():
        refused(words, partial(machine.restore, backup))
        if how != "another count" or not USES_POSTGRESQL:
            assert connection.introspection.table_names() == []


@pytest.mark.parametrize(
    ("lacking", "words"),
    [
        ({"SECRET_KEY": "another"}, "SECRET_KEY is another"),
        ({"TRAIL_KEYS": {"new": "n" * 40}}, "lacks the key test"),
        ({"ANCHORS": Path("/nowhere")}, "The anchors up to 000001-2026-03-10.json are not in"),
    ],
)
def test_what_the_machine_lacks_is_named_and_gone_without_only_when_that_is_said(
    machine: Machine, empty: Callable[[], Any], lacking: dict[str, Any], words: str
) -> None:
    run("anchor")
    backup = machine.back_up()
    with empty(), override_settings(**lacking):
        refused(words, partial(machine.restore, backup))
        assert connection.introspection.table_names() == []
        assert f"WRONG  {words}" in machine.restore(backup, despite=True).replace(
            "CLINIC_TRAIL_KEYS ", ""
        )
        assert any(words in one for one in detail()["backup"]["findings"])


def test_an_earlier_secret_key_that_is_still_given_is_not_lacking(
    machine: Machine, settings: Settings, empty: Callable[[], Any]
) -> None:
    backup = machine.back_up()
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another", ["only-for-tests"]
    with empty():
        machine.restore(backup)


def test_a_record_that_is_not_whole_is_named_and_restored_only_when_that_is_said(
    machine: Machine, visit: Visit, empty: Callable[[], Any]
) -> None:
    with guards.as_owner(connection):
        guards.drop(connection)
        sql("UPDATE monitoring_reading SET systolic = 118")
    backup = machine.back_up()
    with empty():
        said = refused("Not everything is there", partial(machine.restore, backup))
        assert str(visit.id) in said
        assert "guard_reading_" in said
    with empty():
        machine.restore(backup, despite=True)
        assert guards.check(connection) == []
        assert any("systolic" in one for one in detail()["backup"]["findings"])
        assert [p.subject for p in verify().problems] == [f"session {visit.id}"]


@pytest.mark.parametrize("name", ["append_restore", "left"])
def test_killed_before_it_was_told_it_left_nothing_that_can_be_worked_in(
    machine: Machine, empty: Callable[[], Any], name: str
) -> None:
    from monitoring.proof import restored

    backup = machine.back_up()
    with empty() as target:
        killed_in(partial(machine.restore, backup), restored, name)
        if USES_POSTGRESQL:
            with connection.cursor() as cursor, pytest.raises(Exception, match="read-only"):
                cursor.execute("CREATE TABLE something (id integer)")
            refused("is not empty", partial(machine.restore, backup))
        else:
            assert not sqlite.has_tables(Path(target))
            machine.restore(backup)
            assert verify().problems == []


@on_sqlite
def test_the_database_that_was_there_is_kept_with_what_stood_in_its_log(
    machine: Machine, visit: Visit, clock: TestClock
) -> None:
    backup = machine.back_up()
    clock.forward(minutes=5)
    visit.read()
    path = Path(connection.settings_dict["NAME"])
    # As a server leaves it that was killed: its last rows are in the log alone.
    log = path.with_name(f"{path.name}-wal").read_bytes()
    connections.close_all()
    path.with_name(f"{path.name}-wal").write_bytes(log)
    printed = machine.restore(backup, replace=True)
    assert Reading.objects.filter(session=visit.id).count() == 1
    (kept,) = path.parent.glob("*.before-*")
    assert str(kept) in printed
    with closing(sqlite3.connect(kept)) as old:
        assert old.execute("SELECT count(*) FROM monitoring_reading").fetchone() == (2,)
    assert verify().problems == []


@on_sqlite
@pytest.mark.parametrize(
    ("place", "name"), [(sqlite, "exchange"), (os, "link"), (os, "chmod"), (os, "fsync")]
)
def test_killed_while_it_takes_the_place_of_the_old_one_either_stands_there_whole(
    machine: Machine, visit: Visit, place: Any, name: str
) -> None:
    backup = machine.back_up()
    visit.read()
    killed_in(partial(machine.restore, backup, replace=True), place, name)
    assert Reading.objects.filter(session=visit.id).count() == 2
    assert verify().problems == []
    machine.restore(backup, replace=True)
    assert Reading.objects.filter(session=visit.id).count() == 1


@on_sqlite
def test_a_damaged_database_is_put_aside_too(machine: Machine, visit: Visit) -> None:
    backup = machine.back_up()
    connections.close_all()
    path = Path(connection.settings_dict["NAME"])
    path.write_bytes(b"not a database at all" * 1000)
    refused("holds a database", partial(machine.restore, backup))
    machine.restore(backup, replace=True)
    assert verify().problems == []
    assert len(list(path.parent.glob("*.before-*"))) == 1


@on_postgresql
def test_what_pg_restore_says_is_said_and_the_database_takes_nothing(
    machine: Machine, empty: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    backup = machine.back_up()
    load = postgresql.load

    def broken(copy: Path) -> None:
        copy.write_bytes(copy.read_bytes()[:100_000])
        load(copy)

    monkeypatch.setattr(postgresql, "load", broken)
    with empty():
        refused("pg_restore failed", partial(machine.restore, backup))
        connections.close_all()
        assert connection.introspection.table_names() == []
        with connection.cursor() as cursor, pytest.raises(Exception, match="read-only"):
            cursor.execute("CREATE TABLE something (id integer)")


@on_postgresql
def test_a_program_that_is_not_installed_is_named(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql, "which", lambda program: None)
    refused("apt install postgresql-client", partial(machine.back_up))


def test_the_parts_are_read_without_this_product(machine: Machine) -> None:
    backup = machine.back_up()
    subprocess.run(["tar", "xzf", backup, "-C", machine.folder], check=True)
    assert json.loads((machine.folder / archive.MANIFEST).read_text())["format"] == 1
    content = (machine.folder / archive.DATABASE).read_bytes()
    assert content.startswith(b"PGDMP" if USES_POSTGRESQL else b"SQLite format 3")
