"""Marking what was entered in error: who may, what waits for a clinician, what comes back."""

from __future__ import annotations

from typing import Any

import pytest

from clinic.ids import uuid7
from monitoring import actions
from monitoring.models import Dose, Event, Reading, Session
from monitoring.rules.deviations import deviations
from monitoring.rules.flags import unanswered
from monitoring.rules.readiness import before_clearance
from monitoring.rules.schedule import slots
from tests.actions.refusals import refused
from tests.clock import TestClock
from tests.factories.people import person
from tests.factories.visits import (
    Visit,
    admitted,
    discharged,
    dosed,
    infused,
    observed,
    predosed,
    ready_to_sign,
    signed,
)
from tests.sequences.watch import hand_over

pytestmark = pytest.mark.django_db


def told(visit: Visit) -> list[str]:
    return [d.code for d in deviations(visit.session.facts(), visit.clock.now())]


def opened(visit: Visit) -> list[str]:
    return [item.code for item in before_clearance(visit.session.facts(), visit.clock.now())]


def test_a_struck_reading_stays_frees_its_slot_and_is_told(clock: TestClock) -> None:
    visit = observed(clock, through=40)
    reading = Reading.objects.get(slot=40)
    assert not visit.strike(reading).needs_confirmation
    facts = visit.session.facts()
    assert reading.pk not in {r.id for r in facts.readings}
    assert next(s for s in slots(facts, clock.now()) if s.minutes == 40).state == "due"
    assert visit.read(40).slot == 40
    assert Reading.objects.filter(slot=40).count() == 2
    assert "struck" in told(visit)


def test_with_a_correction_the_reading_that_it_replaced_goes_too(clock: TestClock) -> None:
    visit = observed(clock, through=40)
    reading = Reading.objects.get(slot=40)
    mended = visit.correct(reading, systolic=150)
    with refused("unknown_fact"):
        visit.strike(reading)
    visit.strike(mended, by=visit.clinician)
    assert not {reading.pk, mended.pk} & {r.id for r in visit.session.facts().readings}


def test_only_the_author_or_a_clinician_strikes(clock: TestClock) -> None:
    visit = dosed(clock)
    note = visit.event()
    other = person(visit.site, "nurse")
    with refused("not_struck_by_you"):
        visit.strike(note, by=other)
    visit.strike(note, by=visit.clinician)
    with refused("unknown_fact"):
        visit.strike(note)


def test_the_same_strike_sent_twice_is_one(clock: TestClock) -> None:
    visit = dosed(clock)
    note, id = visit.event(), uuid7()
    first = visit.strike(note, id=id)
    assert visit.strike(note, id=id) == first
    with pytest.raises(actions.Conflict):
        visit.strike(note, id=id, reason="Another")


def test_a_kind_and_words_are_asked_for(clock: TestClock) -> None:
    visit = dosed(clock)
    note = visit.event()
    with refused("required", "kind"):
        visit.strike(note, kind="")
    with refused("required", "reason"):
        visit.strike(note, reason=" ")


def test_a_nurses_strike_of_a_dose_waits_and_the_dose_counts_until_then(clock: TestClock) -> None:
    visit = ready_to_sign(clock)
    first, second = Dose.objects.filter(session=visit.id)
    strike = visit.strike(second)
    assert strike.needs_confirmation
    facts = visit.session.facts()
    assert facts.given_mg == 56
    assert facts.last_dose_at == second.started_at
    assert "strike_waits" in opened(visit)
    assert "strike_waits" in told(visit)
    with refused("strike_waits"):
        visit.sign()
    visit.confirm(strike)
    session = visit.session
    assert session.given_mg == 28
    assert session.last_dose_at == first.started_at
    assert session.phase == "dosing"
    assert "device_open" in opened(visit)


def test_a_struck_dose_gives_its_phase_and_number_back(clock: TestClock) -> None:
    visit = dosed(clock)
    for dose in Dose.objects.filter(session=visit.id):
        visit.strike(dose, by=visit.clinician)
    session = visit.session
    assert (session.phase, session.first_dose_at) == ("arrived", None)
    assert session.given_mg == 0
    again = visit.dose()
    assert again.number == 1
    visit.strike(again, by=visit.clinician)
    assert actions.defer_dose(visit.id, visit.nurse, reason="Unwell").phase == "cancelled"


def test_the_first_of_two_devices_gives_its_number_to_the_next(clock: TestClock) -> None:
    visit = dosed(clock)
    visit.strike(Dose.objects.get(number=1), by=visit.clinician)
    clock.forward(minutes=5)
    assert visit.dose().number == 1
    assert [d.number for d in visit.session.facts().doses] == [2, 1]


