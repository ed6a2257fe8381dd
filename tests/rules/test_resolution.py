"""When sedation and dissociation were over: back at the level of before the dose, and to stay."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import pytest
from hypothesis import given, settings

from monitoring.rules.facts import ReadingFacts, SessionFacts
from monitoring.rules.resolution import Resolution, Scale, resolution
from tests.rules.any_session import any_facts
from tests.rules.samples import arrived, at, not_done, observed, reading, with_readings

State = Literal["never_affected", "resolved", "not_resolved"]


def over(minutes: int, level: int = 5, *, is_own: bool = True) -> Resolution:
    return Resolution("resolved", level, is_own, at(minutes), minutes)


def rated(*values: int, scale: Scale = "sedation", predose: int = 5) -> Resolution | None:
    """Of a session with those values at 40, 60, 90 … minutes."""
    taken = [reading(40 + 20 * n, **{scale: value}) for n, value in enumerate(values)]
    return resolution(observed(*taken, predose=reading(-10, **{scale: predose})), scale)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((5, 5), Resolution("never_affected", 5, True)),
        ((4,), Resolution("not_resolved", 5, True)),
        ((4, 5), over(60)),
        ((4, 5, 5), over(60)),
        ((4, 5, 4), Resolution("not_resolved", 5, True)),
        ((4, 5, 4, 5), over(100)),
        ((5, 3, 4, 5), over(100)),
    ],
)
def test_sedation_is_over_at_the_first_reading_that_no_worse_one_follows(
    values: tuple[int, ...], expected: Resolution
) -> None:
    assert rated(*values) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((0, 0), Resolution("never_affected", 0, True)),
        ((1, 0), over(60, 0)),
        ((1, 1), Resolution("not_resolved", 0, True)),
        ((3, 0, 1, 0), over(100, 0)),
    ],
)
def test_dissociation_is_worse_where_it_is_higher(
    values: tuple[int, ...], expected: Resolution
) -> None:
    assert rated(*values, scale="dissociation", predose=0) == expected


def test_who_came_sedated_is_back_at_that_level_or_better() -> None:
    assert rated(4, 5, predose=4) == Resolution("never_affected", 4, True)
    assert rated(3, 4, 5, predose=4) == over(60, 4)
    assert rated(3, 5, 3, predose=4) == Resolution("not_resolved", 4, True)
    assert rated(2, 1, scale="dissociation", predose=1) == over(60, 1)


def test_without_a_value_before_the_dose_the_criterion_is_the_level() -> None:
    unrated = not_done(-10, "sedation")
    facts = observed(reading(40, sedation=4), reading(60), predose=unrated)
    assert resolution(facts, "sedation") == over(60, is_own=False)
    none_at_all = replace(observed(reading(40, sedation=4)), readings=(reading(40, sedation=4),))
    assert resolution(none_at_all, "sedation") == Resolution("not_resolved", 5, False)


def test_what_was_not_rated_says_nothing() -> None:
    assert resolution(arrived(reading(-10)), "sedation") is None
    assert resolution(observed(), "sedation") is None
    assert resolution(observed(not_done(40, "sedation")), "sedation") is None
    gap = observed(reading(40, sedation=4), not_done(60, "sedation"), reading(75))
    assert resolution(gap, "sedation") == over(75)
    assert resolution(gap, "dissociation") == Resolution("never_affected", 0, True)


def test_of_a_corrected_reading_the_correction_counts() -> None:
    wrong = reading(60)
    facts = with_readings(observed(reading(40, sedation=4)), wrong)
    assert resolution(facts, "sedation") == over(60)
    mended = reading(60, sedation=4, replaces=wrong.id)
    assert resolution(with_readings(facts, mended), "sedation") == Resolution(
        "not_resolved", 5, True
    )


def test_what_came_after_the_patient_had_left_does_not_count() -> None:
    late = reading(150, sedation=3, after_departure=True)
    facts = observed(reading(40, sedation=4), reading(60), late)
    assert resolution(facts, "sedation") == over(60)
    mended = reading(90, replaces=facts.readings[-2].id, corrected_after_departure=True)
    assert resolution(with_readings(facts, mended), "sedation") == over(90)


def second(facts: SessionFacts, scale: Scale) -> tuple[State, int | None] | None:
    """The definition, word by word, over the readings as they were entered."""
    first, predose = facts.first_dose_at, facts.predose
    assert first is not None
    replaced = {r.replaces for r in facts.readings}

    def counts(r: ReadingFacts) -> bool:
        is_predose = predose is not None and r.id == predose.id
        return r.id not in replaced and r.taken_at > first and not is_predose

    found = sorted(filter(counts, facts.readings), key=facts.order)
    own = predose.value(scale) if predose else None
    sign, level = (1, 5) if scale == "sedation" else (-1, 0)
    least = level if own is None else own
    after = [(r, v) for r in found if (v := r.value(scale)) is not None]
    if not after:
        return None
    for number, (r, _value) in enumerate(after):
        if all(sign * value >= sign * least for _r, value in after[number:]):
            minutes = int((r.taken_at - first).total_seconds() // 60)
            return ("never_affected", None) if number == 0 else ("resolved", minutes)
    return "not_resolved", None


@settings(max_examples=50)
@given(any_facts())
def test_it_is_what_a_second_count_over_the_readings_finds(facts: SessionFacts) -> None:
    scales: tuple[Scale, ...] = ("sedation", "dissociation")
    for scale in scales:
        found = resolution(facts, scale)
        assert second(facts, scale) == (found and (found.state, found.minutes))
