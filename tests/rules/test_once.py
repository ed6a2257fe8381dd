"""The same facts are judged once, and different ones never share an answer."""

from __future__ import annotations

from dataclasses import replace

from monitoring.rules.facts import SessionFacts
from monitoring.rules.flags import flags_of, unanswered
from monitoring.rules.once import once
from monitoring.rules.schedule import slots
from tests.rules.samples import at, observed, reading


def test_a_rule_is_worked_out_once_for_the_same_facts_and_moment() -> None:
    asked = []

    @once
    def rule(facts: SessionFacts, minute: int) -> int:
        asked.append(minute)
        return len(facts.readings) + minute

    facts = observed(reading(40))
    assert [rule(facts, 1), rule(facts, 1), rule(facts, 2)] == [3, 3, 4]
    assert asked == [1, 2]
    assert rule(facts, minute=2) == 4
    assert rule(replace(facts, readings=()), 1) == 1


def test_two_readings_of_the_same_id_are_judged_apart() -> None:
    high = reading(40, systolic=190)
    calm = replace(high, values={**high.values, "systolic": 120})
    facts = observed(high)
    assert flags_of(facts, high) != flags_of(facts, calm)
    # What a reading that is gone was judged to be is no answer for one that takes its place.
    for value in range(120, 190, 10):
        other = replace(high, values={**high.values, "systolic": value})
        codes = {flag.code for flag in flags_of(facts, other)}
        assert ("systolic_high" in codes) == (value == facts.protocol.notify_systolic)


def test_who_changes_the_list_that_was_given_changes_no_answer() -> None:
    facts = observed(reading(40, systolic=190))
    unanswered(facts).clear()
    slots(facts, at(60)).clear()
    assert unanswered(facts)
    assert slots(facts, at(60))
