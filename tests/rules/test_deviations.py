from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.rules.deviation import Deviation
from monitoring.rules.deviations import deviations
from monitoring.rules.facts import SessionFacts
from monitoring.rules.flags import Flag
from monitoring.rules.measures import OBSERVATIONS
from tests.rules.samples import (
    admission,
    arrived,
    at,
    clearance,
    decision,
    departure,
    dose,
    event,
    not_done,
    observed,
    reading,
    whole,
    with_readings,
)


def told(facts: SessionFacts, minutes: float, seconds: float = 0) -> list[Deviation]:
    """Without what is told of clocks: the facts here are numbered as the test writes them, not in
    the order of time. Clocks have tests of their own."""
    of_clocks = {"clock_went_back", "recorded_ahead"}
    return [d for d in deviations(facts, at(minutes, seconds)) if d.code not in of_clocks]


def found(facts: SessionFacts, minutes: float = 126) -> list[tuple[str, dict[str, Any]]]:
    return [(d.code, dict(d.params)) for d in told(facts, minutes)]


def test_a_session_as_the_protocol_asks_has_no_deviation() -> None:
    assert found(whole()) == []
    assert found(arrived(admissions=())) == []


def test_fasting_and_transport_overridden_are_told_with_their_reasons() -> None:
    answers = admission(
        no_recent_food=False,
        fasting_reason="Toast",
        transport_arranged=False,
        transport_reason="Ward",
    )
    assert found(whole(admissions=(answers,))) == [
        ("fasting_overridden", {"reason": "Toast"}),
        ("transport_overridden", {"reason": "Ward"}),
    ]


def guide(systolic: int) -> Flag:
    return Flag("systolic_guide", "notify", "systolic", systolic, 140)


def test_a_dose_above_the_guide_is_told_with_the_reason_to_give_it() -> None:
    high = reading(-10, systolic=150)
    delayed = decision("delay", high.id, reason="Wait ten minutes")
    gave = decision("give", high.id, reason="Usual range for this patient")
    facts = whole(predose=high, decisions=(delayed, gave))
    params = {"why": (guide(150),), "reason": "Usual range for this patient"}
    assert found(facts) == [("guide_overridden", params)]


def test_a_dose_above_the_guide_without_a_decision_is_told_all_the_same() -> None:
    assert found(whole(predose=reading(-10, systolic=150))) == [
        ("guide_overridden", {"why": (guide(150),), "reason": ""})
    ]


def test_a_value_outside_before_the_dose_stays_told_when_a_later_reading_is_well() -> None:
    """Measuring until it passes is seen, of the pressure and of all else that is judged."""
    high, drowsy, well = reading(-20, systolic=152), reading(-15, sedation=4), reading(-10)
    facts = whole(predose=well)
    facts = replace(facts, readings=(high, drowsy, *facts.readings))
    assert found(facts) == [
        ("predose_repeated", {"why": (guide(152),)}),
        ("predose_repeated", {"why": (Flag("sedation_predose", "notify", "sedation", 4, 5),)}),
    ]
    assert found(replace(facts, doses=(), phase="arrived"))[:2] == found(facts)


def test_a_high_recheck_before_the_dose_is_told_though_the_full_set_was_within_the_guide() -> None:
    well = reading(-20)
    recheck = reading(-5, values={"systolic": 172, "diastolic": 104})
    gave = decision("give", well.id, reason="White coat")
    given_doses = (dose(0, predose_reading=well.id), dose(5, 2))
    facts = with_readings(whole(predose=well, decisions=(gave,), doses=given_doses))
    facts = replace(facts, readings=(recheck, *facts.readings))
    why = (guide(172), Flag("diastolic_guide", "notify", "diastolic", 104, 90))
    assert found(facts) == [("guide_overridden", {"why": why, "reason": "White coat"})]


