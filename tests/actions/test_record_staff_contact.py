"""Minutes directly with a patient, as each person records their own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from clinic.ids import uuid7
from clinic.models import TrailEntry
from monitoring.actions import Conflict
from monitoring.models import Departure, StaffContact
from monitoring.proof.verify import verify
from tests.actions.refusals import refused
from tests.clock import TestClock
from tests.factories.people import person
from tests.factories.visits import Visit, admitted, discharged, dosed, observed, signed

pytestmark = pytest.mark.django_db


def in_observation(clock: TestClock) -> Visit:
    visit = dosed(clock)
    clock.forward(minutes=30)
    return visit


def problems(visit: Visit) -> list[str]:
    """What verification says of the session."""
    found = verify(visit.id).problems
    return [p.words for p in found if p.subject == f"session {visit.id}"]


def test_a_contact_is_in_whole_minutes_and_says_as_whom_its_person_worked(
    clock: TestClock,
) -> None:
    visit = in_observation(clock)
    clock.forward(seconds=43)
    made = visit.contact(20, patients_at_once=2)
    assert made.ended_at - made.started_at == timedelta(minutes=20)
    assert (made.ended_at.second, made.role, made.recorded_by) == (0, "nurse", visit.nurse)
    assert visit.contact(5, by=visit.clinician).role == "clinician"


def test_a_contact_moves_no_counter_and_takes_no_signature_back(clock: TestClock) -> None:
    visit = signed(clock)
    before = visit.session
    visit.strike_contact(visit.contact(10))
    after = visit.session
    assert (after.phase, after.last_seq) == ("cleared", before.last_seq)
    assert after.standing_clearance_id == before.standing_clearance_id
    visit.leave()
    assert Departure.objects.get(session=visit.id).kind == "discharged"
    assert problems(visit) == []


def test_what_was_recorded_before_a_signature_does_not_stand_in_its_way(clock: TestClock) -> None:
    visit = in_observation(clock)
    visit.contact(10)
    told = TrailEntry.objects.filter(chain=visit.id, verb="record_staff_contact")
    assert told.count() == 1
    assert problems(visit) == []
    ready = observed(clock)
    ready.contact(10)
    clock.travel_to(ready.session.facts().window_ends_at or clock.now())
    ready.sign()
    assert ready.session.phase == "cleared"


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({"started_at": None}, "required", "started_at"),
        ({"patients_at_once": None}, "required", "patients_at_once"),
        ({"patients_at_once": 0}, "number_of_patients", "patients_at_once"),
        ({"patients_at_once": 100}, "number_of_patients", "patients_at_once"),
        ({"patients_at_once": 3}, "many_at_once", "patients_at_once"),
        ({"patients_at_once": 3, "confirmed_number": 4}, "many_at_once", "patients_at_once"),
        ({"minutes": 0}, "ends_before_it_began", "ended_at"),
        ({"minutes": -5}, "ends_before_it_began", "ended_at"),
        ({"minutes": 90}, "before_admission", "started_at"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(
    clock: TestClock, given: dict[str, Any], code: str, field: str
) -> None:
    visit = in_observation(clock)
    with refused(code, field):
        visit.contact(**given)


def test_more_than_two_at_once_are_kept_once_they_were_confirmed(clock: TestClock) -> None:
    made = in_observation(clock).contact(patients_at_once=3, confirmed_number=3)
    assert (made.patients_at_once, made.is_number_confirmed) == (3, True)


def test_it_is_not_to_come_and_not_after_leaving(clock: TestClock) -> None:
    visit = in_observation(clock)
    with refused("future", "ended_at"):
        visit.contact(5, ended_at=clock.now() + timedelta(minutes=5))
    left = discharged(clock)
    clock.forward(minutes=9)
    with refused("contact_after_leaving", "ended_at"):
        left.contact(20)


def test_no_minute_with_a_patient_is_recorded_twice_by_one_person(clock: TestClock) -> None:
    visit = in_observation(clock)
    first = visit.contact(20)
    clock.forward(minutes=5)
    with refused("contact_overlaps", "started_at"):
        visit.contact(6)
    visit.contact(5)
    other = person(visit.site, "nurse")
    visit.contact(15, by=other)
    visit.strike_contact(first)
    before = clock.now() - timedelta(minutes=5)
    visit.contact(20, ended_at=before, late_reason="Put right")


def test_it_is_sent_once(clock: TestClock) -> None:
    visit, same = in_observation(clock), uuid7()
    clock.forward(seconds=50)
    began = clock.now() - timedelta(minutes=7)
    made = visit.contact(id=same, started_at=began)
    clock.forward(seconds=5)
    assert visit.contact(id=same, started_at=began) == made
    with pytest.raises(Conflict):
        visit.contact(id=same, started_at=began, patients_at_once=2)
    assert StaffContact.objects.filter(session=visit.id).count() == 1


def test_what_is_entered_late_says_why(clock: TestClock) -> None:
    visit = discharged(clock)
    ended = clock.now() - timedelta(minutes=30)
    with refused("late_reason", "late_reason"):
        visit.contact(20, ended_at=ended)
    with refused("is_this_the_time", "ended_at"):
        visit.contact(20, ended_at=ended, late_reason="Busy", confirmed_at=None)
    assert visit.contact(20, ended_at=ended, late_reason="Busy").late_reason == "Busy"


def test_it_is_of_a_patient_who_was_given_something(clock: TestClock) -> None:
    with refused("wrong_phase"):
        admitted(clock).contact(0.5 + 1)
