"""What a session is found by."""

from __future__ import annotations

from dataclasses import replace

from monitoring.rules.deviations import deviations
from monitoring.rules.tags import tags
from tests.rules.samples import at, departure, event, observed, reading, whole


def codes(*kinds: str, of: object) -> set[str]:
    assert isinstance(of, frozenset)
    return {tag.code for tag in of if tag.kind in kinds}


def test_the_kinds_of_flags_are_tags_on_both_sides_of_a_limit() -> None:
    assert tags(observed(reading(15, systolic=159))) == frozenset()
    found = tags(observed(reading(15, systolic=160), reading(20, spo2=89)))
    assert codes("flag", of=found) == {"systolic_rise", "spo2_far_below"}


def test_an_adverse_event_is_a_tag_and_another_event_is_none() -> None:
    found = tags(observed(events=(event(20, "adverse_event"), event(21))))
    assert codes("event", of=found) == {"adverse_event"}
    assert tags(observed(events=(event(21),))) == frozenset()


def test_deviations_are_tags_once_the_session_has_ended_and_no_later_time_adds_one() -> None:
    left = departure(125, "against_advice")
    facts = replace(whole(), departure=left)
    assert codes("deviation", of=tags(facts)) == set()
    ended = replace(facts, phase="closed")
    found = codes("deviation", of=tags(ended))
    assert "against_advice" in found
    for minutes in (126, 10_000):
        assert found == {d.code for d in deviations(ended, at(minutes))}


def test_what_nobody_was_informed_of_before_a_session_was_cancelled_stays_unanswered() -> None:
    facts = replace(observed(), doses=(), phase="cancelled", events=(event(-5, "symptom",
                    symptoms=("chest_pain",)),))  # fmt: skip
    assert "flag_unanswered" in codes("deviation", of=tags(facts))