def test_an_early_device_a_partial_one_and_a_stop_are_told() -> None:
    doses = (
        dose(0),
        dose(3, 2, early_reason="Asked", is_complete=False, sprays=1, mg=14, detail="Sneezed"),
    )
    stop = decision("do_not_give", reason="Nausea", at=at(4))
    facts = whole(doses=doses, planned_mg=84, decisions=(stop,))
    assert found(facts) == [
        ("device_early", {"number": 2, "reason": "Asked"}),
        ("device_one_spray", {"number": 2, "detail": "Sneezed", "mg": 14}),
        ("dose_stopped", {"reason": "Nausea"}),
    ]


def test_a_late_reading_keeps_its_own_minutes() -> None:
    facts = observed(*(reading(m) for m in (15, 30, 60, 90, 120)), reading(55, meant_for=40))
    assert found(facts) == [("reading_late", {"slot": 40, "taken": 55, "late": 15})]


def test_a_reading_coded_as_not_done_is_told_with_its_reasons() -> None:
    readings = [reading(m) for m in (15, 30, 60, 90, 120)]
    facts = observed(*readings, not_done(41, "blood_pressure", code="device_failure"))
    assert found(facts) == [("reading_not_done", {"slot": 40, "reasons": ("device_failure",)})]
    everything = not_done(90, *OBSERVATIONS)
    facts = observed(*(reading(m) for m in (15, 30, 40, 60, 120)), everything)
    assert found(facts) == [("reading_not_done", {"slot": 90, "reasons": ("refused",)})]


def test_a_missed_reading_is_told_once_it_is_past() -> None:
    facts = observed(reading(15), reading(40))
    assert found(facts, 59) == [("reading_missed", {"slot": 30})]


def test_a_reading_not_asked_for_under_a_standing_clearance_is_not_missed() -> None:
    taken_back = clearance(126, withdrawn_at=at(140), withdrawal_reason="High")
    facts = whole(clearances=(taken_back,))
    facts = with_readings(facts, reading(150))
    assert found(facts, 152) == [("clearance_withdrawn", {"reason": "High"})]
    sooner = replace(facts, clearances=(clearance(126, withdrawn_at=at(130)),))
    assert ("reading_missed", {"slot": 135}) in found(sooner, 152)


@pytest.mark.parametrize(
    ("signed", "is_missed"), [(134.9, False), (135, False), (135.1, True), (119.9, True)]
)
def test_a_reading_due_from_the_signature_on_is_not_asked_for(
    signed: float, is_missed: bool
) -> None:
    facts = with_readings(whole(clearances=(clearance(signed),)), reading(150))
    assert (("reading_missed", {"slot": 135}) in found(facts, 152)) is is_missed


def test_a_reading_after_the_clearance_lapsed_is_missed() -> None:
    facts = with_readings(whole(clearances=(clearance(126),)), reading(165))
    assert [c for c, p in found(facts, 166) if c == "reading_missed"] == ["reading_missed"]
    assert ("reading_missed", {"slot": 150}) in found(facts, 166)


@pytest.mark.parametrize(
    ("seconds", "expected"), [(0, []), (1, [("late_entry", {"minutes": 5, "reason": "Fire"})])]
)
def test_an_entry_more_than_five_minutes_back_is_told(seconds: int, expected: list[Any]) -> None:
    late = reading(100, received_at=at(105, seconds), late_reason="Fire")
    assert found(with_readings(whole(), late)) == expected


def test_a_correction_is_told_with_its_reason_and_not_as_a_late_entry_too() -> None:
    facts = whole()
    original = facts.readings[3]
    right = reading(40, replaces=original.id, correction_reason="Typing slip", received_at=at(80))
    assert found(with_readings(facts, right)) == [("reading_corrected", {"reason": "Typing slip"})]


def test_what_arrives_after_departure_is_told() -> None:
    facts = whole(departure=departure(128), phase="closed", clearances=(clearance(126),))
    after = with_readings(facts, reading(129, after_departure=True))
    assert found(after, 200) == [("after_departure", {})]


def test_each_caution_that_was_justified_is_told() -> None:
    facts = whole(clearances=(clearance(126, justified=("blood_pressure", "spo2")),))
    assert found(facts, 127) == [
        ("caution_justified", {"caution": "blood_pressure"}),
        ("caution_justified", {"caution": "spo2"}),
    ]


