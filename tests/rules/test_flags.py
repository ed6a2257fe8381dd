from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.rules.flags import (
    CRISIS_SYMPTOMS,
    corrected_unanswered,
    flagged,
    flags_of,
    outside_now,
    reading_flags,
    unanswered,
)
from tests.rules.samples import at, event, observed, reading, with_readings

HIGH = {"systolic": 175, "diastolic": 100}


def codes(**values: int) -> list[str]:
    taken = reading(40, **values)
    return [f.code for f in flags_of(observed(taken, predose=reading(-10, **HIGH)), taken)]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"systolic": 179}, []),
        ({"systolic": 180}, ["systolic_high"]),
        ({"systolic": 199}, ["systolic_high"]),
        ({"systolic": 200}, ["systolic_emergency"]),
        ({"diastolic": 109, "systolic": 170}, []),
        ({"diastolic": 110, "systolic": 170}, ["diastolic_high"]),
        ({"diastolic": 119, "systolic": 170}, ["diastolic_high"]),
        ({"diastolic": 120, "systolic": 170}, ["diastolic_emergency"]),
        ({"systolic": 101, "diastolic": 60}, []),
        ({"systolic": 100, "diastolic": 60}, ["systolic_low"]),
        ({"systolic": 91, "diastolic": 60}, ["systolic_low"]),
        ({"systolic": 90, "diastolic": 60}, ["systolic_low_emergency"]),
        ({"respiratory_rate": 12}, []),
        ({"respiratory_rate": 11}, ["respiratory_low"]),
        ({"respiratory_rate": 9}, ["respiratory_low"]),
        ({"respiratory_rate": 8}, ["respiratory_low_emergency"]),
        ({"respiratory_rate": 20}, []),
        ({"respiratory_rate": 21}, ["respiratory_high"]),
        ({"respiratory_rate": 24}, ["respiratory_high"]),
        ({"respiratory_rate": 25}, ["respiratory_high_emergency"]),
        ({"heart_rate": 51}, []),
        ({"heart_rate": 50}, ["heart_low"]),
        ({"heart_rate": 41}, ["heart_low"]),
        ({"heart_rate": 40}, ["heart_low_emergency"]),
        ({"heart_rate": 110}, []),
        ({"heart_rate": 111}, ["heart_high"]),
        ({"heart_rate": 130}, ["heart_high"]),
        ({"heart_rate": 131}, ["heart_high_emergency"]),
        ({"spo2": 93}, []),
        ({"spo2": 92}, ["spo2_below"]),
        ({"spo2": 90}, ["spo2_below"]),
        ({"spo2": 89}, ["spo2_far_below"]),
        ({"sedation": 4}, []),
        ({"sedation": 3}, ["sedation_low"]),
        ({"sedation": 2}, ["sedation_low"]),
        ({"sedation": 1}, ["sedation_emergency"]),
        ({"sedation": 0}, ["sedation_emergency"]),
        ({"dissociation": 2}, []),
        ({"dissociation": 3}, ["dissociation_high"]),
    ],
)
def test_a_value_is_flagged_from_its_limit_on(values: dict[str, int], expected: list[str]) -> None:
    diastolic = values.get("diastolic", 100)
    assert [c for c in codes(**(values | {"diastolic": diastolic})) if "rise" not in c] == expected


@pytest.mark.parametrize(
    ("systolic", "diastolic", "expected"),
    [
        (159, 104, []),
        (160, 104, ["systolic_rise"]),
        (159, 105, ["diastolic_rise"]),
    ],
)
def test_a_rise_from_pre_dose_is_flagged_from_40_and_25(
    systolic: int, diastolic: int, expected: list[str]
) -> None:
    taken = reading(40, systolic=systolic, diastolic=diastolic)
    assert [f.code for f in flags_of(observed(taken), taken)] == expected


@pytest.mark.parametrize(
    ("gap", "between", "tier"),
    [(4, None, "notify"), (5, None, "emergency"), (10, 150, "notify"), (10, 185, "emergency")],
)
def test_high_twice_five_minutes_apart_is_an_emergency_unless_it_fell_between(
    gap: int, between: int | None, tier: str
) -> None:
    first, again = reading(40, systolic=182), reading(40 + gap, systolic=181)
    middle = [] if between is None else [reading(43, systolic=between)]
    facts = observed(first, *middle, again)
    flag = next(f for f in flags_of(facts, again) if f.code.startswith("systolic_high"))
    assert flag.tier == tier
    earlier = next(f for f in flags_of(facts, first) if f.code.startswith("systolic_high"))
    assert earlier.tier == "notify"


def test_low_oxygen_twice_running_tells_someone_once_asks_to_repeat() -> None:
    first, second = reading(40, spo2=92), reading(42, spo2=91)
    facts = observed(first, second)
    assert [f.tier for f in flags_of(facts, first)] == ["repeat"]
    assert [f.tier for f in flags_of(facts, second)] == ["notify"]
    assert [f.fact for f in unanswered(facts)] == [second]


def test_oxygen_that_recovered_between_is_not_twice_running() -> None:
    last = reading(44, spo2=92)
    facts = observed(reading(40, spo2=92), reading(42, spo2=95), last)
    assert [f.code for f in flags_of(facts, last)] == ["spo2_below"]


