"""The table of readings: a heading over each cell, of the same list."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser
from typing import Any
from unittest.mock import patch

import pytest
from django.template.loader import render_to_string

from monitoring.models import Session
from monitoring.rules import measures
from monitoring.rules.facts import SessionFacts
from monitoring.words.readings import table
from tests.clock import TestClock
from tests.factories.visits import Visit, observed

pytestmark = pytest.mark.django_db


class Cells(HTMLParser):
    """The text of the headings and of each row of the first table."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.spans: set[str] = set()

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag == "tr":
            self.rows.append([])
        elif tag in {"th", "td"}:
            self.rows[-1].append("")
            self.spans |= {value for name, value in attrs if name == "colspan"}

    def handle_data(self, data: str) -> None:
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] = " ".join([*self.rows[-1][-1].split(), *data.split()])


def cells_of(session: Session, facts: SessionFacts) -> Cells:
    found = Cells()
    context = {"readings": table(session, facts), "session": session}
    found.feed(render_to_string("_readings_table.html", context))
    return found


def loaded(visit: Visit) -> tuple[Session, SessionFacts]:
    session = Session.objects.for_page(visit.id)
    assert session is not None
    return session, session.facts()


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


def test_a_measure_that_is_added_gets_its_heading_over_its_cells(
    clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, facts = loaded(observed(clock, through=15))
    warm = tuple(replace(r, values={**r.values, "temperature": 36}) for r in facts.readings)
    added = measures.Measure("temperature", "Temperature", "°C", (30, 45), (35, 38), None, "8310-5")
    names = {
        "blood_pressure": measures.OBSERVATIONS["blood_pressure"],
        "temperature": ("temperature",),
    }
    rest = {k: v for k, v in measures.OBSERVATIONS.items() if k not in names}
    monkeypatch.setitem(measures.MEASURES, "temperature", added)
    monkeypatch.setitem(measures.OBSERVATION_NAMES, "temperature", "Temperature")
    # Whole, so that it is given back in its order.
    with patch.dict(measures.OBSERVATIONS, {**names, **rest}, clear=True):
        found = cells_of(session, replace(facts, readings=warm))
    headings, *rows = found.rows
    assert headings[2:5] == ["BP mmHg", "Temperature °C", "HR /min"]
    values = [row for row in rows if len(row) > 1]
    assert values
    assert all(len(row) == len(headings) and row[3] == "36" for row in values)
    assert found.spans == {str(len(headings))}
