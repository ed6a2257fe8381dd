"""A clinic that outgrows SQLite moves to PostgreSQL, and everything is proved there.

Run where the tests have a PostgreSQL; the old database is a file of SQLite beside it.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, connections
from pytest_django import DjangoDbBlocker

from clinic.models import TrailEntry
from clinic.trail import chain
from monitoring import guards
from monitoring.guards.privileges import settings_missing
from monitoring.models import Clearance, Reading, Session
from monitoring.proof.verify import verify
from monitoring.upkeep import move as moving
from monitoring.upkeep.aliases import instead
from tests.clock import TestClock
from tests.conftest import create_empty, drop_database, migrated_copy
from tests.engine import USES_POSTGRESQL
from tests.factories.second_factors import App
from tests.guards.raw import run as sql
from tests.guards.world import Visit, open_clinic
from tests.upkeep.machine import Machine, killed_in, run

Elsewhere = Callable[[], AbstractContextManager[None]]
pytestmark = pytest.mark.skipif(not USES_POSTGRESQL, reason="needs a PostgreSQL to move to")


@pytest.fixture
def to(django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database of PostgreSQL."""
    with django_db_blocker.unblock():
        name = create_empty(f"new_{os.urandom(4).hex()}", tmp_path)
        where = connection.settings_dict
        yield f"postgresql://{where['USER']}@{where['HOST']}:{where['PORT']}/{name}"
        connections.close_all()
        drop_database(name)


@pytest.fixture
def old(to: str, machine: Machine, pytestconfig: pytest.Config) -> Iterator[Path]:
    """The clinic's database of SQLite, which is connected to."""
    path = machine.folder / "clinic.sqlite3"
    migrated_copy(pytestconfig, path)
    engine = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(path)}
    with instead({**engine, "OPTIONS": settings.SQLITE}):
        call_command("migrate", verbosity=0)
        yield path


@pytest.fixture
def visit(old: Path, clock: TestClock) -> Visit:
    """A signed session with one that goes on beside it, and someone with a second factor."""
    clinic = open_clinic()
    signed = Visit(clinic, clock).ready()
    signed.sign()
    signed.discharge()
    App(clinic.clinician)
    return Visit(clinic, clock).dosed()


def move(to: str, **given: object) -> str:
    return run("move_database", to=to, **{"by": "nurse-North", **given})


@pytest.fixture
def there(to: str) -> Elsewhere:
    """Answers what leads to the new database."""
    engine = {"ENGINE": "django.db.backends.postgresql", "OPTIONS": {}}
    host, _, rest = to.removeprefix("postgresql://clinic@").partition(":")
    port, _, name = rest.partition("/")
    return lambda: instead({**engine, "HOST": host, "PORT": port, "USER": "clinic", "NAME": name})


def test_record_trail_and_signatures_are_proved_on_the_other_side(
    visit: Visit, to: str, old: Path, there: Elsewhere
) -> None:
    run("anchor")
    before = verify().checked
    entries = list(TrailEntry.objects.order_by("chain", "seq").values_list("digest", flat=True))
    assert "Verified on the other side" in move(to)
    with there():
        found = verify()
        assert (found.problems, found.losses) == ([], [])
        assert found.checked["signatures"] == before["signatures"] == 1
        assert found.checked["anchors"] == 1
        told = TrailEntry.objects.filter(chain=chain.ORGANISATION).latest("seq")
        assert (told.verb, told.actor) == ("move_database", visit.clinic.nurse)
        kept = TrailEntry.objects.exclude(pk=told.pk).order_by("chain", "seq")
        assert sorted(kept.values_list("digest", flat=True)) == sorted(entries)
        assert guards.check(connection) == settings_missing(connection) == []
        # Work goes on, also where numbers are given by the database.
        visit.observe().sign()
        visit.discharge()
        assert Session.objects.get(pk=visit.id).phase == "closed"
        App(visit.clinic.nurse)
        assert Clearance.objects.count() == 2


def test_the_old_database_is_kept_whole_and_is_not_gone_on_with(
    visit: Visit, to: str, old: Path
) -> None:
    content = sorted(Reading.objects.values_list("pk", flat=True))
    printed = move(to)
    assert not old.exists()
    (kept,) = old.parent.glob("clinic.sqlite3.moved-*")
    assert str(kept) in printed
    assert not list(old.parent.glob("clinic.sqlite3.moved-*-wal"))
    with closing(sqlite3.connect(kept)) as file:
        (count,) = file.execute("SELECT count(*) FROM monitoring_reading").fetchone()
    assert count == len(content)


def test_a_record_that_is_not_whole_is_moved_only_when_that_is_said(
    visit: Visit, to: str, there: Elsewhere
) -> None:
    with guards.as_owner(connection):
        guards.drop(connection)
        sql("UPDATE monitoring_reading SET systolic = 117 WHERE session_id = %s", visit.id)
        guards.install(connection)
    with pytest.raises(CommandError, match=str(visit.id)):
        move(to)
    move(to, despite=True)
    with there():
        assert {p.subject for p in verify().problems} == {f"session {visit.id}"}


REFUSED = {
    "nobody": ({"by": "nobody"}, "--by USER"),
    "to another SQLite": ({"to": "sqlite:////tmp/other"}, "to PostgreSQL alone"),
}


@pytest.mark.parametrize("how", REFUSED)
def test_what_is_refused_leaves_the_old_one_as_it_was(
    visit: Visit, to: str, old: Path, how: str
) -> None:
    given, words = REFUSED[how]
    with pytest.raises(CommandError, match=words):
        move(**{"to": to, **given})
    assert Reading.objects.filter(session=visit.id).count() == 1


def test_it_is_refused_while_another_program_has_the_file_open(
    visit: Visit, to: str, old: Path
) -> None:
    with closing(sqlite3.connect(old)) as reader:
        reader.execute("SELECT count(*) FROM monitoring_reading").fetchone()
        with pytest.raises(CommandError, match=r"has .* open"):
            move(to)


def test_it_is_refused_where_something_stands_already(
    visit: Visit, to: str, there: Elsewhere
) -> None:
    with there(), connection.cursor() as cursor:
        cursor.execute("CREATE TABLE something (id integer)")
    with pytest.raises(CommandError, match="is not empty"):
        move(to)


@pytest.mark.parametrize(
    ("place", "name"), [(moving, "_copy"), (chain, "append")], ids=["copied", "told"]
)
def test_killed_midway_the_old_one_goes_on_and_the_new_one_takes_nothing(
    visit: Visit, to: str, there: Elsewhere, place: Any, name: str
) -> None:
    killed_in(partial(move, to), place, name)
    with there(), connection.cursor() as cursor, pytest.raises(DatabaseError, match="read-only"):
        cursor.execute("CREATE TABLE something (id integer)")
    visit.read()
    assert verify().problems == []
