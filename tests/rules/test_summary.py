"""What a session came to: peaks with their minutes, lowest, highest, and when it was over."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from monitoring.rules.facts import ReadingFacts
from monitoring.rules.summary import Extreme, Resolution, earliest_ready, resolution, summary
from tests.rules.samples import arrived, not_done, observed, reading


def brief(found: Extreme | None) -> tuple[Any, ...] | None:
    return (found.value, found.minutes, found.change) if found else None


def test_each_extreme_has_its_own_first_minute_and_its_change_since_pre_dose() -> None:
    facts = observed(
        reading(15, systolic=150, diastolic=95, sedation=4),
        reading(40, systolic=160, diastolic=90, spo2=91, oxygen=Decimal(2), dissociation=3),
        reading(60, systolic=160, diastolic=85, spo2=91, sedation=4, dissociation=1),
        reading(90),
        predose=reading(-10, systolic=118, diastolic=76, spo2=97),
    )
    found = summary(facts)
    assert brief(found.systolic) == (160, 40, 42)
    assert brief(found.diastolic) == (95, 15, 19)
    assert brief(found.spo2) == (91, 40, -6)
    assert found.spo2 is not None
    assert found.spo2.reading.value("oxygen") == 2
    assert brief(found.sedation) == (4, 15, -1)
    assert brief(found.dissociation) == (3, 40, 3)
    assert found.resolution == Resolution("resolved", 90)


def test_the_pre_dose_reading_is_no_peak_and_nothing_is_made_up() -> None:
    found = summary(observed(predose=reading(-10, systolic=190)))
    assert {found.systolic, found.diastolic, found.spo2, found.resolution} == {None}
    assert summary(arrived()).systolic is None
    unmeasured = summary(observed(reading(40), predose=not_done(-10, "blood_pressure")))
    assert brief(unmeasured.systolic) == (120, 40, None)


@pytest.mark.parametrize(
    ("readings", "expected"),
    [
        ([reading(40), reading(60)], Resolution("never_affected")),
        ([reading(40, sedation=4)], Resolution("not_resolved")),
        ([reading(40, sedation=4), reading(60)], Resolution("resolved", 60)),
        ([reading(40, dissociation=1), reading(60), reading(90)], Resolution("resolved", 60)),
        (
            [reading(40, sedation=4, dissociation=2), reading(60, dissociation=1), reading(90)],
            Resolution("resolved", 90),
        ),
        (
            [reading(40, sedation=4), reading(60), reading(90, sedation=4)],
            Resolution("not_resolved"),
        ),
        (
            [reading(40, dissociation=1), not_done(60, "dissociation"), reading(75)],
            Resolution("resolved", 75),
        ),
    ],
)
def test_it_is_over_when_both_scales_are_back_and_stay_so(
    readings: list[ReadingFacts], expected: Resolution
) -> None:
    assert resolution(observed(*readings)) == expected


def test_no_one_was_found_ready_before_the_first_reading_after_the_dose() -> None:
    assert earliest_ready(observed(reading(30), reading(15))) == 15
    assert earliest_ready(observed()) == 0
