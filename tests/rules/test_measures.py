from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.rules.marking import gettext_noop
from monitoring.rules.measures import (
    OBSERVATIONS,
    implausible,
    impossible,
    measures,
    value_fields,
)


@pytest.mark.parametrize("key", measures())
def test_the_ends_of_the_possible_range_are_kept_and_one_beyond_is_refused(key: str) -> None:
    low, high = measures()[key].possible
    for value in (low, high):
        assert impossible({key: value}) == []
    for value in (low - 1, high + 1):
        assert [(p.field, p.code) for p in impossible({key: value})] == [(key, "impossible")]


@pytest.mark.parametrize(
    ("systolic", "diastolic", "fields"),
    [(80, 120, ["systolic"]), (80, 80, ["systolic"]), (81, 80, []), (1520, 80, ["systolic"])],
)
def test_a_swapped_pressure_and_a_slipped_digit_are_refused_at_systolic(
    systolic: int, diastolic: int, fields: list[str]
) -> None:
    problems = impossible({"systolic": systolic, "diastolic": diastolic})
    assert [p.field for p in problems] == fields


def test_zero_is_a_value_and_nothing_is_none() -> None:
    assert [p.field for p in impossible({"spo2": 0})] == ["spo2"]
    assert impossible({"spo2": None}) == []


@pytest.mark.parametrize("key", measures())
def test_an_unusual_value_is_asked_about(key: str) -> None:
    low, high = measures()[key].plausible
    assert implausible({key: low}, {}) == implausible({key: high}, {}) == []
    for value in (low - 1, high + 1):
        assert [(p.field, p.code) for p in implausible({key: value}, {})] == [(key, "unusual")]


@pytest.mark.parametrize(("value", "codes"), [(160, []), (161, ["jump"]), (80 + 11, [])])
def test_a_jump_of_more_than_40_from_the_last_pressure_is_asked_about(
    value: int, codes: list[str]
) -> None:
    last = {"systolic": 120}
    assert [p.code for p in implausible({"systolic": value}, last)] == codes


@pytest.mark.parametrize(("value", "codes"), [(100, []), (99, ["jump"])])
def test_a_fall_is_asked_about_like_a_rise(value: int, codes: list[str]) -> None:
    assert [p.code for p in implausible({"systolic": value}, {"systolic": 140})] == codes


def test_a_first_value_and_one_after_nothing_measured_is_no_jump() -> None:
    assert implausible({"systolic": 190}, {}) == []
    assert implausible({"systolic": 190, "diastolic": None}, {"systolic": None}) == []
    assert implausible({"heart_rate": 120}, {"heart_rate": 50}) == []


def test_every_field_belongs_to_one_observation_and_each_has_a_name() -> None:
    assert len(value_fields()) == len(set(value_fields()))
    assert set(measures()) <= set(value_fields())
    assert all(o.key == key and o.name for key, o in OBSERVATIONS.items())


def test_a_plausible_value_is_possible() -> None:
    for measure in measures().values():
        assert measure.possible[0] <= measure.plausible[0] < measure.plausible[1]
        assert measure.plausible[1] <= measure.possible[1]


def test_marking_a_text_leaves_it_as_it_is() -> None:
    assert gettext_noop("Systolic") == "Systolic"


@given(st.sampled_from(sorted(measures())), st.integers(-1000, 5000))
def test_an_impossible_value_is_refused_at_its_own_field_and_only_there(
    key: str, value: int
) -> None:
    low, high = measures()[key].possible
    refused = [p.field for p in impossible({key: value})]
    assert refused == ([] if low <= value <= high else [key])