@pytest.mark.parametrize("kind", ["transferred", "against_advice"])
def test_leaving_without_a_clearance_is_told(kind: str) -> None:
    facts = whole(departure=departure(126, kind), phase="closed")
    told = [kind, "left_alone"] if kind == "against_advice" else [kind]
    assert found(facts, 200) == [(code, {}) for code in told]


@given(
    st.lists(st.tuples(st.integers(-20, 200), st.integers(0, 30)), max_size=8),
    st.integers(0, 300),
)
def test_deviations_are_in_the_order_of_time_and_always_the_same(
    taken: list[tuple[int, int]], now: int
) -> None:
    readings = [reading(m, received_at=at(m + delay)) for m, delay in taken]
    facts = observed(*readings)
    first = deviations(facts, at(now))
    assert [d.at for d in first] == sorted(d.at for d in first)
    assert deviations(replace(facts), at(now)) == first


def codes(facts: SessionFacts, minutes: float, seconds: float = 0) -> list[str]:
    """Without what the order of making these facts says about the dose."""
    found = [d.code for d in told(facts, minutes, seconds)]
    return [code for code in found if code != "guide_overridden"]


def test_a_flag_that_no_one_answered_is_told_after_ten_minutes_or_when_the_patient_left() -> None:
    high = reading(40, systolic=212, sedation=1)
    facts = observed(reading(15), reading(30), high)
    assert codes(facts, 50) == []
    assert codes(facts, 50, 1) == ["flag_unanswered"]
    left = replace(facts, departure=departure(41, "against_advice"), phase="closed")
    assert "flag_unanswered" in codes(left, 41)


@pytest.mark.parametrize(("seconds", "expected"), [(0, []), (1, ["flag_answered_late"])])
def test_an_answer_is_late_after_ten_minutes(seconds: int, expected: list[str]) -> None:
    high = reading(40, systolic=185)
    answer = event(50, "response", answers_reading=high.id, at=at(50, seconds))
    facts = observed(reading(15), reading(30), high, events=(answer,))
    assert codes(facts, 50, 2) == expected


def test_a_late_and_a_backdated_answer_are_told_with_both_their_times() -> None:
    high = reading(40, systolic=185)
    answer = event(
        51, "response", answers_reading=high.id, recorded_at=at(57), late_reason="Was with him"
    )
    found = told(observed(reading(15), reading(30), high, events=(answer,)), 57)
    times = {"informed": at(51), "recorded": at(57)}
    late, backdated = (d for d in found if d.code in {"flag_answered_late", "answer_backdated"})
    assert times.items() <= late.params.items()
    assert late.params["minutes"] == 11
    assert backdated.params == times | {"minutes": 6, "reason": "Was with him"}


def test_a_value_that_only_asks_for_a_repeat_asks_for_no_one_to_be_informed() -> None:
    facts = observed(reading(15), reading(30), reading(40, spo2=92))
    assert codes(facts, 55) == []


def test_serious_adverse_events_lead_the_deviations() -> None:
    serious = event(100, "adverse_event", is_serious=True, detail="Seizure, ambulance called")
    answer = event(101, "response", answers_event=serious.id)
    facts = whole(events=(serious, answer), admissions=(admission(transport_arranged=False),))
    assert [(d.code, d.params) for d in told(facts, 126)] == [
        ("serious_event", {"detail": "Seizure, ambulance called"}),
        ("transport_overridden", {"reason": ""}),
    ]


def test_a_flagged_value_that_a_correction_took_away_is_told_with_the_value() -> None:
    high = reading(40, systolic=210)
    well = reading(40, replaces=high.id, correction_reason="Typing slip")
    facts = observed(reading(15), reading(30), high, well)
    assert codes(facts, 44) == ["reading_corrected", "flag_corrected"]
    params = {d.code: d.params for d in told(facts, 44)}
    taken_away: Any = params["flag_corrected"]["flagged"]
    assert [f.value for f in taken_away.flags] == [210, 90]
