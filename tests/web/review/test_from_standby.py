"""Files and the overview are read from a standby; who was given them is written on the primary."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clinic import standby
from monitoring.models import AccessEntry
from tests.clock import TestClock
from tests.factories.people import person
from tests.factories.visits import Visit, discharged

FILES = ["sessions.csv", "readings.csv", "sessions.xlsx", "files/record.zip", "overview/"]
READ = re.compile(r'FROM "monitoring_(session|reading|figures)"')
CHOICES = re.compile(r'SELECT "monitoring_protocolversion"')
"""The list of protocols of a filter, which is short."""
WRITE = re.compile(r"\s*(INSERT|UPDATE|DELETE)", re.IGNORECASE)


@pytest.fixture
def visit(committed_db: None, clock: TestClock) -> Visit:
    return discharged(clock)


@pytest.fixture
def reviewer(visit: Visit) -> Client:
    visit.site.requires_second_factor = False
    client = Client()
    client.force_login(person(visit.site, "auditor"))
    client.get("/")
    return client


@pytest.fixture
def second(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Another connection to the same rows, which is read as a standby that keeps up."""
    found: Any = connection.copy(standby.ALIAS)
    found.ensure_connection()
    monkeypatch.setattr(standby, "_in_step", lambda primary: found)
    yield found
    found.close()


@contextmanager
def asked_of(some: Any) -> Iterator[list[str]]:
    said: list[str] = []
    with CaptureQueriesContext(some) as captured:
        yield said
    said += [query["sql"] for query in captured]


def given(client: Client, path: str) -> bytes:
    answer: Any = client.get(f"/{path}")
    assert answer.status_code == 200
    content: bytes = answer.getvalue() if answer.streaming else answer.content
    return content


@pytest.mark.parametrize("path", FILES)
def test_it_is_read_from_the_standby_and_told_on_the_primary(
    reviewer: Client, second: Any, path: str
) -> None:
    exports = AccessEntry.objects.filter(action="exported")
    before = exports.count()
    with asked_of(second) as there, asked_of(connections["default"]) as here:
        content = given(reviewer, path)
    assert content
    assert any(READ.search(sql) for sql in there)
    assert [sql for sql in here if READ.search(sql) and not CHOICES.match(sql)] == []
    assert not any(WRITE.match(sql) for sql in there)
    assert exports.count() == before + (path != "overview/")


def test_it_gives_the_same_as_the_primary(
    reviewer: Client, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    from_primary = given(reviewer, "sessions.csv")
    found: Any = connection.copy(standby.ALIAS)
    monkeypatch.setattr(standby, "_in_step", lambda primary: found)
    assert given(reviewer, "sessions.csv") == from_primary
    found.close()


@pytest.mark.parametrize("path", ["sessions/", "patients/", "access/"])
def test_pages_at_which_people_work_ask_the_primary(
    reviewer: Client, second: Any, path: str
) -> None:
    with asked_of(second) as there:
        given(reviewer, path)
    assert there == []
