"""Correcting a reading: once, with a reason, beside the original."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from clinic.ids import uuid7
from monitoring import actions
from monitoring.actions import Conflict
from monitoring.actions.sending import Sending
from monitoring.models import Reading
from monitoring.proof.signed import as_signed
from monitoring.reports import reviews
from monitoring.rules.deviations import deviations
from monitoring.rules.entry import Entry
from monitoring.rules.filling import filling
from monitoring.rules.flags import flagged
from monitoring.rules.readiness import before_clearance
from monitoring.rules.schedule import slots
from tests.actions.refusals import refused
from tests.clock import TestClock
from tests.factories.visits import Visit, discharged, dosed, observed

pytestmark = pytest.mark.django_db


def correct(visit: Visit, reading: Reading, **changed: Any) -> Reading:
    reason = changed.pop("reason", "Wrong arm")
    id = changed.pop("id", uuid7())
    is_time_wrong = changed.pop("is_time_wrong", False)
    return actions.correct_reading(
        visit.id,
        visit.nurse,
        id=id,
        replaces=reading.pk,
        entry=visit.entry(**changed),
        reason=reason,
        is_time_wrong=is_time_wrong,
    )


def test_a_correction_replaces_once_and_keeps_the_slot_and_the_original(clock: TestClock) -> None:
    visit = observed(clock, through=40)
    original = Reading.objects.get(slot=40)
    corrected = correct(visit, original, systolic=135)
    assert (corrected.slot, corrected.replaces) == (40, original)
    with pytest.raises(Conflict) as caught:
        correct(visit, original, systolic=140)
    assert caught.value.theirs == corrected
    again = correct(visit, corrected, systolic=140)
    standing = filling(visit.session.facts())
    assert [id for id, minutes in standing.homes.items() if minutes == 40] == [again.pk]
    assert Reading.objects.filter(slot=40).count() == 3


def test_a_correction_needs_a_reason_and_a_reading_of_the_session(clock: TestClock) -> None:
    visit, other = observed(clock, through=15), observed(clock, through=15)
    reading = visit.session.reading_set.latest("seq")
    with refused("required", "correction_reason"):
        correct(visit, reading, reason=" ")
    with refused("unknown_reading"):
        correct(other, reading)


def test_the_same_correction_sent_twice_is_one_row(clock: TestClock) -> None:
    visit, same = observed(clock, through=15), uuid7()
    reading = Reading.objects.get(slot=15)
    assert correct(visit, reading, id=same) == correct(visit, reading, id=same)


def test_after_departure_a_correction_is_marked_counts_and_waits_for_a_review(
    clock: TestClock,
) -> None:
    visit = discharged(clock)
    signature = visit.session.clearance_set.get()
    clock.forward(minutes=60)
    wrong = Reading.objects.get(slot=40)
    made = correct(visit, wrong, systolic=151)
    assert (made.after_departure, made.slot) == (True, 40)
    session = visit.session
    assert (session.phase, session.peak_systolic) == ("closed", 151)
    assert as_signed(signature) == as_signed(session.clearance_set.get())
    told = [d.code for d in deviations(session.facts(), clock.now())]
    assert "corrected_after_departure" in told
    assert not {"after_departure", "clock_went_back"} & set(told)
    assert [r.pk for r in reviews.waiting(visit.site)] == [made.pk]
    visit.review(made)
    again = correct(visit, made, systolic=149)
    assert [r.pk for r in reviews.waiting(visit.site)] == [again.pk]
    assert visit.session.peak_systolic == 149
    with refused("unknown_reading"):
        visit.review(wrong)


def retime(visit: Visit, reading: Reading, minutes: float, **changed: Any) -> Reading:
    """The correction of a reading that was really taken `minutes` after the first dose."""
    first = visit.session.first_dose_at
    assert first is not None
    taken = first + timedelta(minutes=minutes)
    late = {"late_reason": "Clock misread"} | changed
    return correct(visit, reading, is_time_wrong=True, taken_at=taken, **late)


def test_a_correction_is_of_the_time_of_its_original_however_late_it_is_typed(
    clock: TestClock,
) -> None:
    visit = observed(clock, through=90)
    original = Reading.objects.get(slot=30)
    clock.forward(minutes=34)
    corrected = correct(visit, original, systolic=150)
    assert corrected.taken_at == original.taken_at
    assert (corrected.recorded_at, corrected.late_reason) == (clock.now(), "")
    codes = {i.code for i in before_clearance(visit.session.facts(), clock.now())}
    assert "final_set" in codes


def test_a_pre_dose_reading_corrected_after_the_dose_stays_what_the_dose_rests_on(
    clock: TestClock,
) -> None:
    visit = dosed(clock, predose={"systolic": 140, "diastolic": 90})
    clock.forward(minutes=30)
    predose = Reading.objects.order_by("seq").first()
    assert predose is not None
    correct(visit, predose, systolic=124, diastolic=80)
    clock.forward(minutes=5)
    high = visit.read(40, systolic=176, diastolic=100)
    facts = visit.session.facts()
    assert facts.predose is not None
    assert facts.predose.value("systolic") == 124
    assert {f.code for f in flagged(facts)[0].flags} == {"systolic_rise"}
    assert flagged(facts)[0].fact.id == high.pk
    assert visit.session.peak_systolic == 176


def test_what_a_correction_leaves_empty_stays_as_it_was(clock: TestClock) -> None:
    visit = observed(clock, through=40)
    original = Reading.objects.get(slot=40)
    entry = Entry(taken_at=clock.now(), values={"heart_rate": 88}, not_done={"spo2": "refused"})
    corrected = actions.correct_reading(
        visit.id, visit.nurse, id=uuid7(), replaces=original.pk, entry=entry, reason="Slip"
    )
    assert (corrected.heart_rate, corrected.spo2, corrected.spo2_not_done) == (88, None, "refused")
    assert (corrected.systolic, corrected.sedation) == (original.systolic, original.sedation)
    assert corrected.sedation_scale == original.sedation_scale
    again = actions.correct_reading(
        visit.id, visit.nurse, id=corrected.pk, replaces=original.pk, entry=entry, reason="Slip"
    )
    assert again == corrected


def test_a_correction_of_nothing_is_refused(clock: TestClock) -> None:
    visit = observed(clock, through=15)
    nothing = Entry(taken_at=clock.now(), values={})
    with refused("nothing_entered", "systolic"):
        actions.correct_reading(
            visit.id,
            visit.nurse,
            id=uuid7(),
            replaces=Reading.objects.get(slot=15).pk,
            entry=nothing,
            reason="Slip",
        )


def test_a_wrong_time_is_corrected_with_why_it_is_late_and_within_its_slot(
    clock: TestClock,
) -> None:
    visit = observed(clock, through=60)
    original = Reading.objects.get(slot=40)
    with refused("late_reason", "late_reason"):
        retime(visit, original, 44, late_reason="")
    with refused("future", "taken_at"):
        retime(visit, original, 63)
    corrected = retime(visit, original, 44)
    assert (corrected.slot, corrected.late_reason) == (40, "Clock misread")
    found = deviations(visit.session.facts(), clock.now())
    retimed = [d for d in found if d.code == "reading_retimed"]
    assert retimed[0].params["was"] == original.taken_at
    assert retimed[0].params["at"] == corrected.taken_at


def test_a_reading_really_taken_before_its_slot_leaves_it_free_again(clock: TestClock) -> None:
    visit = observed(clock, through=40)
    retime(visit, Reading.objects.get(slot=40), 22)
    codes = {i.code for i in before_clearance(visit.session.facts(), clock.now())}
    assert "mandatory" in codes
    true = visit.read(40)
    assert filling(visit.session.facts()).homes[true.pk] == 40
    codes = {i.code for i in before_clearance(visit.session.facts(), clock.now())}
    assert "mandatory" not in codes


few = settings(
    max_examples=6,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
BEGUN = datetime(2026, 3, 10, 14, tzinfo=UTC)
LOW = {"systolic": 118, "diastolic": 74}
"""A wrong pre-dose value that still lets the dose be given without a decision."""
SLOTS = (15, 30, 40, 60, 90, 120)
VALUES = st.fixed_dictionaries(
    {
        "systolic": st.integers(100, 230),
        "diastolic": st.integers(60, 99),
        "spo2": st.integers(86, 99),
        "sedation": st.integers(0, 5),
    }
)


def counts(visit: Visit, now: datetime) -> object:
    """What the gate reads, without the ids of rows."""
    facts = visit.session.facts()
    return (
        [(s.minutes, s.state, s.minutes_over) for s in slots(facts, now)],
        facts.predose and (facts.predose.taken_at, facts.predose.values),
        sorted(i.code for i in before_clearance(facts, now)),
        [(r.taken_at, r.values) for r in facts.after_dose],
        (visit.session.peak_systolic, visit.session.given_mg),
    )


@few
@given(
    st.dictionaries(st.sampled_from(SLOTS), VALUES, min_size=1, max_size=4),
    st.sampled_from(SLOTS),
)
def test_a_corrected_session_is_as_one_that_was_typed_right_at_once(
    clock: TestClock, wrong: dict[int, dict[str, Any]], last: int
) -> None:
    atomic = transaction.atomic()
    # A verb is durable: it begins a transaction of its own, but for those of tests.
    vars(atomic)["_from_testcase"] = True
    with atomic:
        _corrected_and_at_once(clock, wrong, last)
        transaction.set_rollback(True)


def _corrected_and_at_once(clock: TestClock, wrong: dict[int, dict[str, Any]], last: int) -> None:
    start = clock.travel_to(BEGUN)
    at_once = observed(clock, through=0)
    clock.travel_to(start)
    mended = observed(clock, through=0, site=at_once.site, predose=LOW)
    first = at_once.session.first_dose_at
    assert first is not None
    for slot in (s for s in SLOTS if s <= last):
        clock.travel_to(first + timedelta(minutes=slot))
        at_once.read(slot)
        mended.read(slot, **wrong.get(slot, {}))
    clock.forward(minutes=12)
    for reading in mended.session.reading_set.order_by("-seq"):
        if not reading.slot or reading.slot in wrong:
            correct(mended, reading)
    assert counts(mended, clock.now()) == counts(at_once, clock.now())


def test_a_time_that_is_a_recorded_slots_is_asked_about(clock: TestClock) -> None:
    visit = observed(clock, through=40)
    third, fourth = Reading.objects.get(slot=30), Reading.objects.get(slot=40)
    with refused("moved_onto", "another"):
        correct(visit, third, is_time_wrong=True, taken_at=fourth.taken_at, late_reason="Slip")
    moved = actions.correct_reading(
        visit.id,
        visit.nurse,
        id=uuid7(),
        replaces=third.pk,
        entry=visit.entry(taken_at=fourth.taken_at, late_reason="Slip"),
        reason="Wrong time",
        is_time_wrong=True,
        sending=Sending(is_another=True),
    )
    homes = filling(visit.session.facts()).homes
    assert len({moved.pk, fourth.pk} & homes.keys()) == 1
