"""Oxygen stands beside SpO2: room air or litres a minute, never taken for granted."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from monitoring.rules.entry import Entry, corrected, correction_problems, entry_problems
from monitoring.rules.facts import ReadingFacts
from monitoring.rules.measures import OBSERVATIONS
from monitoring.words.values import beside, whole_value
from tests.rules.samples import WELL, at, observed, reading

NOTHING: dict[str, Any] = dict.fromkeys(WELL)


def problems(values: dict[str, Any], **given: Any) -> list[tuple[str, str]]:
    entry = Entry(taken_at=at(40), confirmed_at=at(40), values=values, **given)
    return [(p.field, p.code) for p in entry_problems(observed(), entry, at(40))]


@pytest.mark.parametrize(
    ("values", "given", "expected"),
    [
        (WELL | {"oxygen": 0}, {"asked": 40}, []),
        (WELL | {"oxygen": Decimal("0.5")}, {"asked": 40}, []),
        (WELL | {"oxygen": None}, {"asked": 40}, [("oxygen", "oxygen_missing")]),
        (NOTHING | {"spo2": 97}, {}, [("oxygen", "oxygen_missing")]),
        (NOTHING | {"oxygen": 2}, {}, [("spo2", "value_or_reason")]),
        (NOTHING | {"oxygen": 2}, {"not_done": {"spo2": "device_failure"}}, []),
        (NOTHING, {"not_done": {"spo2": "device_failure"}}, []),
        (WELL | {"oxygen": 15}, {"asked": 40}, []),
        (WELL | {"oxygen": 16}, {"asked": 40}, [("oxygen", "unusual")]),
        (WELL | {"oxygen": 100}, {"asked": 40}, [("oxygen", "impossible")]),
    ],
)
def test_spo2_is_answered_with_what_was_breathed(
    values: dict[str, Any], given: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    assert problems(values, **given) == expected


def mended(original: ReadingFacts, **values: Any) -> tuple[list[str], dict[str, Any]]:
    """What is asked about a correction, and the set that would stand."""
    entry = Entry(taken_at=at(41), confirmed_at=at(41), values=NOTHING | values)
    found = correction_problems(observed(original), original, entry, at(41), is_time_wrong=False)
    return [p.code for p in found], dict(corrected(original, entry, is_time_wrong=False).values)


def test_a_correction_keeps_the_oxygen_and_asks_only_with_a_new_spo2() -> None:
    on_two, older = reading(40, oxygen=Decimal(2)), reading(40, oxygen=None)
    asked, values = mended(on_two, spo2=95)
    assert (asked, values["oxygen"]) == ([], 2)
    asked, values = mended(on_two, oxygen=0)
    assert (asked, values["oxygen"], values["spo2"]) == ([], 0, 98)
    assert mended(older, systolic=121)[0] == []
    assert mended(older, spo2=95)[0] == ["oxygen_missing"]


@pytest.mark.parametrize(
    ("oxygen", "words"),
    [
        (0, ""),
        (Decimal("0.0"), ""),
        (Decimal("2.0"), "on oxygen 2 L/min"),
        (Decimal("0.5"), "on oxygen 0.5 L/min"),
        (None, "oxygen not known"),
    ],
)
def test_spo2_on_oxygen_is_said_to_be_so(oxygen: Decimal | None, words: str) -> None:
    found = reading(40, oxygen=oxygen)
    assert beside(found.values, OBSERVATIONS["spo2"]) == words
    assert whole_value(found, OBSERVATIONS["spo2"]) == f"98 {words}".strip()
    assert beside(found.values, OBSERVATIONS["heart_rate"]) == ""
