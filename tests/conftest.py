"""The test clock, and databases with real commits."""

from __future__ import annotations

import fcntl
import hashlib
import runpy
import shutil
import threading
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django import conf
from django.core.management import call_command
from django.core.signals import setting_changed
from django.db import connection, connections
from django.test import Client
from django.test.utils import override_settings, setup_databases, teardown_databases
from factory.random import reseed_random
from hypothesis import HealthCheck, settings
from pytest_django import DjangoDbBlocker, Settings

from clinic import clock as clinic_clock
from clinic import left
from clinic.models import Staff
from monitoring.guards import clocks, privileges, watch
from monitoring.models import Event, Session
from monitoring.proof import untold
from monitoring.rules.measures import NOT_DONE_REASONS, OBSERVATIONS
from monitoring.rules.questions import QUESTIONS
from monitoring.words import wording
from tests.clock import TestClock
from tests.engine import APPLICATION, USES_POSTGRESQL, unmeasured
from tests.factories.people import just_confirmed
from tests.shared import QUICK, UNTOLD, forget

ROOT = Path(__file__).parents[1]

# How fast a machine is, fails no test: it may do other work meanwhile.
settings.register_profile(
    "any-machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any-machine")


def _forget_kept(setting: str, **_more: object) -> None:
    """Where static files are elsewhere, that is another release: a process that has kept nothing of
    the one before."""
    if setting in {"STATIC_ROOT", "STORAGES"}:
        forget()


setting_changed.connect(_forget_kept)


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None,
    django_db_blocker: DjangoDbBlocker,
    django_db_modify_db_settings: None,
    pytestconfig: pytest.Config,
) -> Iterator[None]:
    """The migrated test database, also where every chosen test asks for a copy of it.

    One worker migrates, the others wait and begin with a copy. On SQLite it is kept beyond the run.
    """
    with django_db_blocker.unblock(), alone(pytestconfig, MIGRATED) as folder:
        made = _migrate_or_copy(folder)
    yield
    with django_db_blocker.unblock():
        connections.close_all()
        teardown_databases(made, verbosity=0)


@contextmanager
def alone(config: pytest.Config, name: str) -> Iterator[Path]:
    """A folder that stays from run to run, while no other worker is in it."""
    folder = config.cache.mkdir(name)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


def _migrate_or_copy(folder: Path) -> Any:
    migrated = folder / migrations_file()
    name = connection.creation._get_test_db_name()  # type: ignore[attr-defined]
    if USES_POSTGRESQL:
        is_begun = _is_made(MIGRATED)
        if is_begun:
            _maintain(f'CREATE DATABASE "{name}" TEMPLATE "{MIGRATED}"')
    elif is_begun := migrated.exists():
        shutil.copy(migrated, name)
    # The stubs take a mapping; Django asks only what is in it.
    aliases: Any = {"default"}
    with unmeasured():
        made = setup_databases(
            verbosity=0,
            interactive=False,
            aliases=aliases,
            serialized_aliases=set(),
            keepdb=is_begun,
        )
    if USES_POSTGRESQL:
        # The tests' own cluster is thrown away, and keeps nothing for its speed.
        for setting in ("fsync", "full_page_writes"):
            privileges.UNSAFE.pop(setting)
    watch.watch()
    if is_begun:
        return made
    if USES_POSTGRESQL:
        call_command("database_roles", application=APPLICATION, stdout=StringIO())
        # PostgreSQL copies a database that no one is connected to.
        connections.close_all()
        _maintain(f'CREATE DATABASE "{MIGRATED}" TEMPLATE "{name}"')
    else:
        whole = Path(copy_database(connection.settings_dict["NAME"], folder))
        whole.replace(migrated)
    return made


MIGRATED = "migrated"
"""The folder of what is kept beyond a run, and the database that PostgreSQL's workers copy."""


def _is_made(name: str) -> bool:
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        return cursor.fetchone() is not None


def migrated_copy(config: pytest.Config, path: Path) -> None:
    """Put a migrated database of SQLite at `path`, if one was kept."""
    kept = config.cache.mkdir(MIGRATED) / migrations_file()
    if kept.exists():
        shutil.copy(kept, path)


def migrations_file() -> str:
    """Named by all that decides what a migrated database holds."""
    found = [
        *ROOT.glob("*/migrations/*.py"),
        *ROOT.glob("monitoring/guards/*"),
        ROOT / "requirements.txt",
    ]
    return f"{digest(found)}.sqlite3"


