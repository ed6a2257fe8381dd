"""A contraindication's Yes that became No is told with both answers (CLINICAL 8, rule 24)."""

from __future__ import annotations

import pytest

from monitoring.rules.contraindications import taken_back
from monitoring.rules.deviations import deviations
from monitoring.rules.protocol import KETAMINE_IV, PROTOCOLS, SPRAVATO_EU, SPRAVATO_US, Protocol
from monitoring.rules.questions import CONCOMITANT, CONTRAINDICATIONS, QUESTIONS
from monitoring.rules.readiness import before_dose
from tests.factories.answers import GOOD_ANSWERS
from tests.rules.samples import admission, arrived, at, reading


@pytest.mark.parametrize("protocol", PROTOCOLS, ids=lambda p: p.key)
def test_every_protocol_asks_what_every_country_asks(protocol: Protocol) -> None:
    assert {*CONTRAINDICATIONS, *CONCOMITANT} <= set(protocol.questions) <= set(QUESTIONS)


def test_europe_asks_for_a_fourth_group_for_pregnancy_and_for_more_medication() -> None:
    assert set(SPRAVATO_EU.questions) - set(SPRAVATO_US.questions) == {
        "recent_cardiovascular_event",
        "pregnancy",
        "thyroid_hormone",
        "xanthine",
        "ergometrine",
        "vasopressin",
    }
    assert "no_recent_nasal" not in KETAMINE_IV.questions


@pytest.mark.parametrize("question", ["recent_cardiovascular_event", "pregnancy"])
def test_what_only_europe_asks_keeps_the_dose_back_there_alone(question: str) -> None:
    asked = arrived(reading(-10), protocol=SPRAVATO_EU, admissions=(admission(**{question: True}),))
    assert [i.code for i in before_dose(asked, at(0))] == ["contraindication"]
    unanswered = arrived(
        reading(-10), protocol=SPRAVATO_EU, admissions=(admission(**{question: None}),)
    )
    assert [i.code for i in before_dose(unanswered, at(0))] == ["unanswered"]
    not_asked = arrived(reading(-10), admissions=(admission(**{question: None}),))
    assert before_dose(not_asked, at(0)) == []


def test_only_a_yes_that_becomes_no_was_taken_back() -> None:
    yes = admission(intracerebral_haemorrhage=True)
    assert taken_back(None, GOOD_ANSWERS) == ()
    assert taken_back(admission(), GOOD_ANSWERS) == ()
    assert taken_back(yes, yes.given) == ()
    assert taken_back(yes, GOOD_ANSWERS) == ("intracerebral_haemorrhage",)
    opioid = admission(opioid=True)
    assert taken_back(opioid, GOOD_ANSWERS) == ()


def test_both_answers_are_told() -> None:
    yes = admission(intracerebral_haemorrhage=True, at=at(-40))
    no = admission(at=at(-30), seq=2, contraindication_reason="It was the sister's")
    facts = arrived(reading(-10), admissions=(yes, no, admission(seq=3)))
    (told,) = (d for d in deviations(facts, at(0)) if d.code == "contraindication_changed")
    assert told.params == {
        "question": "intracerebral_haemorrhage",
        "was": yes.at,
        "at": no.at,
        "reason": "It was the sister's",
    }