def test_a_struck_infusion_takes_its_end_with_it(clock: TestClock) -> None:
    visit = infused(clock, minutes=10)
    visit.strike(Dose.objects.get(session=visit.id), by=visit.clinician)
    assert visit.session.phase == "arrived"
    visit.dose()
    assert visit.session.phase == "dosing"


def test_a_struck_serious_event_no_longer_forces_a_yes(clock: TestClock) -> None:
    visit = ready_to_sign(clock)
    wrong = visit.event("adverse_event", is_serious=True, onset_at=clock.now())
    assert "unanswered_flag" in opened(visit)
    strike = visit.strike(wrong)
    assert strike.needs_confirmation
    visit.confirm(strike)
    assert visit.sign(had_serious_event=False)
    assert {"struck", "flag_struck"} <= set(told(visit))
    assert "serious_event" not in told(visit)


def test_an_unanswered_emergency_waits_and_stays_on_page_1(clock: TestClock) -> None:
    visit = observed(clock, through=40)
    reading = visit.read(systolic=212)
    strike = visit.strike(reading)
    assert strike.needs_confirmation
    assert unanswered(visit.session.facts())
    visit.confirm(strike)
    assert not unanswered(visit.session.facts())
    assert "flag_struck" in told(visit)
    assert visit.session.peak_systolic != 212


def test_an_answer_that_was_struck_opens_the_flag_again(clock: TestClock) -> None:
    visit = observed(clock, through=40)
    reading = visit.read(systolic=212)
    answer = visit.respond(reading.pk)
    assert not unanswered(visit.session.facts())
    assert not visit.strike(answer).needs_confirmation
    assert unanswered(visit.session.facts())


def test_a_refused_strike_has_no_effect_and_another_may_follow(clock: TestClock) -> None:
    visit = dosed(clock)
    dose = Dose.objects.get(number=2)
    strike = visit.strike(dose)
    with refused("struck_already"):
        visit.strike(dose)
    visit.confirm(strike, is_confirmed=False, reason="It was given")
    assert visit.session.given_mg == 56
    assert not {"struck", "strike_waits"} & set(told(visit))
    assert visit.strike(dose).needs_confirmation


def test_a_strike_takes_a_standing_clearance_back(clock: TestClock) -> None:
    visit = signed(clock)
    visit.strike(visit.session.reading_set.get(slot=15), by=visit.clinician)
    assert visit.session.phase == "observing"


def test_an_arrival_alone_is_taken_back_but_not_from_under_the_rest(clock: TestClock) -> None:
    visit = admitted(clock)
    visit.strike(visit.session.admission_set.get(), by=visit.clinician)
    session = visit.session
    assert (session.phase, session.admitted_at, session.prescriber) == ("planned", None, None)
    visit.admit()
    visit.read()
    with refused("arrival_stands"):
        visit.strike(visit.session.admission_set.latest("seq"), by=visit.clinician)


def test_a_resolution_that_was_struck_can_be_recorded_again(clock: TestClock) -> None:
    visit = dosed(clock)
    symptom = visit.event("symptom", symptoms=("nausea",))
    gone = visit.event("resolution", resolves_id=symptom.pk)
    visit.strike(gone)
    assert visit.event("resolution", resolves_id=symptom.pk)


def test_after_departure_a_strike_waits_and_changes_nothing_that_was_signed(
    clock: TestClock,
) -> None:
    visit = discharged(clock)
    before = visit.session
    reading = visit.session.reading_set.get(slot=40)
    strike = visit.strike(reading)
    assert strike.needs_confirmation
    visit.confirm(strike)
    session = visit.session
    assert (session.phase, session.closed_at) == ("closed", before.closed_at)
    assert session.clearance_set.get().statement == before.clearance_set.get().statement
    assert {"struck", "reading_missed"} <= set(told(visit))


def test_a_dose_of_another_patient_can_be_struck_after_departure(clock: TestClock) -> None:
    visit = dosed(clock)
    visit.leave("transferred")
    for dose in Dose.objects.filter(session=visit.id):
        visit.strike(dose, by=visit.clinician)
    session = Session.objects.get(pk=visit.id)
    assert (session.phase, session.first_dose_at) == ("closed", None)
    assert session.given_mg == 0


def test_after_departure_a_struck_handover_gives_the_prescriber_back(clock: TestClock) -> None:
    visit = dosed(clock)
    before = visit.session.prescriber_id
    handover = hand_over(visit)
    assert visit.session.prescriber_id != before
    visit.leave("transferred")
    visit.strike(handover, by=visit.clinician)
    assert visit.session.prescriber_id == before


@pytest.mark.parametrize("build", [predosed, dosed])
def test_what_is_not_of_this_session_is_refused(clock: TestClock, build: Any) -> None:
    visit, other = build(clock), dosed(clock)
    with refused("unknown_fact"):
        visit.strike(other.event())
    with refused("unknown_fact"):
        visit.strike(Event(pk=uuid7()))