def digest(paths: Iterable[Path]) -> str:
    """Of the files' names and contents."""
    found = hashlib.sha256()
    for path in sorted(path for path in paths if path.is_file()):
        found.update(f"\0{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return found.hexdigest()[:20]


@pytest.fixture(scope="session")
def collected(pytestconfig: pytest.Config) -> dict[str, Any]:
    """The settings under which static files are served as in a deployment: bundled, compressed
    and named by their hash. They are collected once for all workers, until one of them changes."""
    storages = runpy.run_path(str(ROOT / "clinic" / "settings.py"))["STORAGES"]
    sources = [
        *ROOT.glob("*/static/**/*"),
        ROOT / "clinic" / "bundles.py",
        ROOT / "clinic" / "settings.py",
        ROOT / "requirements.txt",
    ]
    with alone(pytestconfig, "collected") as folder:
        whole = folder / digest(sources)
        found = {"STATIC_ROOT": str(whole), "STORAGES": storages}
        if not whole.exists():
            begun = folder / "begun"
            shutil.rmtree(begun, ignore_errors=True)
            with override_settings(STATIC_ROOT=str(begun), STORAGES=storages):
                call_command("collectstatic", interactive=False, verbosity=0)
            begun.rename(whole)
    return found


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> TestClock:
    """What `clinic.clock.now()` answers, in every thread of this process."""
    test_clock = TestClock()
    monkeypatch.setattr(clinic_clock, "now", test_clock.now)
    return test_clock


@pytest.fixture(autouse=True)
def _same_names(request: pytest.FixtureRequest) -> None:
    """A test meets the same people each time it runs."""
    reseed_random(request.node.nodeid)


@pytest.fixture(scope="session", autouse=True)
def _plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    # A file of this process alone: tests beside it have another database.
    file = tmp_path_factory.mktemp("untold") / UNTOLD.name
    with override_settings(**QUICK | {"UNTOLD_READS": file}), pytest.MonkeyPatch.context() as patch:
        # No test is met by the minute in which a process asks again for the guards, nor by what
        # the tests' clock differs from that of the machine.
        patch.setattr(clocks, "seconds", lambda: 0.0)
        # On PostgreSQL the tests connect as the owner of the tables.
        patch.setattr(watch, "owned", lambda connection: [])
        patch.setattr(clocks, "AGREE", timedelta(days=10_000))
        yield


@pytest.fixture
def untold_reads(settings: Settings, tmp_path: Path) -> Path:
    """Where it is kept who reads in a downtime: a file of this test, in a folder to be made."""
    settings.UNTOLD_READS = file = tmp_path / "state" / UNTOLD.name
    return file


@pytest.fixture(autouse=True)
def _nothing_waits_to_be_told() -> Iterator[None]:
    """What a test was shown in a downtime waits for no other test, whose database knows no one."""
    yield
    if left.file().waits():
        left.file().path.unlink()
    # Its room on the disk stays taken: each server that starts would write it anew.
    if untold.waits() or untold.refused():
        file: Path = conf.settings.UNTOLD_READS
        for kept in file.parent.glob(f"{file.name}*"):
            kept.unlink()


@pytest.fixture
def committed_db(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path: Path
) -> Iterator[None]:
    """A copy of the migrated database with real commits, for several connections.

    The guards refuse the flush that Django empties such databases with, so each test has its own.
    """
    with django_db_blocker.unblock():
        # PostgreSQL copies a database that no one is connected to.
        connections.close_all()
        template = connection.settings_dict["NAME"]
        with using(copy_database(template, tmp_path)):
            yield


@contextmanager
def using(name: str) -> Iterator[None]:
    """Connect to the database of that name, or the file of that path, and drop it at the end."""
    connections.close_all()
    before = connection.settings_dict["NAME"]
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connections.close_all()
        connection.settings_dict["NAME"] = before
        drop_database(name)


def copy_database(template: str, folder: Path) -> str:
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connections.close_all()
        return str(shutil.copy(template, folder / "committed.sqlite3"))
    name = f"copy_{uuid.uuid4().hex}"
    _maintain(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return name


def create_empty(name: str, folder: Path) -> str:
    """A database without tables: the path of a file that is not there yet, or a name."""
    if connection.vendor == "sqlite":
        return str(folder / f"{name}.sqlite3")
    _maintain(f'CREATE DATABASE "{name}"')
    return name


def drop_database(name: str) -> None:
    if connection.vendor == "postgresql":
        _maintain(f'DROP DATABASE "{name}" WITH (FORCE)')


def _maintain(statement: str) -> None:
    """Run a statement on the maintenance database of the cluster."""
    with connection._nodb_cursor() as cursor:
        cursor.execute(statement)


@pytest.fixture
def race(committed_db: None) -> Callable[..., list[Any]]:
    """Run callables at the same moment, each in a thread with its own connection.

    Answers what each returned, or the exception it raised.
    """

    def run(*actions: Callable[[], Any]) -> list[Any]:
        start = threading.Barrier(len(actions))
        outcomes: list[Any] = [None] * len(actions)

        def act(index: int, action: Callable[[], Any]) -> None:
            try:
                connection.ensure_connection()
                start.wait()
                outcomes[index] = action()
            except Exception as error:
                outcomes[index] = error
            finally:
                connection.close()

        threads = [threading.Thread(target=act, args=pair) for pair in enumerate(actions)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return outcomes

    return run


@pytest.fixture
def signed_in(db: None) -> Callable[[Staff], Client]:
    """Signs a person in with Django's test client, with what a change of an account asks for."""

    def sign_in(staff: Staff) -> Client:
        client = Client()
        client.force_login(staff)
        return just_confirmed(client, staff)

    return sign_in


CODES = {
    *Session.Phase.values,
    *Event.Kind.values,
    *OBSERVATIONS,
    *NOT_DONE_REASONS,
    *QUESTIONS,
}


@pytest.fixture(autouse=True)
def _no_code_is_shown_as_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    """A plain text that fills a sentence is a person's: one that is a code lacks its type."""

    def written(text: str) -> str:
        assert text not in CODES, f"{text} fills a sentence without a type"
        return text

    monkeypatch.setitem(wording.FILLERS, str, written)
