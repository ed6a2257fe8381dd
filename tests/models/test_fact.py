"""What every row of the record has in common."""

from __future__ import annotations

import time

import pytest
from django.apps import apps

from clinic.ids import uuid7
from monitoring.models.row import SessionFact
from tests.clock import TestClock
from tests.factories.visits import discharged

FACTS = [m for m in apps.get_app_config("monitoring").get_models() if issubclass(m, SessionFact)]


def test_ids_sort_by_the_time_they_were_made() -> None:
    ids = []
    for _ in range(5):
        ids.append(uuid7())
        time.sleep(0.002)
    assert ids == sorted(ids)


def test_ids_are_of_version_seven_and_differ_within_a_millisecond() -> None:
    ids = {uuid7() for _ in range(1000)}
    assert len(ids) == 1000
    assert {i.version for i in ids} == {7}
    assert {i.variant for i in ids} == {"specified in RFC 4122"}


@pytest.mark.parametrize("model", FACTS, ids=lambda m: m.__name__)
def test_every_fact_is_numbered_once_in_its_session(model: type[SessionFact]) -> None:
    names = {c.name for c in model._meta.constraints}
    assert f"{model.__name__.lower()}_seq_once" in names
    assert model._meta.ordering == ("seq",)


@pytest.mark.django_db
def test_a_fact_reads_as_what_it_is_and_its_number(clock: TestClock) -> None:
    visit = discharged(clock)
    reading = visit.session.reading_set.all()[0]
    assert str(reading) == f"reading {reading.seq}"
