"""The table of readings: a heading over each cell, of the same list."""

from __future__ import annotations

import pytest

from tests.clock import TestClock
from tests.factories.visits import observed
from tests.words.cells import cells_of, loaded

pytestmark = pytest.mark.django_db


def test_each_value_stands_under_its_own_heading(clock: TestClock) -> None:
    visit = observed(clock, through=0)
    clock.forward(minutes=15)
    visit.read(
        15, systolic=131, diastolic=83, heart_rate=71, spo2=97, respiratory_rate=14, sedation=4,
        dissociation=2,
    )  # fmt: skip
    headings, *rows = cells_of(*loaded(visit)).rows
    (row,) = [r for r in rows if r[0] == "15 min"]
    assert dict(zip(headings[2:], row[2:], strict=True)) == {
        "BP mmHg": "131/83",
        "HR /min": "71",
        "SpO₂ %": "97",
        "RR /min": "14",
        "MOAA/S": "4 Lethargic response to name",
        "Dissociation": "2 Moderate",
    }
