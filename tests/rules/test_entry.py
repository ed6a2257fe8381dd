from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.rules.entry import PRE_DOSE, Entry, entry_problems, previous_values
from monitoring.rules.measures import NOT_DONE_REASONS, OBSERVATIONS, Number, measures, value_fields
from monitoring.rules.scales import MOAAS
from tests.factories.filled import filled
from tests.rules.any_session import whole_numbers
from tests.rules.samples import WELL, arrived, at, not_done, observed, reading

EMPTY: dict[str, Number | None] = dict.fromkeys(value_fields())


def problems(
    asked: int | None = 40,
    minutes: float = 40,
    now: float | None = None,
    seconds: float = 0,
    facts: Any = None,
    **given: Any,
) -> list[tuple[str, str]]:
    now_and_well = filled(
        given, taken_at=at(minutes), confirmed_at=at(minutes), values=WELL, asked=asked
    )
    entry = Entry(**now_and_well)
    moment = at(minutes if now is None else now, seconds)
    found = entry_problems(facts or observed(), entry, moment)
    return [(p.field, p.code) for p in found]


def test_a_complete_reading_is_kept() -> None:
    assert problems() == []


@pytest.mark.parametrize("observation", OBSERVATIONS)
def test_what_the_slot_asks_for_is_a_value_or_a_reason(observation: str) -> None:
    gone = WELL | dict.fromkeys(OBSERVATIONS[observation].fields)
    first = OBSERVATIONS[observation].fields[0]
    assert problems(values=gone) == [(first, "value_or_reason")]
    for reason in NOT_DONE_REASONS:
        assert problems(values=gone, not_done={observation: reason}) == []


@pytest.mark.parametrize(("asked", "is_asked"), [(30, False), (40, True), (PRE_DOSE, True)])
def test_respiratory_rate_is_asked_where_the_schedule_asks_it(asked: int, is_asked: bool) -> None:
    found = problems(asked=asked, values=WELL | {"respiratory_rate": None})
    assert found == ([("respiratory_rate", "value_or_reason")] if is_asked else [])


def test_a_pre_dose_reading_asks_for_everything() -> None:
    found = problems(asked=PRE_DOSE, minutes=-10, values=EMPTY, facts=arrived())
    assert found == [(o.fields[0], "value_or_reason") for o in OBSERVATIONS.values()]


def test_an_additional_reading_may_be_one_value_and_not_nothing() -> None:
    assert problems(asked=None, values=EMPTY | {"spo2": 97, "oxygen": 0}) == []
    assert problems(asked=None, values=EMPTY, not_done={"spo2": "refused"}) == []
    assert problems(asked=None, values=EMPTY) == [("systolic", "nothing_entered")]


def test_half_a_pressure_is_no_pressure() -> None:
    half = EMPTY | {"systolic": 120}
    assert problems(asked=None, values=half) == [("diastolic", "required")]
    other = EMPTY | {"diastolic": 80}
    assert problems(asked=None, values=other) == [("systolic", "required")]


def test_a_value_and_a_reason_why_there_is_none_exclude_each_other() -> None:
    assert problems(not_done={"spo2": "refused"}) == [("spo2", "value_and_reason")]


def test_an_unknown_reason_is_refused() -> None:
    found = problems(values=WELL | {"spo2": None}, not_done={"spo2": "forgot"})
    assert found == [("spo2_not_done", "unknown_reason")]


@pytest.mark.parametrize(
    ("values", "field"),
    [({"sedation": 6}, "sedation"), ({"sedation": -1}, "sedation"),
     ({"dissociation": 5}, "dissociation")],
)  # fmt: skip
def test_a_value_that_is_not_on_the_scale_is_refused(values: dict[str, int], field: str) -> None:
    assert problems(values=WELL | values) == [(field, "not_on_scale")]


def test_zero_on_a_scale_is_a_value() -> None:
    assert problems(values=WELL | {"sedation": 0, "dissociation": 0}) == []


def test_an_unusual_value_is_asked_about_once_and_then_kept() -> None:
    high = WELL | {"systolic": 210}
    assert problems(values=high) == [("systolic", "unusual")]
    assert problems(values=high, confirmed=frozenset({"systolic"})) == []


def test_a_jump_is_measured_from_the_last_value_before_it() -> None:
    facts = observed(reading(30, systolic=170), predose=reading(-10, systolic=120))
    assert problems(values=WELL | {"systolic": 125}, facts=facts) == [("systolic", "jump")]
    assert problems(values=WELL | {"systolic": 131}, facts=facts) == []


def test_an_impossible_value_is_refused_and_not_asked_about() -> None:
    values = WELL | {"systolic": 1520}
    assert problems(values=values) == [("systolic", "impossible")]
    assert problems(values=values, confirmed=frozenset({"systolic"})) == [
        ("systolic", "impossible")
    ]


@pytest.mark.parametrize(
    ("seconds", "reason", "expected"),
    [
        (0, "", []),
        (1, "", [("late_reason", "late_reason")]),
        (1, "  ", [("late_reason", "late_reason")]),
        (1, "Tablet was charging", []),
    ],
)
def test_more_than_five_minutes_back_asks_why(
    seconds: int, reason: str, expected: list[tuple[str, str]]
) -> None:
    assert problems(now=45, seconds=seconds, late_reason=reason) == expected


def test_the_last_value_of_a_field_is_the_last_measured_one_before() -> None:
    wrong = reading(20, systolic=190)
    facts = observed(
        reading(15, spo2=95),
        wrong,
        reading(20, systolic=130, replaces=wrong.id),
        not_done(25, "blood_pressure", "spo2"),
        reading(50, systolic=150),
    )
    last = previous_values(facts, at(40))
    assert (last["systolic"], last["spo2"]) == (130, 98)
    assert previous_values(arrived(), at(0)) == {}


def vitals() -> st.SearchStrategy[dict[str, int]]:
    pressure = st.integers(50, 200).flatmap(
        lambda d: st.tuples(st.integers(max(d + 1, 50), 300), st.just(d))
    )
    return st.builds(
        lambda p, rest: {"systolic": p[0], "diastolic": p[1]} | rest,
        pressure,
        st.fixed_dictionaries(
            {
                **{
                    k: whole_numbers(*m.possible) for k, m in measures().items() if "tolic" not in k
                },
                "sedation": st.sampled_from(sorted(MOAAS.values)),
                "dissociation": st.integers(0, 4),
            }
        ),
    )


@given(vitals(), st.sampled_from([PRE_DOSE, 15, 30, 40, 60, 90, 120, 135, None]))
def test_every_possible_complete_timely_and_confirmed_reading_is_kept(
    values: dict[str, int], asked: int | None
) -> None:
    facts = observed(reading(15))
    assert problems(asked, values=values, confirmed=frozenset(values), facts=facts) == []


@given(vitals(), st.sampled_from(sorted(measures())), st.booleans(), st.integers(1, 1000))
def test_an_impossible_value_is_always_refused_at_that_very_field(
    values: dict[str, int], key: str, is_above: bool, by: int
) -> None:
    low, high = measures()[key].possible
    wrong = values | {key: high + by if is_above else low - by}
    assert (key, "impossible") in problems(values=wrong, confirmed=frozenset(values))
