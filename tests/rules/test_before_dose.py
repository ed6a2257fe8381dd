"""What keeps a dose from being given."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any, cast

import pytest

from monitoring.rules.facts import SessionFacts
from monitoring.rules.flags import Flag
from monitoring.rules.measures import OBSERVATIONS
from monitoring.rules.next_dose import dose_problems
from monitoring.rules.protocol import KETAMINE_IV, SPRAVATO_EU
from monitoring.rules.questions import CONCOMITANT, CONTRAINDICATIONS, FASTING
from monitoring.rules.readiness import (
    before_dose,
    needs_decision,
    order_problems,
    outside_guide,
)
from tests.rules.samples import (
    admission,
    arrived,
    at,
    decision,
    dose,
    not_done,
    observed,
    reading,
)

TODAY = date(2026, 3, 10)


def open_before_dose(facts: SessionFacts, minutes: float = 0, seconds: float = 0) -> list[str]:
    return [i.code for i in before_dose(facts, at(minutes, seconds))]


def test_nothing_is_open_before_the_dose_of_a_patient_who_is_ready() -> None:
    assert open_before_dose(arrived(reading(-10))) == []


def test_a_patient_not_yet_admitted_gets_no_dose() -> None:
    assert "not_admitted" in open_before_dose(arrived(reading(-10), admissions=()))


@pytest.mark.parametrize(
    "question",
    [*CONTRAINDICATIONS, *FASTING, *CONCOMITANT, "transport_arranged"],
)
def test_a_question_not_answered_keeps_the_dose_back(question: str) -> None:
    facts = arrived(reading(-10), admissions=(admission(**{question: None}),))
    assert [(i.code, i.params) for i in before_dose(facts, at(0))] == [
        ("unanswered", {"question": question})
    ]


@pytest.mark.parametrize("question", CONTRAINDICATIONS)
def test_a_contraindication_keeps_the_dose_back(question: str) -> None:
    facts = arrived(reading(-10), admissions=(admission(**{question: True}),))
    assert open_before_dose(facts) == ["contraindication"]


@pytest.mark.parametrize(
    ("answer", "code"),
    [("identifiers_confirmed", "identifiers_open"), ("no_driving_advised", "no_driving_open")],
)
@pytest.mark.parametrize("given", [False, None])
def test_identity_and_the_driving_advice_must_be_yes(
    answer: str, code: str, given: bool | None
) -> None:
    facts = arrived(reading(-10), admissions=(admission(**{answer: given}),))
    assert open_before_dose(facts) == [code]


@pytest.mark.parametrize("answer", FASTING)
def test_fasting_not_kept_needs_a_reason_in_words(answer: str) -> None:
    facts = arrived(reading(-10), admissions=(admission(**{answer: False}),))
    assert open_before_dose(facts) == ["fasting_reason"]
    blank = admission(**{answer: False, "fasting_reason": "  "})
    assert open_before_dose(arrived(reading(-10), admissions=(blank,))) == ["fasting_reason"]
    said = admission(**{answer: False, "fasting_reason": "Light breakfast, prescriber agreed"})
    assert open_before_dose(arrived(reading(-10), admissions=(said,))) == []


def test_no_transport_needs_a_reason() -> None:
    facts = arrived(reading(-10), admissions=(admission(transport_arranged=False),))
    assert open_before_dose(facts) == ["transport_reason"]
    said = admission(transport_arranged=False, transport_reason="Admitted overnight")
    assert open_before_dose(arrived(reading(-10), admissions=(said,))) == []


def test_a_prescriber_on_site_is_named() -> None:
    facts = arrived(reading(-10), admissions=(admission(prescriber=""),))
    assert open_before_dose(facts) == ["prescriber"]


@pytest.mark.parametrize("answer", CONCOMITANT)
def test_a_concomitant_medicine_is_recorded_and_not_a_lock(answer: str) -> None:
    assert open_before_dose(arrived(reading(-10), admissions=(admission(**{answer: True}),))) == []


def test_the_latest_admission_answers_count() -> None:
    answers = (admission(hypersensitivity=True), admission())
    assert open_before_dose(arrived(reading(-10), admissions=answers)) == []


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"is_site_certified": False}, "site_not_certified"),
        ({"is_patient_enrolled": False}, "patient_not_enrolled"),
    ],
)
def test_rems_asks_for_site_and_patient_as_an_outpatient_only(
    given: dict[str, Any], code: str
) -> None:
    facts = arrived(reading(-10), **given)
    assert open_before_dose(facts) == [code]
    assert open_before_dose(replace(facts, is_inpatient=True)) == []


def test_an_infusion_asks_neither_rems_nor_nasal_medication() -> None:
    facts = arrived(
        reading(-10),
        protocol=KETAMINE_IV,
        planned_mg=36.5,
        is_site_certified=False,
        is_patient_enrolled=False,
        admissions=(admission(no_recent_nasal=None),),
    )
    assert open_before_dose(facts) == []


@pytest.mark.parametrize(
    ("mg", "problems"),
    [(27, ["total"]), (28, ["total"]), (42, ["total"]), (56, []), (84, []), (112, ["total"])],
)
def test_the_order_is_56_or_84_mg(mg: float, problems: list[str]) -> None:
    assert order_problems(arrived(planned_mg=mg)) == problems


def test_28_mg_is_ordered_where_a_protocol_lists_it() -> None:
    assert order_problems(arrived(planned_mg=28, protocol=SPRAVATO_EU)) == []


@pytest.mark.parametrize(
    ("mg", "indication", "problems"),
    [(56, "trd", []), (84, "trd", ["first"]), (84, "mdsi", [])],
)
def test_a_first_treatment_is_at_most_56_mg_unless_for_suicidal_ideation(
    mg: float, indication: str, problems: list[str]
) -> None:
    facts = arrived(reading(-10), planned_mg=mg, indication=indication, is_first_treatment=True)
    assert order_problems(facts) == problems
    found = [code for code in open_before_dose(facts) if code != "screen_missing"]
    assert found == [f"order_{p}" for p in problems]


def test_an_infusion_may_be_any_part_of_a_milligram() -> None:
    assert order_problems(arrived(protocol=KETAMINE_IV, planned_mg=36.25)) == []


@pytest.mark.parametrize(("seconds", "codes"), [(0, []), (1, ["predose_old"])])
def test_the_pre_dose_reading_is_at_most_30_minutes_old(seconds: int, codes: list[str]) -> None:
    assert open_before_dose(arrived(reading(-30)), 0, seconds) == codes


def test_there_is_no_dose_before_a_complete_reading() -> None:
    assert open_before_dose(arrived()) == ["predose_missing"]
    partial = reading(-5, values={"systolic": 120, "diastolic": 80})
    assert open_before_dose(arrived(partial)) == ["predose_missing"]


def test_a_dose_entered_later_does_not_rest_on_a_reading_taken_after_it() -> None:
    facts = arrived(reading(5))
    assert open_before_dose(facts, 0) == ["predose_missing"]
    assert open_before_dose(arrived(reading(-10), reading(5)), 0) == []


def test_a_tablet_two_minutes_ahead_is_believed() -> None:
    assert open_before_dose(arrived(reading(2)), 0) == []
    assert open_before_dose(arrived(reading(2.1)), 0) == ["predose_missing"]


@pytest.mark.parametrize(
    ("systolic", "diastolic", "is_outside"),
    [
        (139, 89, False),
        (140, 90, False),
        (141, 90, True),
        (140, 91, True),
        (141, 91, True),
    ],
)
def test_a_pressure_above_140_over_90_needs_a_decision(
    systolic: int, diastolic: int, is_outside: bool
) -> None:
    facts = arrived(reading(-10, systolic=systolic, diastolic=diastolic))
    assert needs_decision(facts) is is_outside
    assert open_before_dose(facts) == (["decision"] if is_outside else [])


@pytest.mark.parametrize(
    ("values", "is_outside"),
    [
        ({"sedation": 5}, False),
        ({"sedation": 4}, True),
        ({"dissociation": 0}, False),
        ({"dissociation": 1}, True),
        ({"spo2": 93}, False),
        ({"spo2": 92}, True),
        ({"systolic": 101, "diastolic": 60}, False),
        ({"systolic": 100, "diastolic": 60}, True),
        ({"respiratory_rate": 12}, False),
        ({"respiratory_rate": 11}, True),
        ({"respiratory_rate": 20}, False),
        ({"respiratory_rate": 21}, True),
        ({"heart_rate": 51}, False),
        ({"heart_rate": 50}, True),
        ({"heart_rate": 110}, False),
        ({"heart_rate": 111}, True),
    ],
)
def test_a_value_outside_its_limit_before_the_dose_needs_a_decision(
    values: dict[str, int], is_outside: bool
) -> None:
    before = reading(-10, **values)
    assert needs_decision(arrived(before)) is is_outside
    assert not needs_decision(arrived(before, decisions=(decision("give", before.id),)))
    found = [i for i in before_dose(arrived(before), at(0)) if i.code == "decision"]
    assert [len(cast("tuple[Flag, ...]", i.params["why"])) for i in found] == [1] * is_outside


@pytest.mark.parametrize("observation", OBSERVATIONS)
def test_what_was_not_measured_before_the_dose_needs_a_decision(observation: str) -> None:
    assert needs_decision(arrived(not_done(-10, observation, code="device_failure")))


def test_a_decision_to_give_is_for_the_very_reading_it_was_taken_on() -> None:
    high = reading(-10, systolic=150)
    gave = decision("give", high.id)
    assert not needs_decision(arrived(high, decisions=(gave,)))
    other = reading(-8, systolic=150)
    assert needs_decision(arrived(high, other, decisions=(gave,)))
    corrected = reading(-10, systolic=160, replaces=high.id)
    assert needs_decision(arrived(high, corrected, decisions=(gave,)))


def test_a_high_recheck_of_the_pressure_alone_needs_a_decision_too() -> None:
    well = reading(-20)
    recheck = reading(-5, values={"systolic": 172, "diastolic": 104})
    facts = arrived(well, recheck)
    assert facts.predose == well
    assert outside_guide(facts) == recheck
    assert open_before_dose(facts) == ["decision"]
    assert not needs_decision(replace(facts, decisions=(decision("give", well.id),)))
    earlier = decision("give", well.id, seq=0)
    assert needs_decision(replace(facts, decisions=(earlier,)))


def test_a_low_recheck_of_the_pressure_alone_takes_no_decision_off() -> None:
    recheck = reading(-5, values={"systolic": 120, "diastolic": 80})
    assert needs_decision(arrived(reading(-20, systolic=150), recheck))


def test_a_recheck_before_the_complete_reading_asks_nothing() -> None:
    first_look = reading(-20, values={"systolic": 172, "diastolic": 104})
    assert not needs_decision(arrived(first_look, reading(-5)))


def test_a_delay_asks_for_another_decision_and_a_refusal_ends_it() -> None:
    well = reading(-10)
    assert needs_decision(arrived(well, decisions=(decision("delay", well.id),)))
    assert open_before_dose(arrived(well, decisions=(decision("delay", well.id),))) == ["decision"]
    refused = arrived(well, decisions=(decision("do_not_give", well.id),))
    assert open_before_dose(refused) == ["decided_not_to_give"]


def test_before_any_reading_there_is_nothing_to_decide() -> None:
    assert not needs_decision(arrived())
    assert outside_guide(arrived()) is None


@pytest.mark.parametrize(
    ("minutes", "seconds", "reason", "codes"),
    [
        (4, 59, "", ["too_early"]),
        (4, 59, "   ", ["too_early"]),
        (4, 59, "Patient sneezed", []),
        (5, 0, "", []),
        (-3, 0, "", ["too_early"]),
    ],
)
def test_devices_rest_five_minutes_or_say_why_not(
    minutes: int, seconds: int, reason: str, codes: list[str]
) -> None:
    facts = observed(phase="dosing", doses=(dose(0),))
    problems = dose_problems(
        facts, started_at=at(minutes, seconds), expiry=TODAY, today=TODAY, early_reason=reason
    )
    assert [p.code for p in problems] == codes


@pytest.mark.parametrize(("days", "codes"), [(0, []), (-1, ["expired"])])
def test_a_device_is_used_on_its_last_day_and_not_after(days: int, codes: list[str]) -> None:
    problems = dose_problems(
        arrived(), started_at=at(0), expiry=TODAY + timedelta(days), today=TODAY, early_reason=""
    )
    assert [(p.field, p.code) for p in problems] == [("expiry", c) for c in codes]


def test_no_device_beyond_the_order_and_none_after_a_stop() -> None:
    full = observed(phase="dosing")
    given: dict[str, Any] = {
        "started_at": at(20),
        "expiry": TODAY,
        "today": TODAY,
        "early_reason": "",
    }
    assert [p.code for p in dose_problems(full, **given)] == ["no_device_open"]
    stopped = observed(
        phase="dosing", doses=(dose(0),), decisions=(decision("do_not_give", at=at(3)),)
    )
    assert [p.code for p in dose_problems(stopped, **given)] == ["stopped"]
