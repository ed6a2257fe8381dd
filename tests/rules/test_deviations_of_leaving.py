"""How old the last values are when a patient leaves without a clearance."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from monitoring.rules.deviations import deviations
from monitoring.rules.facts import DepartureKind, ReadingFacts
from monitoring.rules.measures import OBSERVATIONS
from tests.rules.samples import at, departure, observed, reading

ALL = tuple(OBSERVATIONS)


def told(
    *readings: ReadingFacts, left: float, seconds: float = 0, kind: DepartureKind = "transferred"
) -> list[tuple[str, dict[str, Any]]]:
    """Which values were old or missing; the pre-dose set is left out."""
    leaving = departure(left + seconds / 60, kind=kind)
    facts = replace(observed(*readings), readings=readings, departure=leaving, phase="closed")
    found = deviations(facts, at(left, seconds))
    ours = ("left_with", "left_before")
    return [(d.code, dict(d.params)) for d in found if d.code.startswith(ours)]


@pytest.mark.parametrize("kind", ["transferred", "against_advice", "left_unseen"])
def test_values_of_fifteen_minutes_are_recent_and_older_ones_are_told(kind: DepartureKind) -> None:
    assert told(reading(60), left=75, kind=kind) == []
    old = {"minutes": 15, "of": ALL, "at": at(60)}
    assert told(reading(60), left=75, seconds=1, kind=kind) == [("left_with_old_values", old)]


def test_each_observation_is_as_old_as_its_last_value() -> None:
    """A pulse oximeter alone, ten minutes ago, makes no pressure newer."""
    later = reading(90, **{f: None for o in ALL if o != "spo2" for f in OBSERVATIONS[o].fields})
    rest = tuple(o for o in ALL if o != "spo2")
    old = {"minutes": 40, "of": rest, "at": at(60)}
    assert told(reading(60), later, left=100) == [("left_with_old_values", old)]
    assert told(later, left=100) == [("left_without_values", {"of": rest})]
    assert told(left=100) == [("left_without_values", {"of": ALL})]


def test_a_discharge_has_its_final_set() -> None:
    assert told(reading(60), left=120, kind="discharged") == []


def test_a_reading_later_than_the_departure_is_told_where_an_older_record_has_one() -> None:
    before = ("left_before_reading", {"at": at(105)})
    assert told(reading(102), left=100) == []
    assert told(reading(105), left=100) == [before]
