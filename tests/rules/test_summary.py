"""What a session came to: peaks with their minutes, lowest, highest, and when it was over."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from monitoring.rules.summary import Extreme, earliest_ready, summary
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
    assert found.sedation_over is not None
    assert found.dissociation_over is not None
    assert (found.sedation_over.minutes, found.dissociation_over.minutes) == (90, 90)


def test_the_pre_dose_reading_is_no_peak_and_nothing_is_made_up() -> None:
    found = summary(observed(predose=reading(-10, systolic=190)))
    assert {found.systolic, found.diastolic, found.spo2, found.sedation_over} == {None}
    assert summary(arrived()).systolic is None
    unmeasured = summary(observed(reading(40), predose=not_done(-10, "blood_pressure")))
    assert brief(unmeasured.systolic) == (120, 40, None)


def test_no_one_was_found_ready_before_the_first_reading_after_the_dose() -> None:
    assert earliest_ready(observed(reading(30), reading(15))) == 15
    assert earliest_ready(observed()) == 0
