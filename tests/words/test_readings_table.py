"""The table of readings: a heading over each cell, of the same list."""

from __future__ import annotations

import pytest
from django.template.loader import render_to_string

from monitoring.words.readings import table
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


def test_a_report_says_once_what_the_numbers_of_a_scale_mean(clock: TestClock) -> None:
    """And by whom in the row itself; below it stands only what is remarkable."""
    visit = observed(clock, through=0)
    clock.forward(minutes=15)
    visit.read(15, sedation=4, dissociation=2)
    clock.forward(minutes=15)
    visit.read(30, sedation=5, dissociation=2, note="Asked for water")
    session, facts = loaded(visit)
    context = {"readings": table(session, facts), "session": session, "is_brief": True}
    page = " ".join(render_to_string("_readings_table.html", context).split())
    assert "MOAA/S: 4 Lethargic response to name, 5 Responds readily to name; Dissociation:" in page
    assert page.count("Lethargic response to name") == 1
    assert page.count(f'<td class="by">{visit.nurse.printed_name}</td>') == len(facts.readings)
    assert page.count('class="row-notes"') == len(
        [r for r in table(session, facts).rows if r.flags or r.notes]
    )
    assert "Asked for water." in page
