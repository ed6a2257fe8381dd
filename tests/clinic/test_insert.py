"""A row that is inserted with SQL made once is the one that Django would have inserted."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connection, models, transaction
from django.db.transaction import TransactionManagementError

from clinic.ids import uuid7
from clinic.models.insert import insert
from clinic.trail.canonical import columns
from monitoring.models import Event, Reading
from tests.clock import TestClock
from tests.factories.visits import Visit, observed

pytestmark = pytest.mark.django_db


def copy_of(row: Any, **other: Any) -> Any:
    """A row with the same values, not saved, as the next fact."""
    values = {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields}
    return row.__class__(**values | {"id": uuid7(), "seq": row.session.last_seq + 1} | other)


def rows(clock: TestClock) -> list[models.Model]:
    visit: Visit = observed(clock)
    visit.read(note="as \u201cusual\u201d; 100% %s")
    visit.event()
    visit.session.refresh_from_db()
    found = [Reading.objects.filter(session=visit.id).last(), Event.objects.last()]
    return [row for row in found if row is not None]


def test_both_ways_insert_the_same(clock: TestClock) -> None:
    for row in rows(clock):
        kept = []
        for way in (insert, lambda made: models.Model.save(made, force_insert=True)):
            with transaction.atomic():
                made = copy_of(row, id=row.pk.__class__(int=row.pk.int + 1))
                way(made)
                assert (made._state.adding, made._state.db) == (False, "default")
                kept.append(columns(type(row)._default_manager.get(pk=made.pk)))
                assert kept[-1] == columns(made)
                transaction.set_rollback(True)
        assert kept[0] == kept[1]


def test_an_inserted_row_is_new_and_another_with_its_id_is_refused(clock: TestClock) -> None:
    row = rows(clock)[0]
    made = copy_of(row)
    made.save(force_insert=True)
    assert made.is_new
    with transaction.atomic():
        with pytest.raises(IntegrityError):
            copy_of(row, id=made.pk).save(force_insert=True)
        # As after Django's own: what was begun can only be taken back.
        with pytest.raises(TransactionManagementError), connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        transaction.set_rollback(True)
