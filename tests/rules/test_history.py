"""What the record asks before another dose, on both sides of every number (CLINICAL 8, rule 53)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from monitoring.rules.deviations import deviations
from monitoring.rules.history import ASKED, Earlier, History, Ordered, asks
from monitoring.rules.protocol import KETAMINE_IV, SPRAVATO_EU, SPRAVATO_US
from monitoring.rules.readiness import before_arrival, before_dose, order_problems
from monitoring.words.sentences import ITEMS
from tests.rules.samples import arrived, at, decision, observed, reading

TODAY = date(2026, 3, 10)


def dosed(*days_ago: int, **given: Any) -> tuple[Earlier, ...]:
    ordered = sorted(days_ago, reverse=True)
    return tuple(Earlier(on=TODAY - timedelta(days=d), is_dosed=True, **given) for d in ordered)


def codes(
    *earlier: Earlier, age: int = 40, protocol: Any = SPRAVATO_US, mg: int = 56, **given: Any
) -> list[str]:
    order = {"indication": "trd", "is_first": False, **given}
    history = History(on=TODAY, age=age, earlier=earlier)
    return [m.code for m in asks(history, Ordered(protocol=protocol, mg=mg, **order))]


def test_nothing_is_asked_of_an_adult_without_earlier_sessions_nor_where_none_were_loaded() -> None:
    assert codes() == []
    assert asks(None, Ordered(protocol=SPRAVATO_US, mg=56, indication="trd", is_first=True)) == []


@pytest.mark.parametrize(("age", "asked"), [(17, ["under_age"]), (18, [])])
def test_under_eighteen_is_asked(age: int, asked: list[str]) -> None:
    assert codes(age=age) == asked


@pytest.mark.parametrize(
    ("days", "asked"), [(0, ["same_day"]), (1, ["too_soon"]), (2, []), (3, [])]
)
def test_a_dose_on_the_same_day_or_the_next_is_asked_about(days: int, asked: list[str]) -> None:
    assert codes(*dosed(days)) == asked


@pytest.mark.parametrize(
    ("days", "asked"),
    [
        ((3,), []),
        ((3, 6), ["too_many"]),
        ((3, 7), []),
        # Day 27 is in week 4, day 28 in week 5, when it is once a week.
        ((6, 27), []),
        ((6, 28), ["too_many"]),
        ((7, 28), []),
    ],
)
def test_twice_in_seven_days_for_four_weeks_then_once(
    days: tuple[int, ...], asked: list[str]
) -> None:
    assert codes(*dosed(*days)) == asked


def test_a_clinic_may_ask_for_more_days_between() -> None:
    strict = replace(SPRAVATO_US, least_days_between=3, induction_weeks=0)
    assert codes(*dosed(2), protocol=strict) == ["too_soon", "too_many"]


def test_an_infusion_is_asked_about_the_same_day_alone() -> None:
    assert codes(*dosed(0), protocol=KETAMINE_IV) == ["same_day"]
    assert codes(*dosed(1, 2, 3), protocol=KETAMINE_IV) == []


@pytest.mark.parametrize(("days", "asked"), [(27, []), (28, ["not_evaluated"])])
def test_suicidal_ideation_was_evaluated_for_four_weeks(days: int, asked: list[str]) -> None:
    assert codes(*dosed(days, indication="mdsi"), indication="mdsi") == asked
    assert codes(*dosed(days)) == []


def test_a_session_without_a_dose_is_no_treatment() -> None:
    assert codes(Earlier(on=TODAY, is_dosed=False), is_first=True) == []
    assert codes(*dosed(14), is_first=True) == ["not_first"]


@pytest.mark.parametrize(("age", "asked"), [(64, ["low_total"]), (65, [])])
def test_28_mg_is_asked_about_below_65(age: int, asked: list[str]) -> None:
    assert codes(protocol=SPRAVATO_EU, mg=28, age=age) == asked


def test_28_mg_is_no_total_of_the_united_states_at_any_age() -> None:
    assert order_problems(arrived(planned_mg=28)) == ["total"]


@pytest.mark.parametrize(
    ("age", "mg", "is_first", "asked"),
    [
        (64, 56, True, []),
        (65, 56, True, ["first_total"]),
        (65, 28, True, []),
        (65, 56, False, []),
    ],
)
def test_a_first_dose_from_65_is_28_mg_in_europe(
    age: int, mg: int, is_first: bool, asked: list[str]
) -> None:
    assert codes(protocol=SPRAVATO_EU, mg=mg, age=age, is_first=is_first) == asked
    assert codes(mg=56, age=age, is_first=is_first) == []


def test_a_contraindication_of_the_last_session_is_asked_about_until_one_without_it() -> None:
    stood = Earlier(on=TODAY - timedelta(days=8), is_dosed=False, is_contraindicated=True)
    assert codes(stood) == ["contraindicated"]
    assert codes(stood, *dosed(7)) == []


def test_everything_that_is_asked_has_its_sentence() -> None:
    assert {f"history_{code}" for code in ASKED} <= set(ITEMS)


def again_today(**given: Any) -> Any:
    history = History(on=TODAY, age=40, earlier=dosed(0))
    return arrived(reading(-10), history=history, **given)


def test_what_is_asked_keeps_the_dose_back_until_a_clinician_gives_a_reason() -> None:
    asked = [i.code for i in before_dose(again_today(), at(0))]
    assert asked == ["history_same_day"] == [i.code for i in before_arrival(again_today())]
    gave = decision("give", history=("same_day",))
    assert before_dose(again_today(decisions=(gave,)), at(0)) == []
    other = decision("give", history=("too_soon",))
    assert [i.code for i in before_dose(again_today(decisions=(other,)), at(0))] == asked


@pytest.mark.parametrize("outcome", ["delay", "do_not_give"])
def test_no_other_decision_answers_it(outcome: str) -> None:
    facts = again_today(decisions=(decision(outcome, history=("same_day",)),))
    assert "history_same_day" in [i.code for i in before_dose(facts, at(0))]


def test_what_was_answered_is_told_once_with_its_reason() -> None:
    twice = tuple(decision("give", history=("same_day",), reason=why) for why in ("One", "Two"))
    told = [d for d in deviations(observed(decisions=twice), at(20)) if "history" in d.code]
    assert [(d.params["asked"], d.params["reason"]) for d in told] == [("same_day", "One")]
    undosed = arrived(reading(-10), decisions=twice)
    assert [d for d in deviations(undosed, at(20)) if "history" in d.code] == []
