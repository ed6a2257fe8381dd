"""What a session is found by."""

from __future__ import annotations

from dataclasses import replace

from monitoring.rules.counted import SELDOM, counted_in
from monitoring.rules.deviations import deviations
from monitoring.rules.figures import figures
from monitoring.rules.tags import of_line, tags
from tests.rules.samples import at, clearance, departure, event, observed, reading, whole


def codes(*kinds: str, of: object) -> set[str]:
    assert isinstance(of, frozenset)
    return {tag.code for tag in of if tag.kind in kinds}


def test_the_kinds_of_flags_are_tags_on_both_sides_of_a_limit() -> None:
    assert codes("flag", of=tags(observed(reading(15, systolic=159)))) == set()
    found = tags(observed(reading(15, systolic=160), reading(20, spo2=89)))
    assert codes("flag", of=found) == {"systolic_rise", "spo2_far_below"}


def test_an_adverse_event_is_a_tag_and_another_event_is_none() -> None:
    found = tags(observed(events=(event(20, "adverse_event"), event(21))))
    assert codes("event", of=found) == {"adverse_event"}
    assert codes("event", of=tags(observed(events=(event(21),)))) == set()


def test_deviations_are_tags_once_the_session_has_ended_and_no_later_time_adds_one() -> None:
    left = departure(125, "against_advice")
    facts = replace(whole(), departure=left)
    assert codes("deviation", of=tags(facts)) == set()
    ended = replace(facts, phase="closed")
    found = codes("deviation", of=tags(ended))
    assert "against_advice" in found
    for minutes in (126, 10_000):
        assert found == {d.code for d in deviations(ended, at(minutes))}


def test_who_was_dosed_is_tagged_while_no_signature_stands() -> None:
    unsigned = {"unsigned"}
    assert codes("signature", of=tags(observed())) == unsigned
    assert codes("signature", of=tags(replace(observed(), doses=()))) == set()
    assert codes("signature", of=tags(replace(whole(), phase="cleared"))) == set()
    left = replace(whole(), phase="closed", departure=departure(125, "against_advice"))
    assert codes("signature", of=tags(left)) == unsigned
    signed = replace(left, clearances=(clearance(124),))
    assert codes("signature", of=tags(signed)) == set()
    withdrawn = replace(left, clearances=(clearance(124, withdrawn_at=at(126)),))
    assert codes("signature", of=tags(withdrawn)) == unsigned


def test_of_what_it_counts_in_the_seldom_lines_are_tags_once_it_has_ended() -> None:
    left = replace(whole(), departure=departure(125, "against_advice"))
    assert codes("line", of=tags(left)) == set()
    ended = replace(left, phase="closed")
    found = codes("line", of=tags(ended))
    assert {"line_against_advice", "line_unsigned"} <= found
    assert found == {of_line(code).code for code in counted_in(figures(ended)) if code in SELDOM}
    assert not found & codes("deviation", "flag", "event", "signature", of=tags(ended))


def test_what_nobody_was_informed_of_before_a_session_was_cancelled_stays_unanswered() -> None:
    facts = replace(observed(), doses=(), phase="cancelled", events=(event(-5, "symptom",
                    symptoms=("chest_pain",)),))  # fmt: skip
    assert "flag_unanswered" in codes("deviation", of=tags(facts))
