"""A database that goes away, or is exchanged, between two requests."""

from __future__ import annotations

import shutil
import sqlite3
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from django.core.signals import request_started
from django.db import connection, connections
from django.test import Client

from clinic.ids import uuid7
from monitoring.guards import GuardsMissing
from monitoring.models import Reading
from tests.conftest import _maintain
from tests.engine import USES_POSTGRESQL
from tests.factories.posted import READING
from tests.factories.visits import Visit
from tests.faults.exchanged import put_a_copy_in_its_place

_NUMBER = count()
pytestmark = pytest.mark.usefixtures("committed_db")


def send(nurse: Client, visit: Visit) -> tuple[Any, str]:
    """A reading, sent as a browser sends it; the server looks at its connections before.

    Each has another pressure: the same a moment later would be asked about.
    """
    id = uuid7()
    body = READING | {"id": str(id), "systolic": str(130 + next(_NUMBER) % 5)}
    request_started.send(sender=None)
    return nurse.post(f"/sessions/{visit.id}/reading/", body), id.hex


@pytest.mark.skipif(not USES_POSTGRESQL, reason="SQLite has no server that ends connections")
def test_a_connection_that_the_database_ended_costs_no_one_an_error(
    nurse: Client, visit: Visit
) -> None:
    assert send(nurse, visit)[0].status_code == 302
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (number,) = cursor.fetchone()
    _maintain(f"SELECT pg_terminate_backend({number})")
    answer, id = send(nurse, visit)
    assert answer.status_code == 302
    assert Reading.objects.filter(pk=id).exists()


on_sqlite = pytest.mark.skipif(USES_POSTGRESQL, reason="PostgreSQL is no file")


def is_in(path: Path, id: str) -> bool:
    with sqlite3.connect(path) as other:
        found = other.execute("SELECT 1 FROM monitoring_reading WHERE id = ?", [id]).fetchone()
    return found is not None


@on_sqlite
def test_what_is_called_saved_is_in_the_file_that_was_put_in_place(
    nurse: Client, visit: Visit, tmp_path: Path
) -> None:
    assert send(nurse, visit)[0].status_code == 302
    path = put_a_copy_in_its_place(tmp_path)
    answer, id = send(nurse, visit)
    assert answer.status_code == 302
    connections.close_all()
    assert is_in(path, id)


@on_sqlite
def test_a_file_that_is_exchanged_within_a_request_takes_nothing(
    visit: Visit, tmp_path: Path
) -> None:
    before = Reading.objects.count()
    put_a_copy_in_its_place(tmp_path)
    with pytest.raises(GuardsMissing, match="was replaced"):
        visit.read()
    connections.close_all()
    assert Reading.objects.count() == before
    visit.read()


@on_sqlite
def test_while_there_is_no_file_nothing_is_saved_and_the_page_says_so(
    nurse: Client, visit: Visit, tmp_path: Path
) -> None:
    assert send(nurse, visit)[0].status_code == 302
    path = Path(connection.settings_dict["NAME"])
    shutil.move(path, tmp_path / "away.sqlite3")
    answer, id = send(nurse, visit)
    assert answer.status_code == 503
    assert "The safeguards of the database are incomplete" in answer.content.decode()
    assert not path.exists()
    shutil.move(tmp_path / "away.sqlite3", path)
    assert not is_in(path, id)
    assert send(nurse, visit)[0].status_code == 302
