"""A corrected value counts from when it was taken, as if it had been typed right at once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.rules.entry import Entry, corrected, correction_problems
from monitoring.rules.facts import ReadingFacts, SessionFacts
from monitoring.rules.flags import flags_of
from monitoring.rules.measures import OBSERVATIONS, measures
from monitoring.rules.readiness import before_clearance, outside_guide
from monitoring.rules.schedule import slots
from tests.rules.any_session import sets
from tests.rules.samples import at, dose, not_done, observed, reading, whole, with_readings

few = settings(max_examples=80)


def entry(minutes: float = 0, **values: int | None) -> Entry:
    return Entry(taken_at=at(minutes), values=values)


def put(
    facts: SessionFacts, original: ReadingFacts, typed: Entry, *, is_time_wrong: bool
) -> SessionFacts:
    """`facts` with the correction, as the verb makes it."""
    whole = corrected(original, typed, is_time_wrong=is_time_wrong)
    mended = reading(
        0,
        taken_at=whole.taken_at,
        received_at=at(600),
        values=dict(whole.values),
        not_done=dict(whole.not_done),
        replaces=original.id,
        correction_reason="Typed wrongly",
    )
    return with_readings(facts, mended)


def what_counts(facts: SessionFacts, now: float) -> dict[str, Any]:
    """All that the gate and the board read, without the ids of rows."""
    predose = facts.predose
    return {
        "slots": [
            (s.minutes, s.state, s.minutes_over, s.reading and s.reading.taken_at)
            for s in slots(facts, at(now))
        ],
        "baseline": predose and (predose.taken_at, predose.values, predose.not_done),
        "open": [
            (i.code, sorted((k, repr(v)) for k, v in i.params.items() if k != "flagged"))
            for i in before_clearance(facts, at(now))
        ],
        "flags": [(r.taken_at, flags_of(facts, r)) for r in facts.after_dose],
        "newest": {o: (r := facts.latest(o)) and (r.taken_at, r.values) for o in OBSERVATIONS},
        "guide": (r := outside_guide(facts)) and (r.taken_at, r.values),
    }


@st.composite
def corrections(draw: st.DrawFn) -> tuple[SessionFacts, SessionFacts]:
    """A session whose wrong entries were corrected at the end, and one typed right at once."""
    wrong_predose, right_predose = draw(sets(-10)), draw(sets(-10))
    doses = (dose(0, predose_reading=wrong_predose.id), dose(5, 2))
    mended = observed(predose=wrong_predose, doses=doses)
    at_once = observed(
        predose=replace(right_predose, id=wrong_predose.id, seq=wrong_predose.seq), doses=doses
    )
    wrong = [(wrong_predose, right_predose, False)]
    for minutes in draw(st.lists(st.integers(1, 200), max_size=7)):
        moved = draw(st.integers(-25, 40)) if draw(st.booleans()) else 0
        typed, right = draw(sets(minutes)), draw(sets(max(1, minutes + moved)))
        mended = with_readings(mended, typed)
        at_once = with_readings(at_once, replace(right, id=typed.id, seq=typed.seq))
        wrong.append((typed, right, right.taken_at != typed.taken_at))
    for original, right, is_time_wrong in draw(st.permutations(wrong)):
        typed_now = Entry(taken_at=right.taken_at, values=right.values, not_done=right.not_done)
        mended = put(mended, original, typed_now, is_time_wrong=is_time_wrong)
    return mended, at_once


@few
@given(corrections(), st.integers(0, 300))
def test_corrections_leave_what_typing_it_right_at_once_would_have_left(
    pair: tuple[SessionFacts, SessionFacts], now: int
) -> None:
    mended, at_once = pair
    assert what_counts(mended, now) == what_counts(at_once, now)


def test_an_old_set_corrected_late_is_no_final_set() -> None:
    facts = observed(*(reading(m) for m in (15, 30, 40, 60, 90)))
    facts = put(facts, facts.readings[1], entry(systolic=150), is_time_wrong=False)
    assert "final_set" in {i.code for i in before_clearance(facts, at(126))}


def test_a_pre_dose_reading_corrected_after_the_dose_stays_the_baseline() -> None:
    facts = observed()
    facts = put(facts, facts.readings[0], entry(systolic=124), is_time_wrong=False)
    high = reading(45, systolic=176, diastolic=100)
    assert facts.predose is not None
    assert facts.predose.value("systolic") == 124
    assert "systolic_rise" in {f.code for f in flags_of(with_readings(facts, high), high)}


def test_of_two_readings_of_one_minute_a_correction_does_not_make_the_first_the_newest() -> None:
    first, second = reading(130, systolic=150), reading(130, systolic=130)
    facts = observed(first, second)
    facts = put(facts, first, entry(systolic=155), is_time_wrong=False)
    newest = facts.latest("blood_pressure")
    assert newest is not None
    assert newest.id == second.id


def test_a_correction_keeps_what_was_left_empty() -> None:
    original = not_done(40, "spo2", "respiratory_rate")
    one = replace(entry(heart_rate=88), not_done={"respiratory_rate": "device_failure"})
    mended = corrected(original, one, is_time_wrong=False)
    assert mended.values == dict(original.values) | {"heart_rate": 88}
    assert mended.not_done == {"spo2": "refused", "respiratory_rate": "device_failure"}
    measured = corrected(original, entry(spo2=97), is_time_wrong=False)
    assert measured.values["spo2"] == 97
    assert measured.not_done == {"respiratory_rate": "refused"}


def test_a_value_coded_as_not_done_afterwards_is_gone() -> None:
    gone = replace(entry(), not_done={"blood_pressure": "unable"})
    mended = corrected(reading(40), gone, is_time_wrong=False)
    assert (mended.values["systolic"], mended.values["diastolic"]) == (None, None)


def problems(typed: Entry, *, is_time_wrong: bool = False) -> list[tuple[str, str]]:
    facts = whole()
    original = facts.readings[3]
    found = correction_problems(facts, original, typed, at(126), is_time_wrong=is_time_wrong)
    return [(p.field, p.code) for p in found]


def test_only_what_was_typed_is_asked_about() -> None:
    assert problems(entry(systolic=121)) == []
    assert problems(entry(systolic=70)) == [("systolic", "not_above_diastolic")]
    assert problems(entry(heart_rate=190)) == [("heart_rate", "unusual")]
    assert problems(entry()) == [("systolic", "nothing_entered")]


def test_another_time_is_asked_why_it_is_late_and_the_same_one_is_not() -> None:
    assert problems(entry(44, systolic=121)) == []
    assert problems(entry(44), is_time_wrong=True) == [
        ("taken_at", "is_this_the_time"),
        ("late_reason", "late_reason"),
    ]


def test_a_course_without_a_correction_is_without_all_that_it_replaced() -> None:
    facts = whole()
    for _ in range(2):
        facts = put(facts, facts.standing_readings[3], entry(systolic=131), is_time_wrong=False)
    gone = facts.without(facts.standing_readings[3].id)
    assert at(40) not in {r.taken_at for r in gone.readings}
    assert len(gone.readings) == 6
    assert set(measures()) <= set(gone.readings[0].values)
