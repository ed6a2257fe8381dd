"""record_reading, correct_reading, record_event, respond_to_flag."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from monitoring import actions
from monitoring.actions import Conflict, NotAllowed
from monitoring.models import Event, Reading
from monitoring.models.fact import uuid7
from monitoring.rules.entry import Entry
from tests.actions.refusals import refused
from tests.factories.courses import (
    WELL,
    Visit,
    admitted,
    discharged,
    dosed,
    observed,
    planned,
    predosed,
    signed,
)
from tests.factories.place import SiteFactory, person

pytestmark = pytest.mark.django_db


def correct(visit: Visit, reading: Reading, **changed: Any) -> Reading:
    reason = changed.pop("reason", "Wrong arm")
    id = changed.pop("id", uuid7())
    return actions.correct_reading(
        visit.id,
        visit.nurse,
        id=id,
        replaces=reading.pk,
        entry=visit.entry(**changed),
        reason=reason,
    )


def test_a_reading_keeps_when_it_was_taken_and_when_it_was_received(clock: Any) -> None:
    visit = dosed(clock)
    clock.forward(minutes=40)
    taken = clock.now() - timedelta(minutes=4)
    reading = visit.read(40, taken_at=taken, systolic=139)
    assert (reading.slot, reading.taken_at, reading.recorded_at) == (40, taken, clock.now())
    assert (reading.sedation_scale, reading.dissociation_scale) == ("moaas", "dissociation-0-4")
    assert visit.session.peak_systolic == 139


@pytest.mark.parametrize(("back", "asks"), [(5, False), (5.02, True)])
def test_a_reading_of_more_than_five_minutes_ago_asks_why(
    clock: Any, back: float, asks: bool
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


def test_a_reading_of_the_future_is_refused_beyond_two_minutes(clock: Any) -> None:
    visit = dosed(clock)
    with refused("future", "taken_at"):
        visit.read(taken_at=clock.now() + timedelta(minutes=2, seconds=1))
    visit.read(taken_at=clock.now() + timedelta(minutes=2))


def test_the_same_reading_sent_twice_is_one_row(clock: Any) -> None:
    visit, same = dosed(clock), uuid7()
    first = visit.read(id=same)
    clock.forward(minutes=1)
    assert visit.read(id=same) == first
    assert visit.session.last_seq == first.seq


def test_an_id_that_stands_for_other_values_is_a_conflict(clock: Any) -> None:
    visit, same = dosed(clock), uuid7()
    first = visit.read(id=same)
    with pytest.raises(Conflict) as caught:
        visit.read(id=same, systolic=131)
    assert caught.value.theirs == first


def test_two_readings_for_one_slot_are_both_kept(clock: Any) -> None:
    visit = dosed(clock)
    clock.forward(minutes=35)
    assert [visit.read(40).slot, visit.read(40).slot] == [40, None]


def test_a_reading_needs_no_good_value_but_an_answer_to_is_this_right(clock: Any) -> None:
    visit = dosed(clock)
    with refused("unusual", "systolic"):
        visit.read(systolic=230, confirmed=frozenset())
    reading = visit.read(systolic=230, confirmed=frozenset({"systolic", "spo2"}))
    assert reading.confirmed == ["spo2", "systolic"]


def test_an_empty_reading_is_refused(clock: Any) -> None:
    with refused("nothing_entered", "systolic"):
        dosed(clock).read(**dict.fromkeys(WELL))


def test_a_scheduled_reading_has_a_value_or_a_reason_for_each_observation(clock: Any) -> None:
    visit = dosed(clock)
    clock.forward(minutes=40)
    with refused("value_or_reason", "spo2"):
        visit.read(40, spo2=None)
    reading = visit.read(40, spo2=None, not_done={"spo2": "device_failure"})
    assert (reading.spo2, reading.spo2_not_done) == (None, "device_failure")


def test_readings_belong_to_a_session_that_has_begun(clock: Any) -> None:
    with refused("wrong_phase"):
        planned(clock).read()


def test_recording_is_for_the_care_team_of_the_site(clock: Any) -> None:
    visit = dosed(clock)
    for by in (person(visit.site, "administrator"), person(SiteFactory(), "nurse")):
        with pytest.raises(NotAllowed):
            actions.record_reading(visit.id, by, id=uuid7(), entry=visit.entry())


def test_a_reading_after_departure_is_marked_and_changes_nothing_signed(clock: Any) -> None:
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


def test_a_correction_replaces_once_and_keeps_the_slot_and_the_original(clock: Any) -> None:
    visit = observed(clock, through=40)
    original = Reading.objects.get(slot=40)
    corrected = correct(visit, original, systolic=135)
    assert (corrected.slot, corrected.replaces) == (40, original)
    with pytest.raises(Conflict) as caught:
        correct(visit, original, systolic=140)
    assert caught.value.theirs == corrected
    again = correct(visit, corrected, systolic=140)
    standing = visit.session.course().standing_readings
    assert [r.id for r in standing if r.slot == 40] == [again.pk]
    assert Reading.objects.filter(slot=40).count() == 3


def test_a_correction_needs_a_reason_and_a_reading_of_the_session(clock: Any) -> None:
    visit, other = observed(clock, through=15), observed(clock, through=15)
    reading = visit.session.reading_set.last()
    with refused("required", "correction_reason"):
        correct(visit, reading, reason=" ")
    with refused("unknown_reading"):
        correct(other, reading)


def test_the_same_correction_sent_twice_is_one_row(clock: Any) -> None:
    visit, same = observed(clock, through=15), uuid7()
    reading = Reading.objects.get(slot=15)
    assert correct(visit, reading, id=same) == correct(visit, reading, id=same)


def test_nothing_is_corrected_after_departure(clock: Any) -> None:
    visit = discharged(clock)
    with refused("wrong_phase"):
        correct(visit, Reading.objects.get(slot=40))


@pytest.mark.parametrize("kind", ["intervention", "medication", "handover", "note"])
def test_an_event_says_what_happened(clock: Any, kind: str) -> None:
    visit = dosed(clock)
    with refused("required", "detail"):
        visit.event(kind, detail=" ")
    assert visit.event(kind, detail=" Ondansetron 4 mg ").detail == "Ondansetron 4 mg"


def test_a_symptom_names_at_least_one_that_is_known(clock: Any) -> None:
    visit = dosed(clock)
    for symptoms in ((), ("hiccups",)):
        with refused("required", "symptoms"):
            visit.event("symptom", symptoms=symptoms)
    assert visit.event("symptom", symptoms=("nausea",)).symptoms == ["nausea"]


def test_an_adverse_event_says_whether_serious_and_since_when(clock: Any) -> None:
    visit = dosed(clock)
    with refused("unanswered", "is_serious"):
        visit.event("adverse_event", onset_at=clock.now())
    with refused("required", "onset_at"):
        visit.event("adverse_event", is_serious=True)
    with refused("future", "onset_at"):
        later = clock.now() + timedelta(minutes=3)
        visit.event("adverse_event", is_serious=True, onset_at=later)
    made = visit.event("adverse_event", is_serious=False, onset_at=clock.now())
    with refused("required", "resolves"):
        visit.event("resolution", resolves_id=uuid7())
    assert visit.event("resolution", resolves_id=made.pk).resolves == made
    with refused("required", "resolves"):
        visit.event("resolution", resolves_id=made.pk)


def test_an_event_is_of_a_known_kind_and_not_of_the_future(clock: Any) -> None:
    visit, same = dosed(clock), uuid7()
    for kind in ("response", "party"):
        with refused("required", "kind"):
            visit.event(kind)
    with refused("future", "at"):
        visit.event(at=clock.now() + timedelta(minutes=3))
    assert visit.event(id=same) == visit.event(id=same)


def test_a_note_takes_no_answers_of_an_adverse_event(clock: Any) -> None:
    event = dosed(clock).event("note", is_serious=True, onset_at=clock.now())
    assert (event.is_serious, event.onset_at) == (None, None)


def test_a_flag_is_answered_with_whom_and_what(clock: Any) -> None:
    visit = dosed(clock)
    clock.forward(minutes=40)
    high = visit.read(40, systolic=185)
    with refused("required", "told"):
        visit.respond(high.pk, told=" ")
    with refused("required", "ordered"):
        visit.respond(high.pk, ordered="")
    with refused("future", "at"):
        visit.respond(high.pk, at=clock.now() + timedelta(minutes=3))
    same = uuid7()
    response = visit.respond(high.pk, id=same)
    assert visit.respond(high.pk, id=same) == response
    assert (response.answers_reading, response.answers_event) == (high, None)
    assert Event.objects.filter(kind="response").count() == 1


def test_a_flagged_symptom_is_answered_as_an_event(clock: Any) -> None:
    visit = dosed(clock)
    pain = visit.event("symptom", symptoms=("chest_pain",))
    assert visit.respond(pain.pk).answers_event == pain


def test_what_is_not_flagged_needs_no_response(clock: Any) -> None:
    visit = dosed(clock)
    with refused("not_flagged"):
        visit.respond(visit.read().pk)


def test_events_end_with_the_session(clock: Any) -> None:
    with refused("wrong_phase"):
        discharged(clock).event()
    with refused("wrong_phase"):
        planned(clock).event()


def test_an_arrived_patient_can_have_events_and_additional_readings(clock: Any) -> None:
    visit = admitted(clock)
    visit.event()
    visit.read(systolic=150)
    assert visit.session.last_seq == 3
    assert predosed(clock).session.phase == "arrived"


def test_a_normal_reading_after_signing_asks_for_a_new_signature(clock: Any) -> None:
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
    clock: Any, values: dict[str, int]
) -> None:
    visit = signed(clock)
    reading = visit.read(**values)
    withdrawal = visit.session.clearance_set.get().withdrawal
    assert withdrawal.is_automatic
    assert str(reading.seq) in withdrawal.reason
    assert visit.session.phase == "observing"


def test_an_entry_knows_only_the_fields_it_was_given(clock: Any) -> None:
    visit = dosed(clock)
    entry = Entry(taken_at=clock.now(), values={"systolic": 130, "diastolic": 80})
    reading = actions.record_reading(visit.id, visit.nurse, id=uuid7(), entry=entry, note=" calm ")
    assert (reading.systolic, reading.spo2, reading.sedation_scale) == (130, None, "")
    assert reading.note == "calm"
