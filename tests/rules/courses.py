"""Any course that could be: for properties that hold whatever was recorded."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from monitoring.rules.course import Course, Reading
from monitoring.rules.flags import flagged
from monitoring.rules.measures import MEASURES, NOT_DONE_REASONS, OBSERVATIONS
from monitoring.rules.schedule import slot_for
from tests.rules.facts import clearance, dose, event, observed, reading, with_readings

REASONS = sorted(NOT_DONE_REASONS)
RANGES = {key: measure.possible for key, measure in MEASURES.items()} | {
    "sedation": (0, 5),
    "dissociation": (0, 4),
}


@st.composite
def sets(draw: st.DrawFn, minutes: float, slot: int | None = None) -> Reading:
    """A complete set: each observation any possible value, or coded as not done."""
    not_done = draw(
        st.dictionaries(st.sampled_from(sorted(OBSERVATIONS)), st.sampled_from(REASONS))
    )
    gone = {field for o in not_done for field in OBSERVATIONS[o]}
    values = {k: None if k in gone else draw(st.integers(*RANGES[k])) for k in RANGES}
    return reading(minutes, slot, values=values, not_done=not_done)


@st.composite
def courses(draw: st.DrawFn) -> Course:
    """A dosed patient with any readings, some filling slots, some corrected."""
    doses = tuple(dose(5 * n, n + 1) for n in range(draw(st.integers(1, 3))))
    predose = draw(sets(-10))
    course = observed(predose=predose, planned_mg=28 * len(doses))
    doses = (replace(doses[0], predose_reading=predose.id), *doses[1:])
    course = replace(course, doses=doses)
    for minutes in sorted(draw(st.lists(st.integers(1, 250), max_size=8))):
        asked = draw(st.sampled_from([None, *course.protocol.slots, 135, 150]))
        taken = draw(sets(minutes))
        slot = slot_for(course, asked, taken.taken_at)
        course = with_readings(course, replace(taken, slot=slot))
        if draw(st.booleans()):
            original = course.readings[-1]
            mended = replace(draw(sets(minutes)), replaces=original.id, slot=slot)
            course = with_readings(course, mended)
    if draw(st.booleans()):
        signed = clearance(draw(st.integers(120, 250)), course.last_seq)
        course = replace(course, clearances=(signed,), phase="cleared")
    return course


def answered(course: Course) -> Course:
    """The same course with a response to everything that is flagged."""
    responses = tuple(event(0, "response", answers_reading=f.fact.id) for f in flagged(course))
    return replace(course, events=(*course.events, *responses))
