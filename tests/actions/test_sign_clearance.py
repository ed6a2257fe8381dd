"""The signature: complete, the signer's own, and of what was shown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from clinic.ids import uuid7
from monitoring.actions import Conflict, NotAllowed, Refused
from monitoring.models import Clearance, Withdrawal
from monitoring.rules.protocol import KETAMINE_IV, SPRAVATO_EU, SPRAVATO_US
from monitoring.rules.questions import US_CHECKLIST
from tests.actions.refusals import refused
from tests.clock import TestClock
from tests.factories.people import SiteFactory, person
from tests.factories.visits import dosed, infused, observed, predosed, ready_to_sign, signed

pytestmark = pytest.mark.django_db


def test_a_clearance_prints_the_signer_and_covers_every_fact(clock: TestClock) -> None:
    visit = ready_to_sign(clock)
    clearance = visit.sign()
    session = visit.session
    assert session.phase == "cleared"
    assert session.standing_clearance == clearance
    assert clearance.through_seq == session.last_seq
    assert clearance.printed_name == visit.clinician.printed_name
    assert clearance.checklist == dict.fromkeys(US_CHECKLIST, True) | {"had_serious_event": False}


@pytest.mark.parametrize(("early", "is_refused"), [(1, True), (0, False)])
def test_nothing_is_signed_before_the_window_of_the_last_device_ends(
    clock: TestClock, early: int, is_refused: bool
) -> None:
    visit = observed(clock, planned_mg=84)
    last = visit.session.last_dose_at
    assert last is not None
    clock.travel_to(last + timedelta(minutes=120, seconds=-early))
    if is_refused:
        with refused("window"):
            visit.sign()
    else:
        visit.sign()


def test_the_window_of_an_infusion_holds_its_signature(clock: TestClock) -> None:
    visit = infused(clock)
    visit.read(40)
    clock.forward(minutes=119)
    visit.read()
    with refused("window"):
        visit.sign()
    clock.forward(minutes=1)
    visit.sign(ready_minutes=None)


def test_a_running_infusion_is_not_signed(clock: TestClock) -> None:
    from tests.factories.visits import predosed

    visit = predosed(clock, protocol=KETAMINE_IV, planned_mg=36)
    visit.dose()
    with refused("infusion_running"):
        visit.sign()


def test_an_open_device_is_not_signed(clock: TestClock) -> None:

    visit = predosed(clock)
    visit.dose()
    with refused("device_open"):
        visit.sign()


def test_the_forty_minute_pressure_is_taken_or_coded_before_signing(clock: TestClock) -> None:
    visit = dosed(clock)
    clock.forward(minutes=118)
    visit.read(120)
    clock.forward(minutes=5)
    with refused("mandatory"):
        visit.sign()
    visit.read(40, systolic=None, diastolic=None, not_done={"blood_pressure": "not_done"})
    with refused("justify", "justify_mandatory_not_done_40"):
        visit.sign(justifications={}, ready_minutes=125)
    visit.read()
    clearance = visit.sign(ready_minutes=125)
    assert "mandatory_not_done_40" in clearance.justifications


def test_the_final_set_is_at_most_fifteen_minutes_old(clock: TestClock) -> None:
    visit = ready_to_sign(clock)
    last = visit.session.facts().standing_readings[-1].taken_at
    clock.travel_to(last + timedelta(minutes=15, seconds=1))
    with refused("final_set"):
        visit.sign()
    clock.travel_to(last + timedelta(minutes=15))
    visit.sign()


def test_a_flag_without_an_answer_is_not_signed_over(clock: TestClock) -> None:
    visit = ready_to_sign(clock)
    pain = visit.event("symptom", symptoms=("chest_pain",))
    with refused("unanswered_flag"):
        visit.sign()
    visit.respond(pain.pk)
    visit.sign()


def test_an_identifier_is_compared_with_the_patient_before_signing(clock: TestClock) -> None:
    visit = ready_to_sign(clock)
    with refused("identify", "identified_by"):
        visit.sign(identified_by="")
    assert visit.sign(identified_by="birth_date").identified_by == "birth_date"


def test_what_a_country_adds_is_confirmed_there(clock: TestClock) -> None:
    visit = ready_to_sign(clock, protocol=SPRAVATO_EU)
    with refused("confirm", "walks_steadily"):
        visit.sign(checklist=dict.fromkeys(US_CHECKLIST, True))
    assert "walks steadily" in visit.sign().statement


@pytest.mark.parametrize("key", US_CHECKLIST)
def test_each_point_is_confirmed_by_hand(clock: TestClock, key: str) -> None:
    with refused("confirm", key):
        ready_to_sign(clock).sign(checklist=dict.fromkeys(US_CHECKLIST, True) | {key: False})


def test_a_value_outside_the_criteria_asks_for_words_and_does_not_lock(clock: TestClock) -> None:
    visit = ready_to_sign(clock)
    visit.read(systolic=158, sedation=4, dissociation=2, spo2=92)
    keys = {"blood_pressure", "blood_pressure_rising", "sedation", "dissociation", "spo2"}
    with pytest.raises(Refused) as caught:
        visit.sign(justifications={})
    asked = {r.field.removeprefix("justify_") for r in caught.value.messages}
    assert asked == keys
    clearance = visit.sign()
    assert set(clearance.justifications) == keys


def test_the_question_about_serious_events_agrees_with_the_record(clock: TestClock) -> None:
    visit = ready_to_sign(clock)
    with refused("unanswered", "had_serious_event"):
        visit.sign(had_serious_event=None)
    with refused("serious_event_missing", "had_serious_event"):
        visit.sign(had_serious_event=True)
    event = visit.event("adverse_event", is_serious=True, onset_at=clock.now())
    visit.respond(event.pk)
    with refused("serious_event_recorded", "had_serious_event"):
        visit.sign(had_serious_event=False)
    visit.sign(had_serious_event=True)


def test_under_rems_the_minutes_until_ready_are_asked(clock: TestClock) -> None:
    with refused("required", "ready_minutes"):
        ready_to_sign(clock).sign(ready_minutes=None)


def test_the_signers_own_password_is_asked_again(clock: TestClock) -> None:
    visit = ready_to_sign(clock)
    with refused("password", "password"):
        visit.sign(password="not it")
    assert not Clearance.objects.exists()


def test_only_a_clinician_of_the_site_signs(clock: TestClock) -> None:
    visit = ready_to_sign(clock)
    other = person(SiteFactory.create(), "clinician")
    for by in (visit.nurse, person(visit.site, "administrator"), other):
        with pytest.raises(NotAllowed):
            visit.sign(by=by)


def test_what_was_shown_is_what_is_signed(clock: TestClock) -> None:
    visit = ready_to_sign(clock)
    shown = visit.session.last_seq
    visit.event()
    with pytest.raises(Conflict) as caught:
        visit.sign(through_seq=shown)
    assert caught.value.theirs == visit.session


def test_a_standing_clearance_is_not_signed_again(clock: TestClock) -> None:
    visit, same = ready_to_sign(clock), uuid7()
    first = visit.sign(id=same)
    assert visit.sign(id=same) == first
    with pytest.raises(Conflict) as caught:
        visit.sign()
    assert caught.value.theirs == first


def test_a_signature_that_the_databases_clock_refuses_says_that_the_clocks_differ(
    clock: TestClock,
) -> None:
    clock.travel_to(datetime.now(UTC) + timedelta(minutes=30))
    visit = ready_to_sign(clock)
    with refused("signed_ahead"):
        visit.sign()
    assert not Clearance.objects.exists()


def test_a_lapsed_clearance_is_signed_anew_and_taken_back_by_itself(clock: TestClock) -> None:
    visit = signed(clock)
    clock.forward(minutes=15)
    with refused("clearance_lapsed", "left_at"):
        visit.leave()
    with refused("final_set"):
        visit.sign()
    visit.read()
    again = visit.sign()
    assert visit.leave().clearance == again


def test_a_clearance_that_lapsed_with_a_fresh_set_is_withdrawn_at_the_next(
    clock: TestClock,
) -> None:
    from dataclasses import replace

    visit = signed(clock, protocol=replace(SPRAVATO_US, clearance_valid_minutes=2))
    clock.forward(minutes=2)
    first = visit.session.clearance_set.get()
    again = visit.sign()
    assert Withdrawal.objects.get(clearance=first).reason == "lapsed"
    assert again.through_seq == first.through_seq + 1
    visit.leave()


def test_other_words_under_the_same_id_are_a_conflict(clock: TestClock) -> None:
    visit, same = ready_to_sign(clock), uuid7()
    visit.read(systolic=158)
    first = visit.sign(id=same)
    assert visit.sign(id=same) == first
    for changed in (
        {"ready_minutes": 90},
        {"had_serious_event": True},
        {"justifications": dict.fromkeys(first.justifications, "Other words")},
    ):
        with pytest.raises(Conflict):
            visit.sign(id=same, **changed)


@pytest.mark.parametrize(
    ("minutes", "is_refused"), [(14, True), (15, False), (125, False), (126, True)]
)
def test_the_patient_was_ready_between_the_first_reading_and_now(
    clock: TestClock, minutes: int, is_refused: bool
) -> None:
    visit = ready_to_sign(clock)
    assert visit.session.facts().minutes(clock.now()) == 125
    if is_refused:
        with refused("impossible", "ready_minutes"):
            visit.sign(ready_minutes=minutes)
    else:
        assert visit.sign(ready_minutes=minutes).ready_minutes == minutes
