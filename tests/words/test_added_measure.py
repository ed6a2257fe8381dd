"""One entry in the list of observations is a column, a cell, a strip, a field and a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from unittest.mock import patch
from xml.etree import ElementTree

import pytest
from django.template.loader import render_to_string

from clinic.ids import uuid7
from clinic.pages.plain_field import plain
from monitoring.models import Reading
from monitoring.reports.chart import session_chart
from monitoring.rules import measures
from monitoring.rules.entry import Entry, entry_problems
from monitoring.rules.protocol import SPRAVATO_US
from monitoring.web.floor.reading_form import Panel, ReadingForm
from monitoring.words.readings import values
from tests.clock import TestClock
from tests.factories.answers import WELL
from tests.factories.visits import observed
from tests.reports.drawing import strokes
from tests.words.cells import cells_of, loaded

pytestmark = pytest.mark.django_db

TEMPERATURE = measures.Observation(
    "temperature",
    "Temperature",
    (
        measures.Measure(
            key="temperature",
            name="Temperature",
            unit="°C",
            possible=(Decimal("30.0"), Decimal("45.0")),
            plausible=(Decimal("35.1"), Decimal("39.0")),
            jump=Decimal("1.5"),
            code="8310-5",
            example="36.6",
            decimals=1,
        ),
    ),
    strip=measures.Strip(34, 42, (34, 38, 42)),
)
"""Ranges of this test alone."""


@contextmanager
def temperature() -> Iterator[None]:
    """Temperature stands after the blood pressure; its columns are attributes of each reading."""
    first, *rest = measures.OBSERVATIONS.items()
    listed = dict([first, ("temperature", TEMPERATURE), *rest])
    columns = {"temperature": Decimal("36.6"), "temperature_not_done": ""}
    with (
        # The whole dictionary, so that it is given back in its order.
        patch.dict(measures.OBSERVATIONS, listed, clear=True),
        patch.object(Reading, "temperature", columns["temperature"], create=True),
        patch.object(Reading, "temperature_not_done", "", create=True),
    ):
        yield


def test_it_has_its_heading_over_its_cells(clock: TestClock) -> None:
    visit = observed(clock, through=15)
    with temperature():
        found = cells_of(*loaded(visit))
    headings, *rows = found.rows
    assert headings[2:5] == ["BP mmHg", "Temperature °C", "HR /min"]
    cells = [row for row in rows if len(row) > 1]
    assert cells
    assert all(len(row) == len(headings) and row[3] == "36.6" for row in cells)
    assert found.spans == {str(len(headings))}


def test_it_has_a_strip_of_its_own_below_the_last_one(clock: TestClock) -> None:
    visit = observed(clock, through=15)
    _session, before = loaded(visit)
    without = ElementTree.fromstring(session_chart(before, clock.now()))
    with temperature():
        _session, facts = loaded(visit)
        drawn = ElementTree.fromstring(session_chart(facts, clock.now()))
    texts = [t.text for t in drawn.iterfind(".//{*}text")]
    assert {"Temperature °C", "HR /min"} <= set(texts)
    strips = strokes(drawn, "strip")
    others = sum(o.strip is not None for o in measures.OBSERVATIONS.values())
    assert [len(line.split("L")) for line in strips] == [len(facts.readings)] * (others + 1)
    assert [t for t in texts if t == "36.6"] == ["36.6"] * len(facts.readings)
    heights = [int((svg.get("viewBox") or "").split()[-1]) for svg in (without, drawn)]
    lowest = max(float(t.get("y") or "") for t in drawn.iterfind(".//{*}text"))
    assert heights[1] > heights[0]
    assert lowest < heights[1]


@pytest.mark.parametrize("typed", ["36.6", "36,6", " 36.6 "])
def test_its_field_takes_tenths_and_says_its_unit(typed: str) -> None:
    with temperature():
        sent = {"id": str(uuid7()), "temperature": typed, "confirm_temperature": typed.strip()}
        form = ReadingForm(sent, protocol=SPRAVATO_US)
        assert form.fields["temperature"].help_text == "°C"
        assert form.fields["temperature_not_done"].label == "Not done"
        assert form.is_confirmed("temperature")
        assert form.is_valid()
        assert form.entry(None).values["temperature"] == Decimal("36.6")


@pytest.mark.parametrize("typed", ["36.65", "warm", "3 6", "36.", ".5", "١"])
def test_its_field_refuses_what_is_no_number_of_tenths(typed: str) -> None:
    with temperature():
        form = ReadingForm({"id": str(uuid7()), "temperature": typed}, protocol=SPRAVATO_US)
        assert not form.is_valid()
        assert "such as 36.6" in str(form.errors["temperature"])


@pytest.mark.parametrize(
    ("value", "code"),
    [("29.9", "impossible"), ("39.1", "unusual"), ("38.2", "jump"), ("38.1", "")],
)
def test_its_values_are_checked_and_asked_about(clock: TestClock, value: str, code: str) -> None:
    visit = observed(clock, through=15)
    clock.forward(minutes=15)
    with temperature():
        _session, facts = loaded(visit)
        entry = Entry(taken_at=clock.now(), values=WELL | {"temperature": Decimal(value)})
        problems = entry_problems(facts, entry, clock.now())
    assert [p.code for p in problems if p.field == "temperature"] == ([code] if code else [])


def test_it_is_needed_where_it_is_asked(clock: TestClock) -> None:
    visit = observed(clock, through=0)
    clock.forward(minutes=15)
    with temperature():
        _session, facts = loaded(visit)
        entry = Entry(taken_at=clock.now(), values=WELL, asked=15)
        problems = entry_problems(facts, entry, clock.now())
        coded = replace(entry, not_done={"temperature": "device_failure"})
        assert entry_problems(facts, coded, clock.now()) == []
    assert [(p.field, p.code) for p in problems] == [("temperature", "value_or_reason")]


def test_a_line_of_values_has_it_with_its_unit(clock: TestClock) -> None:
    visit = observed(clock, through=15)
    with temperature():
        row = visit.session.reading_set.latest("seq")
        said = values(row)
    assert "mmHg, Temperature 36.6 °C, HR " in said


def test_the_page_shows_its_field_before_the_next(clock: TestClock) -> None:
    with temperature():
        form = ReadingForm(protocol=SPRAVATO_US)
        fields = (plain(form["temperature"]),)
        panel = Panel("Temperature", fields, None, plain(form["temperature_not_done"]))
        page = render_to_string("reading/_panels.html", {"vitals": [panel]})
    assert 'inputmode="decimal"' in page
    assert "°C" in page
