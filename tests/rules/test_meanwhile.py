"""Two tablets meet: what was recorded while a form was open is found, and nothing else is."""

from __future__ import annotations

import pytest

from monitoring.rules.meanwhile import moved_onto, taken_meanwhile
from tests.rules.samples import arrived, at, observed, reading


@pytest.mark.parametrize(
    ("taken", "is_taken"), [(42, True), (40.9, True), (20, False), (58, False)]
)
def test_a_slot_that_was_open_when_the_form_was_shown(taken: float, is_taken: bool) -> None:
    """58 minutes is the next slot's: both are kept without a word."""
    shown = reading(15)
    theirs, mine = reading(41), reading(taken)
    facts = observed(shown, theirs)
    found = taken_meanwhile(facts, mine, shown.seq, at(60))
    assert found == (theirs if is_taken else None)


def test_what_stood_when_the_form_was_shown_is_no_surprise() -> None:
    theirs, mine = reading(41), reading(43)
    assert taken_meanwhile(observed(theirs), mine, theirs.seq, at(43)) is None
    assert taken_meanwhile(observed(theirs), mine, None, at(43)) is None


def test_a_repeat_that_someone_else_made() -> None:
    high = reading(40, systolic=186)
    theirs, mine = reading(46, systolic=184), reading(47, systolic=183)
    found = taken_meanwhile(observed(high, theirs), mine, high.seq, at(47))
    assert found == theirs


def test_a_reading_before_the_dose() -> None:
    theirs, mine = reading(-4), reading(-3)
    assert taken_meanwhile(arrived(theirs), mine, theirs.seq - 1, at(-3)) == theirs
    assert taken_meanwhile(arrived(theirs), mine, theirs.seq, at(-3)) is None


@pytest.mark.parametrize(
    ("to", "is_asked"), [(42, True), (50, True), (51, False), (60, False), (31, False)]
)
def test_a_correction_that_moves_a_reading_onto_a_slot_that_is_recorded(
    to: float, is_asked: bool
) -> None:
    """31 minutes is its own slot still, 51 between two, 60 a slot that nobody recorded."""
    own, theirs = reading(30), reading(41)
    moved = reading(to, replaces=own.id)
    found = moved_onto(observed(own, theirs), moved, own.id)
    assert found == ((40, theirs) if is_asked else None)


def test_a_correction_that_would_push_the_other_out_of_its_slot() -> None:
    own, theirs = reading(20), reading(47)
    moved = reading(38, replaces=own.id)
    assert moved_onto(observed(own, theirs), moved, own.id) == (40, theirs)
