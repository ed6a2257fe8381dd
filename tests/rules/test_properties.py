"""What holds for any session and at any time."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.rules.cautions import cautions
from monitoring.rules.facts import ReadingFacts, SessionFacts
from monitoring.rules.flags import flags_of, reading_flags
from monitoring.rules.protocol import SPRAVATO_US
from monitoring.rules.readiness import before_clearance, before_dose, needs_decision
from monitoring.rules.schedule import next_slot, slots
from tests.rules.any_session import answered, any_facts, sets
from tests.rules.samples import arrived, at, decision, observed, with_readings

times = st.integers(-30, 500)
few = settings(max_examples=60)

STRICTER: list[dict[str, Any]] = [
    {"window_minutes": 180},
    {"final_set_max_age_minutes": 5},
    {"notify_systolic": 150, "notify_diastolic": 95},
    {"notify_systolic_rise": 20, "notify_diastolic_rise": 10},
    {"emergency_systolic": 180, "emergency_diastolic": 110},
    {"spo2_below": 95, "spo2_far_below": 93},
    {"sedation_notify": 4},
    {"dissociation_notify": 1},
]


@few
@given(any_facts(), times)
def test_slots_rise_strictly_and_a_reading_is_for_one_of_them(
    facts: SessionFacts, now: int
) -> None:
    found = slots(facts, at(now))
    minutes = [s.minutes for s in found]
    assert minutes == sorted(set(minutes))
    filled = [s.reading.id for s in found if s.reading and not s.is_mandatory]
    assert len(filled) == len(set(filled))


@few
@given(any_facts(), times)
def test_the_next_reading_is_never_one_that_was_taken_or_passed(
    facts: SessionFacts, now: int
) -> None:
    slot = next_slot(facts, at(now))
    if slot is not None:
        assert slot.state in {"due", "overdue", "upcoming"}
        assert slot in slots(facts, at(now))
    if slot is not None and slot.is_open and now > 0 and facts.clearance is None:
        assert slot.lacking


@few
@given(any_facts(), times, st.integers(0, 59))
def test_nothing_can_be_signed_before_the_window_of_the_last_device_ended(
    facts: SessionFacts, now: int, seconds: int
) -> None:
    ends = facts.window_ends_at
    assert ends is not None
    if at(now, seconds) < ends:
        assert "window" in {i.code for i in before_clearance(facts, at(now, seconds))}


@few
@given(st.data())
def test_the_gate_never_asks_for_a_good_value(data: st.DataObject) -> None:
    """Complete and answered, any values whatever can be signed over: they ask for words."""
    taken = [data.draw(sets(m)) for m in (15, 30, 40, 60, 90, 120, 125)]
    facts = answered(observed(*taken, predose=data.draw(sets(-10))))
    assert before_clearance(facts, at(126)) == []


@few
@given(st.data())
def test_what_was_never_measured_at_forty_minutes_keeps_it_closed(data: st.DataObject) -> None:
    taken = [data.draw(sets(m)) for m in (15, 30, 60, 90, 120, 125)]
    facts = answered(observed(*taken))
    assert [i.code for i in before_clearance(facts, at(126))] == ["mandatory"]


@few
@given(any_facts(), st.data())
def test_a_later_reading_takes_no_flag_of_another_away(
    facts: SessionFacts, data: st.DataObject
) -> None:
    last = max((r.taken_at for r in facts.readings), default=at(0))
    minutes = facts.minutes(last) or 0
    later = data.draw(st.integers(max(minutes, 0) + 1, 400).flatmap(sets))
    longer = with_readings(facts, later)
    assert {r.id: flags_of(longer, r) for r in facts.after_dose} == {
        r.id: flags_of(facts, r) for r in facts.after_dose
    }


@few
@given(any_facts(), st.data())
def test_a_reading_entered_late_leaves_every_flagged_reading_flagged(
    facts: SessionFacts, data: st.DataObject
) -> None:
    anytime = data.draw(st.integers(-60, 400).flatmap(sets))
    assert set(reading_flags(facts)) <= set(reading_flags(with_readings(facts, anytime)))


ACCEPTABLE = {
    "systolic": (101, 140),
    "diastolic": (0, 90),
    "heart_rate": (51, 110),
    "spo2": (93, 100),
    "respiratory_rate": (12, 20),
    "sedation": (5, 5),
    "dissociation": (0, 0),
}
"""What needs no decision before the dose, ends included (CLINICAL 8, rules 10, 48 and 49)."""


@few
@given(st.data())
def test_a_decision_is_needed_exactly_outside_a_limit_unmeasured_or_delayed(
    data: st.DataObject,
) -> None:
    predose: ReadingFacts = data.draw(sets(-10))
    outcome = data.draw(st.sampled_from([None, "give", "delay", "do_not_give"]))
    decisions = () if outcome is None else (decision(outcome, predose.id),)
    values = [predose.value(field) for field in ACCEPTABLE]
    pairs = zip(values, ACCEPTABLE.values(), strict=True)
    is_outside = not all(v is not None and low <= v <= high for v, (low, high) in pairs)
    expected = outcome == "delay" or (is_outside and outcome != "give")
    assert needs_decision(arrived(predose, decisions=decisions)) is expected


@few
@given(sets(-10))
def test_with_a_decision_no_pre_dose_value_keeps_the_dose_back(predose: ReadingFacts) -> None:
    facts = arrived(predose, decisions=(decision("give", predose.id),))
    assert before_dose(facts, at(0)) == []


@few
@given(any_facts(), times, st.sampled_from(STRICTER))
def test_a_stricter_protocol_never_leaves_fewer_items_open(
    facts: SessionFacts, now: int, stricter: dict[str, Any]
) -> None:
    strict = replace(facts, protocol=replace(SPRAVATO_US, **stricter))
    fewer = {(i.code, i.about) for i in before_clearance(facts, at(now))}
    more = {(i.code, i.about) for i in before_clearance(strict, at(now))}
    assert fewer <= more


@few
@given(any_facts(), times)
def test_the_rules_answer_for_any_course_at_any_time_and_always_the_same(
    facts: SessionFacts, now: int
) -> None:
    again = replace(facts)
    assert slots(facts, at(now)) == slots(again, at(now))
    assert before_clearance(facts, at(now)) == before_clearance(again, at(now))
    assert cautions(facts) == cautions(again)
    assert len({c.key for c in cautions(facts)}) == len(cautions(facts))
