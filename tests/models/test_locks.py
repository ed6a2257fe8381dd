"""A verb holds its session, and the session's chain, until it is committed."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.clock import TestClock
from tests.engine import USES_POSTGRESQL
from tests.factories.visits import observed

pytestmark = pytest.mark.django_db


@pytest.mark.skipif(not USES_POSTGRESQL, reason="SQLite locks the whole database for each verb.")
def test_a_reading_locks_its_session_before_it_reads_it_and_then_its_chain(
    clock: TestClock,
) -> None:
    visit = observed(clock)
    with CaptureQueriesContext(connection) as asked:
        visit.read()
    said = [query["sql"] for query in asked]
    locks = [sql for sql in said if "FOR UPDATE" in sql]
    session, head = locks
    assert 'FROM "monitoring_session"' in session
    assert session.endswith('FOR UPDATE OF "monitoring_session"')
    assert 'FROM "clinic_chainhead"' in head
    rows = next(sql for sql in said if 'FROM "monitoring_reading"' in sql)
    assert said.index(session) < said.index(rows) < said.index(head)
