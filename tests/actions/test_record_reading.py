"""Recording observations: kept whatever their value, once, at their time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from clinic.ids import uuid7
from monitoring import actions, guards
from monitoring.actions import Conflict, NotAllowed
from monitoring.guards import GuardsMissing
from monitoring.models import Reading
from monitoring.models.facts import withdrawal_reason
from monitoring.rules.entry import Entry
from monitoring.rules.filling import filling
from monitoring.words import wording
from tests.actions.refusals import refused
from tests.clock import TestClock
from tests.factories.answers import WELL
from tests.factories.people import SiteFactory, person
from tests.factories.visits import discharged, dosed, planned, signed

pytestmark = pytest.mark.django_db


def test_nothing_is_written_while_a_guard_is_missing(
    clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit = dosed(clock)
    before = visit.session

    def missing() -> None:
        raise GuardsMissing(["guard_departure_discharge_needs_clearance"])

    monkeypatch.setattr(guards, "require", missing)
    with pytest.raises(GuardsMissing):
        visit.read()
    after = visit.session
    assert after.last_seq == before.last_seq
    assert len(after.rows.of(Reading)) == len(before.rows.of(Reading))


def test_a_reading_keeps_when_it_was_taken_and_when_it_was_received(clock: TestClock) -> None:
    visit = dosed(clock)
    clock.forward(minutes=40)
    taken = clock.now() - timedelta(minutes=4)
    reading = visit.read(40, taken_at=taken, systolic=139)
    assert (reading.slot, reading.taken_at, reading.recorded_at) == (40, taken, clock.now())
    assert (reading.sedation_scale, reading.dissociation_scale) == ("moaas", "dissociation-0-4")
    assert visit.session.peak_systolic == 139


@pytest.mark.parametrize(("back", "asks"), [(5, False), (5.02, True)])
def test_a_reading_of_more_than_five_minutes_ago_asks_why(
    clock: TestClock, back: float, asks: bool
) -> None:
    visit = dosed(clock)
    clock.forward(minutes=20)
    taken = clock.now() - timedelta(minutes=back)
    if asks:
        with refused("late_reason", "late_reason"):
            visit.read(taken_at=taken)
        assert visit.read(taken_at=taken, late_reason="Tablet was charging").late_reason
    else:
        assert visit.read(taken_at=taken).late_reason == ""


def test_a_reading_of_the_future_is_refused_beyond_two_minutes(clock: TestClock) -> None:
    visit = dosed(clock)
    with refused("future", "taken_at"):
        visit.read(taken_at=clock.now() + timedelta(minutes=2, seconds=1))
    visit.read(taken_at=clock.now() + timedelta(minutes=2))


def test_the_same_reading_sent_twice_is_one_row(clock: TestClock) -> None:
    visit, same = dosed(clock), uuid7()
    first = visit.read(id=same)
    clock.forward(minutes=1)
    assert visit.read(id=same) == first
    assert visit.session.last_seq == first.seq


def test_an_id_that_stands_for_other_values_is_a_conflict(clock: TestClock) -> None:
    visit, same = dosed(clock), uuid7()
    first = visit.read(id=same)
    with pytest.raises(Conflict) as caught:
        visit.read(id=same, systolic=131)
    assert caught.value.theirs == first


def test_two_readings_for_one_slot_are_both_kept(clock: TestClock) -> None:
    visit = dosed(clock)
    clock.forward(minutes=35)
    first, second = visit.read(40), visit.read(40)
    homes = filling(visit.session.facts()).homes
    assert [homes.get(r.pk) for r in (first, second)] == [40, None]


def test_a_reading_needs_no_good_value_but_an_answer_to_is_this_right(clock: TestClock) -> None:
    visit = dosed(clock)
    with refused("unusual", "systolic"):
        visit.read(systolic=230, confirmed=frozenset())
    reading = visit.read(systolic=230, confirmed=frozenset({"systolic", "spo2"}))
    assert reading.confirmed == ["spo2", "systolic"]


def test_an_empty_reading_is_refused(clock: TestClock) -> None:
    nothing: dict[str, Any] = dict.fromkeys(WELL)
    with refused("nothing_entered", "systolic"):
        dosed(clock).read(**nothing)


def test_a_scheduled_reading_has_a_value_or_a_reason_for_each_observation(clock: TestClock) -> None:
    visit = dosed(clock)
    clock.forward(minutes=40)
    with refused("value_or_reason", "spo2"):
        visit.read(40, spo2=None)
    reading = visit.read(40, spo2=None, not_done={"spo2": "device_failure"})
    assert (reading.spo2, reading.spo2_not_done) == (None, "device_failure")


def test_readings_belong_to_a_session_that_has_begun(clock: TestClock) -> None:
    with refused("wrong_phase"):
        planned(clock).read()


def test_recording_is_for_the_care_team_of_the_site(clock: TestClock) -> None:
    visit = dosed(clock)
    for by in (person(visit.site, "administrator"), person(SiteFactory.create(), "nurse")):
        with pytest.raises(NotAllowed):
            actions.record_reading(visit.id, by, id=uuid7(), entry=visit.entry())


def test_a_reading_after_departure_is_marked_and_changes_nothing_signed(clock: TestClock) -> None:
    visit = discharged(clock)
    before = visit.session
    reading = visit.read(systolic=190)
    after = visit.session
    assert reading.after_departure
    assert (after.phase, after.outcome) == ("closed", "discharged")
    assert after.departure.clearance_id == before.departure.clearance_id
    assert after.clearance_set.get().through_seq == before.last_seq
    assert after.deviation_count == before.deviation_count + 1
    assert after.peak_systolic == before.peak_systolic


def test_a_normal_reading_after_signing_asks_for_a_new_signature(clock: TestClock) -> None:
    visit = signed(clock)
    visit.read()
    session = visit.session
    assert (session.phase, session.standing_clearance) == ("observing", None)
    assert not hasattr(session.clearance_set.get(), "withdrawal")


@pytest.mark.parametrize(
    "values",
    [{"systolic": 150}, {"diastolic": 95}, {"spo2": 92}, {"sedation": 4}, {"dissociation": 1}],
)
def test_a_reading_outside_the_criteria_takes_the_clearance_back(
    clock: TestClock, values: dict[str, Any]
) -> None:
    visit = signed(clock)
    reading = visit.read(**values)
    withdrawal = visit.session.clearance_set.get().withdrawal
    assert withdrawal.is_automatic
    assert str(reading.seq) in wording.withdrawal(withdrawal_reason(withdrawal))
    assert visit.session.phase == "observing"


def test_an_entry_knows_only_the_fields_it_was_given(clock: TestClock) -> None:
    visit = dosed(clock)
    entry = Entry(taken_at=clock.now(), values={"systolic": 130, "diastolic": 80})
    reading = actions.record_reading(visit.id, visit.nurse, id=uuid7(), entry=entry, note=" calm ")
    assert (reading.systolic, reading.spo2, reading.sedation_scale) == (130, None, "")
    assert reading.note == "calm"
