"""Who has to agree to a strike, and what page 1 tells; every other rule reads what stands."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.rules.deviations import deviations
from monitoring.rules.facts import SessionFacts
from monitoring.rules.flags import flagged, unanswered
from monitoring.rules.mended import StruckFacts
from monitoring.rules.readiness import before_clearance, strikes_waiting
from monitoring.rules.schedule import next_slot, slots
from monitoring.rules.strikes import needs_clinician
from tests.rules.any_session import any_facts
from tests.rules.samples import (
    admission,
    arrived,
    at,
    departure,
    dose,
    event,
    observed,
    reading,
    with_readings,
)

NOW = at(200)


def strike(fact: object, **given: object) -> StruckFacts:
    fields = {"noun": "reading", "kind": "wrong_patient", "reason": "Chair 2", "by": "Ann Lee, RN"}
    made: dict[str, object] = {"id": reading(0).id, "seq": 99, "at": at(50), "fact": fact}
    return StruckFacts(**(fields | made | given))  # type: ignore[arg-type]


@given(facts=any_facts(), struck=st.data())
def test_only_page_1_reads_what_was_struck(facts: SessionFacts, struck: st.DataObject) -> None:
    """The rules of a session, and of the same one in which more was recorded and struck."""
    gone = [
        reading(minutes, systolic=215) for minutes in struck.draw(st.lists(st.integers(1, 200)))
    ]
    more = replace(facts, struck=tuple(strike(fact) for fact in gone))
    assert slots(more, NOW) == slots(facts, NOW)
    assert next_slot(more, NOW) == next_slot(facts, NOW)
    assert flagged(more) == flagged(facts)
    assert unanswered(more) == unanswered(facts)
    assert before_clearance(more, NOW) == before_clearance(facts, NOW)
    told = [d for d in deviations(more, NOW) if d.code not in {"struck", "flag_struck"}]
    assert told == deviations(facts, NOW)


def test_a_struck_emergency_that_nobody_was_told_of_stays_on_page_1() -> None:
    facts = replace(observed(), struck=(strike(reading(30, systolic=210)),))
    assert {"struck", "flag_struck"} <= {d.code for d in deviations(facts, NOW)}
    quiet = replace(observed(), struck=(strike(reading(30)),))
    assert "flag_struck" not in {d.code for d in deviations(quiet, NOW)}


def test_an_answered_one_is_told_as_struck_alone() -> None:
    wrong = reading(30, systolic=210)
    answer = event(32, "response", answers_reading=wrong.id)
    facts = replace(observed(), struck=(strike(wrong),), events=(answer,))
    assert "flag_struck" not in {d.code for d in deviations(facts, NOW)}


def test_a_strike_that_waits_is_open_before_clearance() -> None:
    waits = strike(reading(30), waits=True)
    facts = replace(observed(), struck=(waits,))
    assert [i.about for i in strikes_waiting(facts)] == [waits.id]
    assert waits.id in {i.about for i in before_clearance(facts, NOW)}


def _session() -> SessionFacts:
    return with_readings(observed(doses=(dose(0), dose(5, 2))), reading(40), reading(60))


@pytest.mark.parametrize("gone", ["dose", "emergency", "notify", "reading", "note"])
def test_who_has_to_agree(gone: str) -> None:
    facts = _session()
    high = reading(60, systolic=210 if gone == "emergency" else 182)
    cases = {
        "dose": (facts, replace(facts, doses=facts.doses[:1])),
        "emergency": (with_readings(facts, high), facts),
        "notify": (with_readings(facts, high), facts),
        "reading": (with_readings(facts, reading(70)), facts),
        "note": (replace(facts, events=(event(10),)), facts),
    }
    before, after = cases[gone]
    assert needs_clinician(before, after, NOW) is (gone in {"dose", "emergency", "notify"})


def test_an_answered_value_below_emergency_needs_nobody() -> None:
    facts = _session()
    high = reading(60, systolic=182)
    answer = event(62, "response", answers_reading=high.id)
    calm = with_readings(facts, reading(66), reading(72))
    answered = replace(calm, events=(answer,))
    assert not needs_clinician(with_readings(answered, high), answered, NOW)
    emergency = reading(60, systolic=210)
    answer = event(62, "response", answers_reading=emergency.id)
    answered = replace(facts, events=(answer,))
    assert needs_clinician(with_readings(answered, emergency), answered, NOW)


@pytest.mark.parametrize("is_dosed", [False, True])
def test_the_latest_answers_with_a_contraindication_need_one_and_no_others(is_dosed: bool) -> None:
    well, yes = admission(), admission(pregnancy=True)
    facts = replace(_session() if is_dosed else arrived(), admissions=(well, yes))
    assert needs_clinician(facts, replace(facts, admissions=(well,)), NOW)
    earlier = replace(facts, admissions=(yes, well))
    assert not needs_clinician(earlier, replace(facts, admissions=(well,)), NOW)


def test_after_departure_a_clinician_always_sees_it() -> None:
    facts = replace(_session(), departure=departure(150), phase="closed")
    assert needs_clinician(facts, facts, NOW + timedelta(days=1))
