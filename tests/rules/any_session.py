"""Any session that could be: for properties that hold whatever was recorded."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import strategies as st

from monitoring.rules.facts import ReadingFacts, SessionFacts
from monitoring.rules.flags import flagged
from monitoring.rules.measures import NOT_DONE_REASONS, OBSERVATIONS, measures
from tests.rules.samples import clearance, dose, event, observed, reading, with_readings

REASONS = sorted(NOT_DONE_REASONS)
RANGES = {key: measure.possible for key, measure in measures().items()} | {
    "sedation": (0, 5),
    "dissociation": (0, 4),
}


def whole_numbers(least: Decimal | int, most: Decimal | int) -> st.SearchStrategy[int]:
    return st.integers(int(least), int(most))


@st.composite
def sets(draw: st.DrawFn, minutes: float) -> ReadingFacts:
    """A complete set: each observation any possible value, or coded as not done."""
    not_done = draw(
        st.dictionaries(st.sampled_from(sorted(OBSERVATIONS)), st.sampled_from(REASONS))
    )
    gone = {field for o in not_done for field in OBSERVATIONS[o].fields}
    values = {k: None if k in gone else draw(whole_numbers(*RANGES[k])) for k in RANGES}
    return reading(minutes, values=values, not_done=not_done)


@st.composite
def any_facts(draw: st.DrawFn) -> SessionFacts:
    """A dosed patient with any readings, some corrected."""
    doses = tuple(dose(5 * n, n + 1) for n in range(draw(st.integers(1, 3))))
    predose = draw(sets(-10))
    facts = observed(predose=predose, planned_mg=28 * len(doses))
    doses = (replace(doses[0], predose_reading=predose.id), *doses[1:])
    facts = replace(facts, doses=doses)
    for minutes in sorted(draw(st.lists(st.integers(1, 250), max_size=8))):
        facts = with_readings(facts, draw(sets(minutes)))
        if draw(st.booleans()):
            original = facts.readings[-1]
            mended = replace(draw(sets(minutes)), replaces=original.id)
            facts = with_readings(facts, mended)
    if draw(st.booleans()):
        signed = clearance(draw(st.integers(120, 250)), facts.last_seq)
        facts = replace(facts, clearances=(signed,), phase="cleared")
    return facts


def answered(facts: SessionFacts) -> SessionFacts:
    """The same session with a response to everything that is flagged."""
    responses = tuple(event(0, "response", answers_reading=f.fact.id) for f in flagged(facts))
    return replace(facts, events=(*facts.events, *responses))
