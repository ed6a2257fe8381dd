"""What happens at a clinic after a dose, and what the record says of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from clinic.ids import uuid7
from clinic.refusal import Refused
from monitoring import actions
from monitoring.actions.record_call import CallEntry
from monitoring.actions.record_medication import MedicationGiven
from monitoring.actions.record_screen import ScreenEntry
from monitoring.rules.cautions import cautions
from monitoring.rules.flags import flagged
from monitoring.rules.screens import ScreenFacts
from tests.clock import TestClock
from tests.factories.visits import dosed, observed, ready_to_sign, signed
from tests.scenarios.course import open_now, page_1, tiers, to_the_end

pytestmark = pytest.mark.django_db


def test_a_high_pressure_is_notified_and_again_an_emergency(clock: TestClock) -> None:
    visit = dosed(clock)
    clock.forward(minutes=35)
    first = visit.read(40, systolic=188, diastolic=104)
    visit.respond(first.pk)
    clock.forward(minutes=5)
    again = visit.read(systolic=186, diastolic=108)
    assert tiers(visit) == ["notify", "emergency"]
    visit.respond(again.pk)
    to_the_end(visit)
    assert open_now(visit) == []


def test_symptoms_of_a_crisis_are_an_emergency_whatever_the_numbers(clock: TestClock) -> None:
    visit = dosed(clock)
    clock.forward(minutes=20)
    visit.event("symptom", symptoms=["severe_headache", "visual_disturbance"], detail="Sudden")
    assert tiers(visit) == ["emergency"]
    visit.leave("transferred", serious_event_detail="Suspected hypertensive crisis")
    listed = page_1(visit)
    assert {"transferred", "flag_unanswered", "serious_event"} <= set(listed)


def test_deep_sedation_low_oxygen_and_slow_breathing_are_each_flagged(clock: TestClock) -> None:
    visit = dosed(clock)
    clock.forward(minutes=25)
    visit.read(sedation=1, spo2=88, respiratory_rate=6, oxygen=4)
    (found,) = flagged(visit.session.facts())
    assert {"sedation", "spo2", "respiratory_rate"} <= {flag.field for flag in found.flags}


def test_oxygen_at_the_end_asks_for_words(clock: TestClock) -> None:
    visit = dosed(clock)
    to_the_end(visit, oxygen=2)
    assert "oxygen" in {c.code for c in cautions(visit.session.facts())}
    with pytest.raises(Refused):
        visit.sign(justifications={})


def test_severe_dissociation_is_flagged_and_the_medication_is_whole(clock: TestClock) -> None:
    visit = dosed(clock)
    clock.forward(minutes=30)
    reading = visit.read(dissociation=4)
    visit.respond(reading.pk)
    given = actions.record_medication(
        visit.id,
        visit.nurse,
        id=uuid7(),
        medication=MedicationGiven(
            drug="Lorazepam",
            amount=Decimal("0.5"),
            unit="mg",
            route="oral",
            ordered_by=visit.clinician.printed_name,
            detail="Severe dissociation",
            at=clock.now(),
        ),
    )
    assert (given.drug, given.amount) == ("Lorazepam", Decimal("0.5"))


def test_who_leaves_at_70_minutes_left_against_advice(clock: TestClock) -> None:
    visit = observed(clock, through=60)
    clock.forward(minutes=10)
    visit.leave("against_advice", clinician_informed=visit.clinician.printed_name)
    assert visit.session.outcome == "against_advice"
    assert {"against_advice", "left_alone"} <= set(page_1(visit))


@pytest.mark.parametrize(
    "start",
    [
        datetime(2026, 3, 8, 5, 30, tzinfo=UTC),
        datetime(2025, 11, 2, 4, 30, tzinfo=UTC),
        datetime(2026, 3, 11, 2, 30, tzinfo=UTC),
    ],
    ids=["clocks go forward", "clocks go back", "midnight"],
)
def test_two_hours_are_two_hours_on_any_night(clock: TestClock, start: datetime) -> None:
    clock.travel_to(start)
    visit = dosed(clock)
    facts = visit.session.facts()
    assert facts.last_dose_at is not None
    assert facts.window_ends_at == facts.last_dose_at + timedelta(hours=2)
    to_the_end(visit)
    visit.sign()
    visit.leave()
    assert visit.session.outcome == "discharged"


def test_nobody_leaves_alone_on_a_nurses_word(clock: TestClock) -> None:
    visit = signed(clock)
    alone = {"escort_name": "", "escort_phone": "", "no_escort_reason": "Lives next door"}
    with pytest.raises(Refused):
        visit.leave(**alone)


def test_a_positive_screen_waits_for_a_clinicians_review_and_leads_page_1(
    clock: TestClock,
) -> None:
    visit = ready_to_sign(clock)
    event = actions.record_screen(
        visit.id,
        visit.nurse,
        id=uuid7(),
        screen=ScreenEntry(result=ScreenFacts(phq9_item9=3, phq9_total=21), at=clock.now()),
    )
    assert "suicidality" in open_now(visit)
    with pytest.raises(Refused):
        visit.sign()
    actions.review_event(
        visit.id,
        visit.clinician,
        id=uuid7(),
        about=event.pk,
        assessment="Passive thoughts, no plan",
        action_taken="Safety plan renewed, sister stays tonight",
    )
    visit.sign()
    assert page_1(visit)[0].startswith("suicidal")


def test_what_was_told_the_next_day_is_recorded_as_what_it_is(clock: TestClock) -> None:
    visit = signed(clock)
    visit.leave()
    clock.forward(minutes=20 * 60)
    call = actions.record_call(
        visit.id,
        visit.nurse,
        id=uuid7(),
        call=CallEntry(
            at=clock.now(),
            was_reached=True,
            detail="Fainted at home last night",
            has_slept=True,
            has_driven=False,
            has_suicidal_thoughts=False,
            had_adverse_event=True,
            adverse_detail="Fainted at home",
            is_serious=True,
            onset_at=clock.now() - timedelta(hours=12),
            onset_confirmed_at=clock.now() - timedelta(hours=12),
        ),
    )
    assert call.was_reached
    assert visit.session.outcome == "discharged"
    assert "serious_event" in page_1(visit)


def test_an_escort_noted_after_the_signature_asks_for_a_new_one(clock: TestClock) -> None:
    """A note is a fact, and a signature covers every fact: docs/decisions/0001."""
    visit = signed(clock)
    visit.event("note", detail="The escort has arrived")
    with pytest.raises(Refused):
        visit.leave()
    visit.sign()
    visit.leave()
    assert visit.session.outcome == "discharged"
