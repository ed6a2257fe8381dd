"""A statement with one text is planned once a connection on PostgreSQL, and answers the same."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinic.ids import uuid7
from clinic.models import Site
from clinic.models.constant import Constant
from clinic.models.prepared import prepared
from tests.engine import USES_POSTGRESQL
from tests.factories.people import SiteFactory

on_postgresql = pytest.mark.skipif(not USES_POSTGRESQL, reason="SQLite prepares by itself")
_SITES = Constant(lambda ids: Site.objects.filter(pk__in=ids).order_by())


def planned() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements")
        return [statement for (statement,) in cursor.fetchall()]


@on_postgresql
def test_what_is_asked_again_is_planned_once_whatever_its_values(db: None) -> None:
    before = len(planned())
    for _ in range(8):
        _SITES.rows([uuid7()])
    (mine,) = planned()[before:]
    assert "clinic_site" in mine
    assert "$1" in mine


@on_postgresql
def test_what_django_makes_keeps_its_values_in_its_text(db: None) -> None:
    before = planned()
    with prepared(), pytest.raises(ZeroDivisionError):
        raise ZeroDivisionError
    for _ in range(8):
        assert not Site.objects.filter(pk=uuid7()).exists()
    assert planned() == before


def test_each_time_the_statement_is_named_to_who_counts_them(db: None) -> None:
    with CaptureQueriesContext(connection) as captured:
        for _ in range(8):
            _SITES.rows([uuid7()])
    assert len(captured) == 8
    assert all("clinic_site" in query["sql"] for query in captured)


def test_each_id_is_answered_after_it_was_planned_too(db: None) -> None:
    ids: list[UUID] = [SiteFactory.create().pk for _ in range(8)]
    assert [_SITES.rows([id])[0].pk for id in ids] == ids


@on_postgresql
def test_a_connection_that_ended_is_begun_anew_as_ever(committed_db: None) -> None:
    _SITES.rows([uuid7()])
    connection.close()
    with prepared(), connection.cursor() as cursor:
        cursor.execute("SELECT %s::integer", [3])
        assert cursor.fetchone() == (3,)
