"""The table of readings: a heading over each cell, of the same list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any
from unittest.mock import patch

import pytest
from django.template.loader import render_to_string
from django.test import Client

from monitoring.models import Session
from monitoring.rules import measures
from monitoring.rules.facts import SessionFacts
from monitoring.web.presenters.readings import table
from tests.clock import TestClock
from tests.factories.visits import Visit, discharged, observed

pytestmark = pytest.mark.django_db
Signer = Callable[..., Client]


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


@pytest.mark.parametrize("page", ["", "report/"])
def test_a_time_and_its_minutes_are_two_words(
    clock: TestClock, signed_in: Signer, page: str
) -> None:
    """Copied, or read aloud, "12:57" and "0 min" must not run together."""
    visit = observed(clock, through=15)
    clock.forward(minutes=16)
    visit.read(30)
    text = signed_in(visit.nurse).get(f"/sessions/{visit.id}/{page}").content.decode()
    assert "</time> <small>" in text
    assert "</time><small>" not in text


def test_the_highest_systolic_and_diastolic_are_never_shown_as_one_pressure(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = discharged(clock)
    high = visit.session
    assert (high.peak_systolic, high.peak_diastolic) == (122, 78)
    other = observed(clock, site=visit.site, patient=visit.patient, through=15)
    clock.forward(minutes=15)
    other.read(30, systolic=157, diastolic=92)
    clock.forward(minutes=10)
    other.read(40, systolic=150, diastolic=100)
    office, nurse = signed_in(visit.clinician), signed_in(other.nurse)
    report = nurse.get(f"/sessions/{other.id}/report/").content.decode()
    assert "157 mmHg at 30 min" in report
    assert "100 mmHg at 40 min" in report
    course_page = office.get(f"/patients/{visit.patient.pk}/").content.decode()
    assert "Highest systolic" in course_page
    assert "Highest diastolic" in course_page
    assert "157/100" not in report + course_page
    assert "122/78 mmHg" not in course_page
