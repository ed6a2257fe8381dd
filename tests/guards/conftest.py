from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection

from monitoring.guards import as_owner
from tests.clock import TestClock
from tests.engine import APPLICATION, USES_POSTGRESQL
from tests.guards.world import Clinic, Visit, open_clinic


@pytest.fixture
def owner(db: None) -> Iterator[None]:
    """The rights of the tables' owner, which only the guards hold back."""
    with as_owner(connection):
        yield


@pytest.fixture
def application(db: None) -> None:
    """The rights that the application has; on SQLite every connection has no more."""
    if USES_POSTGRESQL:
        with connection.cursor() as cursor:
            cursor.execute(f"SET SESSION AUTHORIZATION {APPLICATION}")


@pytest.fixture
def clinic(db: None, clock: TestClock) -> Clinic:
    return open_clinic()


@pytest.fixture
def visit(clinic: Clinic, clock: TestClock) -> Visit:
    return Visit(clinic, clock)
