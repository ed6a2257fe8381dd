from __future__ import annotations

from dataclasses import replace

from monitoring.rules.clocks import WentBack, ahead, went_back
from monitoring.rules.deviations import deviations
from monitoring.rules.facts import SessionFacts
from tests.factories.filled import filled
from tests.rules.samples import admission, arrived, at, clearance, departure, dose, event, reading


def facts(**given: object) -> SessionFacts:
    """Its facts numbered in the order of time, one a minute of the hour."""
    recorded = {
        "admissions": (admission(seq=1, at=at(-20)),),
        "readings": (reading(-10, seq=2), reading(40, seq=4), reading(120, seq=5)),
        "doses": (dose(0, seq=3),),
        "events": (event(122, seq=6),),
        "phase": "observing",
        "planned_mg": 28,
    }
    return replace(arrived(), **filled(given, **recorded))


def codes(found: SessionFacts, minutes: float) -> list[str]:
    return [
        d.code for d in deviations(found, at(minutes)) if "clock" in d.code or "ahead" in d.code
    ]


def test_a_clock_that_runs_on_is_not_told() -> None:
    signed = facts(clearances=(clearance(124, 6),), departure=departure(126))
    assert list(went_back(signed)) == []
    assert ahead(signed, at(126)) is None
    assert codes(signed, 126) == []


def test_an_event_recorded_after_departure_sets_no_clock_back() -> None:
    late = event(240, seq=7, after_departure=True)
    closed = facts(events=(late,), clearances=(clearance(124, 6),), departure=departure(126))
    assert list(went_back(closed)) == []


def test_an_entry_earlier_than_the_one_before_it_is_told_once() -> None:
    jumped = facts(events=(event(60, seq=6), event(61, seq=7), event(62, seq=8)))
    assert list(went_back(jumped)) == [WentBack(at(60), at(120))]
    assert codes(jumped, 130) == ["clock_went_back"]


def test_two_minutes_back_are_clocks_that_stand_apart() -> None:
    assert list(went_back(facts(events=(event(118, seq=6),)))) == []
    assert len(list(went_back(facts(events=(event(117.9, seq=6),))))) == 1


def test_a_signature_is_in_its_place_and_so_is_the_departure() -> None:
    ahead_of_it = facts(clearances=(clearance(180, 6),), departure=departure(126))
    assert list(went_back(ahead_of_it)) == [WentBack(at(126), at(180))]


def test_a_reading_after_the_departure_follows_it() -> None:
    late = reading(150, seq=7, after_departure=True)
    found = facts(departure=departure(126))
    found = replace(found, readings=(*found.readings, late))
    assert list(went_back(found)) == []


def test_what_is_recorded_ahead_of_now_is_told_until_its_time_has_come() -> None:
    found = facts()
    assert ahead(found, at(119)) == at(122)
    assert ahead(found, at(120)) is None
    assert codes(found, 60) == ["recorded_ahead"]
    assert codes(found, 122) == []


def test_a_record_without_an_entry_is_of_no_time() -> None:
    empty = arrived(admissions=())
    assert ahead(empty, at(0)) is None
    assert list(went_back(empty)) == []
