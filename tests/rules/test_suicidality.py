"""What is positive, what waits for a clinician, when a screen is asked (CLINICAL 8, rule 42)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from monitoring.rules.deviations import deviations
from monitoring.rules.facts import EventFacts, SessionFacts
from monitoring.rules.flags import EMERGENCY_SYMPTOMS, event_flags, unanswered
from monitoring.rules.readiness import before_clearance, before_dose
from monitoring.rules.screens import ScreenFacts, screen_problems
from monitoring.rules.suicidality import unreviewed, waits_for_review
from monitoring.rules.urgency import waits
from tests.rules.samples import arrived, at, departure, event, reading, whole

NO = {f"cssrs_{number}": False for number in range(1, 7)}
EVERY = {f"cssrs_{number}": True for number in range(1, 7)}


def screen(minutes: float = -20, **given: Any) -> EventFacts:
    return event(minutes, "screen", screen=ScreenFacts(**given))


def review(of: EventFacts, minutes: float = 60) -> EventFacts:
    return event(
        minutes,
        "review",
        answers_event=of.id,
        informed="Mei Chen, MD",
        detail="No plan",
        ordered="Safety plan",
    )


def codes(facts: SessionFacts, minutes: float = 126) -> set[str]:
    return {item.code for item in before_clearance(facts, at(minutes))}


@pytest.mark.parametrize(
    ("given", "flags"),
    [
        ({"phq9_item9": 0, "phq9_total": 24}, []),
        ({"phq9_item9": 1, "phq9_total": 1}, ["phq9_item9"]),
        ({"phq9_item9": 3}, ["phq9_item9"]),
        (NO, []),
        (NO | {"cssrs_1": True}, []),
        (NO | {"cssrs_2": True, "cssrs_3": True}, []),
        (NO | {"cssrs_2": True, "cssrs_4": True}, ["cssrs_4"]),
        (NO | {"cssrs_2": True, "cssrs_5": True}, ["cssrs_5"]),
        (NO | {"cssrs_6": True}, ["cssrs_6"]),
        (EVERY | {"phq9_item9": 2}, ["phq9_item9", "cssrs_4", "cssrs_5", "cssrs_6"]),
        ({"not_done": "refused"}, []),
    ],
)
def test_item_9_above_0_and_c_ssrs_4_5_or_6_are_emergencies_that_wait_for_a_clinician(
    given: dict[str, Any], flags: list[str]
) -> None:
    found = screen(**given)
    assert [(f.code, f.tier) for f in event_flags(found)] == [(c, "emergency") for c in flags]
    facts = whole(events=(found,))
    assert bool(unreviewed(facts)) is bool(flags)
    assert ({"suicidality", "unanswered_flag"} <= codes(facts)) is bool(flags)


@pytest.mark.parametrize("symptom", ["suicidal_thoughts", *EMERGENCY_SYMPTOMS])
def test_suicidal_thoughts_apnoea_and_syncope_are_emergencies(symptom: str) -> None:
    facts = whole(events=(event(50, "symptom", symptoms=(symptom,)),))
    assert [f.tier for f in unanswered(facts)] == ["emergency"]
    assert bool(unreviewed(facts)) is (symptom == "suicidal_thoughts")


def test_only_a_clinicians_review_lets_clearance_be_signed_and_it_answers_the_flag() -> None:
    found = screen(phq9_item9=1)
    told = event(1, "response", answers_event=found.id, informed="Dr A", ordered="Comes")
    assert codes(whole(events=(found, told))) >= {"suicidality"}
    facts = whole(events=(found, review(found)))
    assert not codes(facts) & {"suicidality", "unanswered_flag"}
    other = screen(cssrs_1=True, cssrs_2=False, cssrs_6=True)
    assert "suicidality" in codes(whole(events=(found, review(found), other)))


def test_a_session_for_suicidal_ideation_asks_for_a_screen_before_the_dose() -> None:
    facts = arrived(reading(-10), indication="mdsi")
    assert [i.code for i in before_dose(facts, at(0))] == ["screen_missing"]
    for done in (screen(phq9_item9=0), screen(not_done="refused")):
        assert before_dose(replace(facts, events=(done,)), at(0)) == []
    assert before_dose(arrived(reading(-10)), at(0)) == []
    assert "screen_missing" in codes(whole(indication="mdsi"))


def test_suicidality_leads_page_1_and_says_whether_a_clinician_reviewed_it() -> None:
    serious = event(10, "adverse_event", is_serious=True, detail="Fell")
    found = screen(50, phq9_item9=2)
    facts = whole(events=(serious, found), departure=departure(126, "transferred"), phase="closed")
    assert [d.code for d in deviations(facts, at(130))][:2] == [
        "suicidality_unreviewed",
        "serious_event",
    ]
    (first, *_) = deviations(replace(facts, events=(*facts.events, review(found))), at(130))
    assert first.code == "suicidality_reviewed"
    assert (first.params["by"], first.params["words"]) == ("Mei Chen, MD", "No plan")
    refused = whole(events=(screen(not_done="refused"),), indication="mdsi")
    assert "screen_not_done" in {d.code for d in deviations(refused, at(126))}
    gone = arrived(indication="mdsi", departure=departure(2, "transferred"), phase="closed")
    assert "screen_missing" in {d.code for d in deviations(gone, at(3))}


def test_what_is_told_after_leaving_waits_for_a_review_and_opens_nothing() -> None:
    late = event(900, "symptom", symptoms=("suicidal_thoughts",), after_departure=True)
    effect = event(901, "resolution", after_departure=True)
    facts = whole(events=(late, effect), departure=departure(126), phase="closed")
    assert waits_for_review(facts) == [late]
    assert unanswered(facts) == []
    assert not unreviewed(facts)
    assert waits_for_review(replace(facts, events=(late, review(late, 950)))) == []


@pytest.mark.parametrize(("is_clinician", "place"), [(True, 1), (False, 11)])
def test_a_review_waits_for_a_clinician_on_the_board(is_clinician: bool, place: int) -> None:
    from monitoring.rules.urgency import rank

    found = screen(phq9_item9=1)
    told = event(1, "response", answers_event=found.id, informed="Dr A", ordered="Comes")
    facts = arrived(reading(-10), events=(found, told))
    (wait,) = (w for w in waits(facts, at(2)) if w.kind == "review")
    assert (rank(wait, is_clinician=is_clinician)[0] < 2) is (place < 2)
    assert wait.since == found.at


@pytest.mark.parametrize(
    ("given", "problems"),
    [
        ({}, [("screen_empty", "phq9_item9")]),
        ({"phq9_total": 9}, [("unanswered", "phq9_item9")]),
        ({"phq9_item9": 3, "phq9_total": 3}, []),
        ({"phq9_item9": 3, "phq9_total": 27}, []),
        ({"phq9_item9": 3, "phq9_total": 2}, [("impossible", "phq9_total")]),
        ({"phq9_item9": 0, "phq9_total": 24}, []),
        ({"phq9_item9": 0, "phq9_total": 25}, [("impossible", "phq9_total")]),
        ({"phq9_item9": 4}, [("impossible", "phq9_item9")]),
        ({"cssrs_1": False}, [("unanswered", "cssrs_2"), ("unanswered", "cssrs_6")]),
        ({"cssrs_1": False, "cssrs_2": False, "cssrs_6": False}, []),
        (
            {"cssrs_1": False, "cssrs_2": False, "cssrs_6": False, "cssrs_4": True},
            [("asked_after_yes", "cssrs_4")],
        ),
        (
            {"cssrs_1": True, "cssrs_2": True, "cssrs_3": False, "cssrs_6": False},
            [("unanswered", "cssrs_4"), ("unanswered", "cssrs_5")],
        ),
        ({"not_done": "refused"}, []),
        ({"not_done": "because"}, [("unknown_reason", "not_done")]),
        ({"not_done": "refused", "phq9_item9": 0}, [("answers_and_reason", "not_done")]),
        ({"not_done": "refused", "phq9_total": 3}, [("answers_and_reason", "not_done")]),
    ],
)
def test_a_screen_is_whole_or_says_why_not(
    given: dict[str, Any], problems: list[tuple[str, str]]
) -> None:
    assert [(p.code, p.field) for p in screen_problems(ScreenFacts(**given))] == problems