def test_a_pre_dose_reading_is_judged_by_the_guide_and_not_flagged() -> None:
    high = reading(-10, systolic=190)
    assert flags_of(observed(predose=high), high) == ()


@pytest.mark.parametrize("symptom", CRISIS_SYMPTOMS)
def test_a_crisis_symptom_is_flagged_whatever_the_numbers(symptom: str) -> None:
    found = flagged(observed(events=(event(20, "symptom", symptoms=(symptom, "nausea")),)))
    assert [(f.tier, f.flags[0].symptoms) for f in found] == [("emergency", (symptom,))]


def test_nausea_alone_is_not_flagged() -> None:
    assert flagged(observed(events=(event(20, "symptom", symptoms=("nausea",)),))) == []


def test_an_answer_is_for_one_fact_and_a_correction_asks_anew() -> None:
    high = reading(40, systolic=185)
    answered = observed(high, events=(event(41, "response", answers_reading=high.id),))
    assert unanswered(answered) == []
    corrected = with_readings(answered, reading(40, systolic=195, replaces=high.id))
    assert len(unanswered(corrected)) == 1
    mended = with_readings(answered, reading(40, replaces=high.id))
    assert flagged(mended) == []


def test_an_answered_symptom_needs_no_other_answer() -> None:
    pain = event(20, "symptom", symptoms=("chest_pain",))
    facts = observed(events=(pain, event(21, "response", answers_event=pain.id)))
    assert unanswered(facts) == []
    assert len(flagged(facts)) == 1


def test_what_is_most_urgent_comes_first() -> None:
    taken = reading(40, systolic=205, diastolic=112, spo2=92)
    tiers = [f.tier for f in flags_of(observed(taken), taken)]
    assert tiers == sorted(tiers, key=["emergency", "notify", "repeat"].index)
    assert reading_flags(observed(taken))[taken.id][0].tier == "emergency"


@given(
    st.integers(50, 300), st.integers(20, 199), st.integers(1, 100), st.integers(0, 5),
    st.integers(0, 4), st.integers(41, 300),
)  # fmt: skip
def test_a_later_reading_never_takes_an_earlier_flag_away(
    systolic: int, diastolic: int, spo2: int, sedation: int, dissociation: int, minutes: int
) -> None:
    first = reading(40, systolic=186, spo2=88)
    before = flags_of(observed(first), first)
    later = reading(
        minutes, systolic=systolic, diastolic=diastolic, spo2=spo2, sedation=sedation,
        dissociation=dissociation,
    )  # fmt: skip
    assert flags_of(observed(first, later), first) == before


def test_a_serious_adverse_event_is_an_emergency_until_someone_was_informed() -> None:
    serious = event(20, "adverse_event", is_serious=True)
    facts = observed(events=(serious, event(21, "adverse_event", is_serious=False)))
    assert [(f.fact, f.tier, f.flags[0].code) for f in unanswered(facts)] == [
        (serious, "emergency", "serious_event")
    ]
    later = event(30, "response", answers_event=serious.id)
    sooner = event(25, "response", answers_event=serious.id)
    facts = observed(events=(serious, later, sooner))
    assert unanswered(facts) == []
    assert flagged(facts)[0].answered_at == at(25)


def test_emergencies_are_asked_about_before_what_was_flagged_earlier() -> None:
    first, second = reading(40, systolic=185), reading(45, sedation=1)
    assert [f.fact for f in unanswered(observed(first, second))] == [second, first]
    assert [f.fact for f in flagged(observed(first, second))] == [first, second]


def test_the_last_value_stays_marked_while_it_is_outside_though_it_was_answered() -> None:
    high = reading(40, systolic=185, sedation=3)
    answer = event(41, "response", answers_reading=high.id)
    facts = observed(high, events=(answer,))
    assert {k: f.code for k, f in outside_now(facts).items()} == {
        "systolic": "systolic_high",
        "sedation": "sedation_low",
    }
    part = {"systolic": None, "diastolic": None, "sedation": 5}
    assert set(outside_now(with_readings(facts, reading(44, values=part)))) == {"systolic"}
    assert outside_now(with_readings(facts, reading(45))) == {}


def test_a_value_that_was_corrected_before_anyone_was_informed_is_kept_in_sight() -> None:
    high = reading(40, systolic=210, sedation=1)
    well = reading(40, replaces=high.id)
    facts = with_readings(observed(high), well)
    assert unanswered(facts) == []
    assert [f.fact for f in corrected_unanswered(facts)] == [high]
    answer = event(41, "response", answers_reading=high.id)
    assert corrected_unanswered(with_readings(observed(high, events=(answer,)), well)) == []
    still = reading(40, systolic=190, replaces=high.id)
    assert corrected_unanswered(with_readings(observed(high), still)) == []
    again = reading(40, replaces=still.id)
    twice = with_readings(observed(high), still, again)
    assert [f.fact for f in corrected_unanswered(twice)] == [high, still]
    calm = reading(40)
    assert corrected_unanswered(with_readings(observed(calm), reading(40, replaces=calm.id))) == []
