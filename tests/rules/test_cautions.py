"""What a clinician answers in words, and how long a clearance stands."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from monitoring.rules.cautions import Caution, cautions, is_outside_criteria
from monitoring.rules.facts import ReadingFacts
from monitoring.rules.readiness import clearance_state, lapses_at
from tests.rules.samples import (
    arrived,
    at,
    clearance,
    departure,
    not_done,
    observed,
    reading,
    whole,
    with_readings,
)


def keys(*readings: ReadingFacts, **given: Any) -> list[str]:
    return [c.key for c in cautions(observed(*readings, **given))]


def test_a_course_within_every_criterion_has_no_caution() -> None:
    assert cautions(whole()) == []
    assert cautions(observed()) == []


@pytest.mark.parametrize(
    ("predose", "final", "keys_expected"),
    [
        ((110, 70), (140, 90), []),
        ((110, 70), (141, 84), ["blood_pressure"]),
        ((130, 70), (140, 91), ["blood_pressure"]),
        ((120, 75), (144, 90), []),
        ((120, 75), (145, 90), ["blood_pressure"]),
        ((149, 80), (178, 96), []),
        ((149, 80), (179, 96), ["blood_pressure"]),
        ((149, 80), (178, 97), ["blood_pressure"]),
        ((150, 92), (179, 109), []),
        ((150, 92), (180, 109), ["blood_pressure_informed"]),
        ((150, 92), (179, 110), ["blood_pressure_informed"]),
        ((101, 60), (140, 84), []),
        ((101, 60), (141, 84), ["blood_pressure_informed"]),
        ((101, 60), (140, 85), ["blood_pressure_informed"]),
        ((110, 70), (101, 60), []),
        ((110, 70), (100, 60), ["blood_pressure_low"]),
    ],
)
def test_the_final_pressure_is_at_most_140_over_90_or_within_20_percent_of_pre_dose(
    predose: tuple[int, int], final: tuple[int, int], keys_expected: list[str]
) -> None:
    before = reading(-10, systolic=predose[0], diastolic=predose[1])
    last = reading(120, systolic=final[0], diastolic=final[1])
    assert keys(last, predose=before) == keys_expected


def test_without_a_pre_dose_pressure_only_140_over_90_counts() -> None:
    last = reading(120, systolic=141)
    assert keys(last, predose=not_done(-10, "blood_pressure")) == ["blood_pressure"]


@pytest.mark.parametrize(
    ("last", "is_rising"),
    [
        ((130, 80), False),
        ((131, 81), False),
        ((139, 80), False),
        ((140, 80), True),
        ((130, 89), False),
        ((130, 90), True),
        ((120, 79), False),
    ],
)
def test_a_rise_by_ten_over_the_last_check_asks_for_words(
    last: tuple[int, int], is_rising: bool
) -> None:
    first = reading(90, systolic=130, diastolic=80)
    again = reading(120, systolic=last[0], diastolic=last[1])
    assert (keys(first, again) == ["blood_pressure_rising"]) is is_rising


@pytest.mark.parametrize(
    ("course", "is_rising"),
    [
        ([118, 128, 128], False),
        ([118, 110, 120], False),
        ([118, 110, 127], False),
        ([118, 110, 128], True),
        ([100, 118, 110, 128], True),
        ([141, 141, 141], False),
        ([141, 140, 141], True),
        ([140, 142, 141], True),
        ([142, 142, 141], False),
        ([130, 130, 140], True),
    ],
)
def test_a_rise_is_above_both_checks_before_or_while_high_above_one(
    course: list[int], is_rising: bool
) -> None:
    """Above 140/90 any rise asks; within 20 % of pre-dose, so that nothing else does."""
    found = [reading(60 + 15 * n, systolic=value) for n, value in enumerate(course)]
    assert keys(*found, predose=reading(-10)) == ["blood_pressure_rising"] * is_rising


def test_a_correction_takes_its_original_out_of_the_comparison() -> None:
    wrong = reading(120, systolic=138)
    right = reading(120, systolic=120, replaces=wrong.id)
    assert keys(reading(90), wrong) == ["blood_pressure_rising"]
    assert keys(reading(90), wrong, right) == []


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ({"sedation": 5}, None),
        ({"sedation": 4}, "sedation"),
        ({"dissociation": 0}, None),
        ({"dissociation": 1}, "dissociation"),
        ({"spo2": 93}, None),
        ({"spo2": 92}, "spo2"),
        ({"oxygen": 0}, None),
        ({"oxygen": Decimal("0.5")}, "oxygen"),
        ({"oxygen": None}, None),
        ({"respiratory_rate": 12}, None),
        ({"respiratory_rate": 11}, "respiratory_rate"),
        ({"respiratory_rate": 20}, None),
        ({"respiratory_rate": 21}, "respiratory_rate"),
        ({"heart_rate": 51}, None),
        ({"heart_rate": 50}, "heart_rate"),
        ({"heart_rate": 110}, None),
        ({"heart_rate": 111}, "heart_rate"),
    ],
)
def test_a_final_value_outside_its_criterion_asks_for_words_and_takes_a_clearance_back(
    values: dict[str, Any], key: str | None
) -> None:
    last = reading(120, **values)
    facts = observed(last)
    assert [c.key for c in cautions(facts)] == ([key] if key else [])
    assert is_outside_criteria(facts, last) is (key is not None)


def test_a_high_pressure_takes_a_clearance_back() -> None:
    last = reading(120, systolic=150)
    assert is_outside_criteria(observed(last), last)


@pytest.mark.parametrize(
    ("before", "last", "expected"),
    [
        ({"sedation": 4}, {"sedation": 5}, []),
        ({"sedation": 4}, {"sedation": 4}, ["sedation"]),
        ({"dissociation": 1}, {"dissociation": 0}, []),
        ({"dissociation": 1}, {"dissociation": 1}, ["dissociation"]),
    ],
)
def test_the_level_before_the_dose_is_no_excuse_at_the_end(
    before: dict[str, int], last: dict[str, int], expected: list[str]
) -> None:
    assert keys(reading(120, **last), predose=reading(-10, **before)) == expected


def test_what_was_not_measured_at_the_end_asks_for_words() -> None:
    found = cautions(observed(not_done(120, "spo2", "sedation")))
    assert [(c.key, c.params["reason"]) for c in found] == [
        ("not_measured_spo2", "refused"),
        ("not_measured_sedation", "refused"),
    ]


def test_a_measure_coded_once_and_measured_since_asks_nothing() -> None:
    assert keys(not_done(90, "spo2"), reading(120)) == []


def test_a_forty_minute_pressure_that_was_not_taken_asks_for_words_to_the_end() -> None:
    assert keys(not_done(41, "blood_pressure"), reading(120)) == ["mandatory_not_done_40"]


def test_the_latest_high_pressure_counts_though_the_last_check_was_coded() -> None:
    high, coded = reading(110, systolic=170), not_done(120, "blood_pressure")
    assert keys(high, coded) == ["not_measured_blood_pressure", "blood_pressure_informed"]


def test_cautions_of_one_kind_have_keys_of_their_own() -> None:
    assert Caution("spo2").key == "spo2"
    assert Caution("not_measured", about="spo2").key == "not_measured_spo2"


@pytest.mark.parametrize(
    ("minutes", "seconds", "state"), [(140, 59, "stands"), (141, 0, "lapsed"), (500, 0, "lapsed")]
)
def test_a_clearance_lapses_after_15_minutes(minutes: int, seconds: int, state: str) -> None:
    facts = whole(clearances=(clearance(126),), phase="cleared")
    assert clearance_state(facts, at(minutes, seconds)) == state
    assert lapses_at(facts) == at(141)


def test_a_clearance_covers_what_was_recorded_when_it_was_signed() -> None:
    facts = whole(clearances=(clearance(126),))
    assert clearance_state(replace(facts, last_seq=11), at(127)) == "superseded"


def test_a_clearance_taken_back_stands_no_more() -> None:
    facts = whole(clearances=(clearance(126, withdrawn_at=at(127)),))
    assert clearance_state(facts, at(128)) == "withdrawn"


def test_a_clearance_on_which_the_patient_left_lapses_no_more() -> None:
    gone = whole(clearances=(clearance(126),), departure=departure(130), phase="closed")
    assert clearance_state(gone, at(5000)) == "stands"


def test_the_latest_of_several_clearances_counts() -> None:
    facts = whole(clearances=(clearance(126, withdrawn_at=at(127)), clearance(130)))
    assert clearance_state(facts, at(131)) == "stands"


def test_without_a_signature_nothing_stands_or_lapses() -> None:
    assert clearance_state(whole(), at(126)) == "none"
    with pytest.raises(ValueError, match="no clearance"):
        lapses_at(arrived())


def test_a_later_reading_within_the_criteria_is_still_a_new_fact_to_sign() -> None:
    signed = whole(clearances=(clearance(126),))
    later = replace(with_readings(signed, reading(128)), last_seq=11)
    assert clearance_state(later, at(129)) == "superseded"
