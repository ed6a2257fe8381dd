"""What a session came to: peaks with their minutes, lowest, highest, and when it was over."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given, settings

from monitoring.rules.facts import SessionFacts
from monitoring.rules.summary import Extreme, earliest_ready, summary
from tests.rules.any_session import any_facts
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


def second(facts: SessionFacts, field: str, *, is_highest: bool) -> tuple[Any, ...] | None:
    """The same over the readings as entered: all that count, sorted by value, then by time."""
    first, predose = facts.first_dose_at, facts.predose
    assert first is not None
    replaced = {r.replaces for r in facts.readings}
    found = [
        (-value if is_highest else value, facts.order(r), value)
        for r in facts.readings
        if r.id not in replaced and r.taken_at > first and r != predose
        for value in [r.values[field]]
        if value is not None
    ]
    if not found:
        return None
    _sign, (at, _seq), value = min(found)
    base = predose.values[field] if predose else None
    change = None if base is None else value - base
    return value, int((at - first).total_seconds() // 60), change


@settings(max_examples=50)
@given(any_facts())
def test_each_extreme_is_what_a_second_count_over_the_readings_finds(facts: SessionFacts) -> None:
    found = summary(facts)
    assert brief(found.systolic) == second(facts, "systolic", is_highest=True)
    assert brief(found.diastolic) == second(facts, "diastolic", is_highest=True)
    assert brief(found.spo2) == second(facts, "spo2", is_highest=False)
    assert brief(found.sedation) == second(facts, "sedation", is_highest=False)
    assert brief(found.dissociation) == second(facts, "dissociation", is_highest=True)
