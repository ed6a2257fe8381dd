from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

from monitoring.guards import as_owner
from tests.clock import TestClock
from tests.engine import APPLICATION, USES_POSTGRESQL
from tests.guards.ready_made import Stock
from tests.guards.world import Clinic, Visit, open_clinic
from tests.shared import world


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


@pytest.fixture(scope="module")
def stock(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Stock]:
    with world(django_db_blocker) as clock:
        made = Stock(open_clinic(), clock)
        connection.check_constraints()
        yield made


@pytest.fixture
def clinic(stock: Stock, db: None, clock: TestClock) -> Clinic:
    return stock.opened(clock)


@pytest.fixture
def visit(clinic: Clinic, clock: TestClock) -> Visit:
    return Visit(clinic, clock)
