"""A database of any landed version upgrades, and everything in it is still proved."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection, connections
from pytest_django import DjangoDbBlocker

from clinic.ids import uuid7
from clinic.models import Staff
from monitoring import actions, guards
from monitoring.actions.depart import Leaving
from monitoring.actions.sign_clearance import Signing
from monitoring.models import Session
from monitoring.rules.cautions import cautions
from monitoring.rules.questions import CHECKLIST
from tests.clock import TestClock
from tests.conftest import ROOT, create_empty, using
from tests.engine import USES_POSTGRESQL
from tests.upgrade.copies import access_log, restore, rows, versions


@pytest.fixture(params=versions())
def kept(
    request: pytest.FixtureRequest,
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path: Path,
) -> Iterator[None]:
    """The database that was kept of one version, as that version left it."""
    with django_db_blocker.unblock():
        name = create_empty(f"kept_{uuid.uuid4().hex}", tmp_path)
        restore(request.param, name)
        with using(name):
            yield


def test_a_copy_is_kept_for_each_engine() -> None:
    assert versions()


def test_a_kept_database_upgrades_is_proved_and_goes_on_to_a_discharge(
    kept: None, clock: TestClock
) -> None:
    with _everything_stays():
        call_command("migrate", verbosity=0)
    withdrawn = Session.objects.get(withdrawal__isnull=False, phase="observing")
    _sign(withdrawn.pk)
    _discharge(withdrawn.pk, clock)
    assert Session.objects.get(pk=withdrawn.pk).phase == "closed"


def test_an_upgrade_that_was_killed_again_and_again_goes_on_where_it_stopped(kept: None) -> None:
    with _everything_stays():
        connections.close_all()
        for asked, times in ((NOTES, 1), ("", 40), (NOTES, 6), (NOTES, 2), ("", 300)):
            assert not _migrated(dies_at=asked, times=times)
        assert _migrated(dies_at=NOTES, times=1000)


NOTES = 'INSERT INTO "django_migrations"'
"""It is noted that a migration was applied."""
_MORTAL = """
import os, signal, sys, django
django.setup()
from django.core.management import call_command
from django.db import connection
part, left = sys.argv[1], int(sys.argv[2])
def asked(execute, sql, *rest):
    global left
    left -= part in sql
    if left <= 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return execute(sql, *rest)
with connection.execute_wrapper(asked):
    call_command("migrate", verbosity=0)
"""


def _migrated(*, dies_at: str, times: int) -> bool:
    """Whether `migrate` came to its end, in a process that is killed before so many-eth statement
    with these words."""
    where = connection.settings_dict
    url = f"sqlite:///{where['NAME']}"
    if USES_POSTGRESQL:
        url = f"postgresql://{where['USER']}@{where['HOST']}:{where['PORT']}/{where['NAME']}"
    ended = subprocess.run(
        [sys.executable, "-c", _MORTAL, dies_at, str(times)],
        cwd=ROOT,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "clinic.settings", "DATABASE_URL": url},
        check=False,
    )
    assert ended.returncode in {0, -signal.SIGKILL}
    return ended.returncode == 0


@contextmanager
def _everything_stays() -> Iterator[None]:
    """What was recorded before is there afterwards, guarded and proved; nothing is written anew."""
    before, shown = rows(), access_log()
    assert before["monitoring_session"] > 10
    assert shown
    yield
    after = rows()
    assert {table: after[table] for table in before} == before
    assert access_log() == shown
    assert guards.check(connection) == []
    out = StringIO()
    call_command("verify_record", stdout=out)
    assert "Everything is as it was recorded." in out.getvalue()


def _sign(session_id: uuid.UUID) -> None:
    session = Session.read(session_id)
    actions.sign_clearance(
        session.pk,
        Staff.objects.get(username="mei"),
        id=uuid7(),
        password="demo-clinic",
        signing=Signing(
            through_seq=session.last_seq,
            checklist=dict.fromkeys(CHECKLIST, True),
            justifications=dict.fromkeys(
                (c.key for c in cautions(session.facts())), "Talked about"
            ),
            had_serious_event=False,
            ready_minutes=95,
            identified_by="mrn",
        ),
    )


def _discharge(session_id: uuid.UUID, clock: TestClock) -> None:
    leaving = Leaving(
        kind="discharged",
        left_at=clock.now(),
        escort_name="Ann Smith",
        escort_phone="555 0101",
        transport="Escort's car",
        advice_given=True,
        had_serious_event=False,
    )
    rosa = Staff.objects.get(username="rosa")
    actions.depart(session_id, rosa, id=uuid7(), leaving=leaving)
