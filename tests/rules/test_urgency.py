"""What a session waits for, at each boundary, and who is looked at first."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest

from monitoring.rules.facts import SessionFacts
from monitoring.rules.urgency import (
    FOR_CLINICIANS,
    FOR_NURSES,
    Kind,
    Wait,
    rank,
    rest_ends_at,
    sorted_for,
    waits,
)
from tests.rules.samples import (
    arrived,
    at,
    clearance,
    decision,
    dose,
    event,
    observed,
    reading,
    whole,
    with_readings,
)

HIGH = {"systolic": 141, "diastolic": 80}


def kinds(facts: SessionFacts, minutes: float, seconds: float = 0) -> set[Kind]:
    return {wait.kind for wait in waits(facts, at(minutes, seconds))}


def first(facts: SessionFacts, minutes: float, *, is_clinician: bool = False) -> Kind:
    return sorted_for(waits(facts, at(minutes)), is_clinician=is_clinician)[0].kind


def at_thirty(**values: int) -> SessionFacts:
    return observed(reading(15), reading(30, **values))


def answered(facts: SessionFacts) -> SessionFacts:
    answer = event(31, "response", answers_reading=facts.readings[-1].id)
    return replace(facts, events=(answer,))


@pytest.mark.parametrize("order", [FOR_NURSES, FOR_CLINICIANS])
def test_every_kind_has_its_place_once(order: tuple[Kind, ...]) -> None:
    assert sorted(order) == sorted(get_args(Kind))


@pytest.mark.parametrize(
    ("minutes", "seconds", "expected"),
    [
        (34, 59, "upcoming"),
        (35, 0, "due"),
        (44, 59, "due"),
        (45, 0, "overdue"),
        (49, 59, "overdue"),
        (50, 0, "urgent"),
    ],
)
def test_a_reading_is_due_overdue_after_five_and_urgent_after_ten_minutes(
    minutes: int, seconds: int, expected: Kind
) -> None:
    assert kinds(at_thirty(), minutes, seconds) == {expected}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"systolic": 199, "diastolic": 100}, "flagged"),
        ({"systolic": 200, "diastolic": 100}, "emergency"),
        ({"diastolic": 119, "systolic": 170}, "flagged"),
        ({"diastolic": 120, "systolic": 170}, "emergency"),
        ({"sedation": 2}, "flagged"),
        ({"sedation": 1}, "emergency"),
        ({"spo2": 89}, "flagged"),
        ({"spo2": 92}, "upcoming"),
        ({"dissociation": 4}, "flagged"),
    ],
)
def test_a_value_is_an_emergency_from_its_own_limit_on_until_it_is_answered(
    values: dict[str, int], expected: Kind
) -> None:
    facts = at_thirty(**values)
    assert first(facts, 31) == expected
    assert first(answered(facts), 31) == "upcoming"


def test_high_pressure_again_after_five_minutes_is_an_emergency() -> None:
    for gap, expected in ((4, "flagged"), (5, "emergency")):
        facts = with_readings(at_thirty(systolic=182), reading(30 + gap, systolic=181))
        assert first(facts, 36) == expected


def test_a_crisis_symptom_and_a_serious_event_are_emergencies_before_and_after_the_dose() -> None:
    pain = event(31, "symptom", symptoms=("chest_pain",))
    serious = event(31, "adverse_event", is_serious=True)
    slight = event(31, "adverse_event", is_serious=False)
    for facts, expected in ((arrived(reading(-10)), "arrived"), (at_thirty(), "upcoming")):
        for said in (pain, serious):
            assert first(replace(facts, events=(said,)), 32) == "emergency"
            answer = event(33, "response", answers_event=said.id)
            assert first(replace(facts, events=(said, answer)), 34) == expected
        assert first(replace(facts, events=(slight,)), 32) == expected


@pytest.mark.parametrize(
    ("minutes", "seconds", "expected"), [(4, 59, "dosing"), (5, 0, "device"), (9, 0, "device")]
)
def test_a_device_waits_from_the_end_of_the_rest(
    minutes: int, seconds: int, expected: Kind
) -> None:
    facts = replace(observed(), doses=(dose(0),), phase="dosing")
    assert expected in kinds(facts, minutes, seconds)
    assert rest_ends_at(facts) == at(5)


def test_nothing_waits_for_a_device_that_was_given_or_stopped() -> None:
    assert rest_ends_at(observed()) is None
    given = (dose(0),)
    stopped = decision("do_not_give")
    facts = replace(observed(), doses=given, phase="dosing", decisions=(stopped,))
    assert rest_ends_at(facts) is None


@pytest.mark.parametrize(
    ("minutes", "seconds", "is_waiting"), [(0, 0, True), (20, 0, True), (20, 1, False)]
)
def test_a_decision_is_waited_for_until_the_pre_dose_reading_expires(
    minutes: int, seconds: int, is_waiting: bool
) -> None:
    facts = arrived(reading(-10, **HIGH))
    assert ("decision" in kinds(facts, minutes, seconds)) is is_waiting
    (wait,) = [w for w in waits(facts, at(0)) if w.kind == "decision"]
    assert wait.since == at(20)


def test_a_decision_that_was_taken_is_no_longer_waited_for() -> None:
    high = reading(-10, **HIGH)
    facts = arrived(high, decisions=(decision("give", high.id),))
    assert kinds(facts, 0) == {"arrived"}
    assert kinds(arrived(reading(-10, systolic=140)), 0) == {"arrived"}


def test_a_signature_is_waited_for_once_nothing_is_open_and_no_longer_under_one() -> None:
    facts = whole()
    assert "waiting" not in kinds(facts, 124, 59)
    assert "waiting" in kinds(facts, 125)
    signed = replace(facts, clearances=(clearance(126),), phase="cleared")
    assert kinds(signed, 140, 59) == {"ready"}
    assert "ready" not in kinds(signed, 141)


def test_a_signature_comes_before_the_repeat_it_makes_needless() -> None:
    facts = with_readings(whole(), reading(129))
    assert first(facts, 136) == "waiting"
    assert first(facts, 141) == "overdue"
    assert first(facts, 141, is_clinician=True) == "waiting"


def test_an_emergency_comes_before_the_reading_that_is_urgent() -> None:
    facts = at_thirty(sedation=0)
    assert kinds(facts, 51) == {"emergency", "urgent"}
    for is_clinician in (True, False):
        assert first(facts, 51, is_clinician=is_clinician) == "emergency"


def test_the_board_of_a_nurse_and_of_a_clinician_are_sorted_as_each_must_act() -> None:
    found = [Wait(kind, at(0)) for kind in get_args(Kind)]
    for_nurse = sorted(found, key=lambda w: rank(w, is_clinician=False))
    for_clinician = sorted(found, key=lambda w: rank(w, is_clinician=True))
    assert [w.kind for w in for_nurse][:6] == [
        "emergency", "device", "urgent", "flagged", "overdue", "repeat",
    ]  # fmt: skip
    assert [w.kind for w in for_clinician][:6] == [
        "emergency", "review", "decision", "order", "urgent", "flagged",
    ]  # fmt: skip


def test_of_two_that_wait_for_the_same_the_one_that_waited_longer_is_first() -> None:
    early, late = Wait("flagged", at(10)), Wait("flagged", at(11))
    assert min((late, early), key=lambda w: rank(w, is_clinician=False)) == early
    facts = with_readings(at_thirty(systolic=185), reading(33, sedation=3))
    assert [w.since for w in waits(facts, at(34)) if w.kind == "flagged"] == [at(30)]


def test_a_session_that_is_planned_or_over_waits_for_nothing() -> None:
    for phase in ("planned", "closed", "cancelled"):
        assert waits(replace(at_thirty(), phase=phase), at(60)) == ()
