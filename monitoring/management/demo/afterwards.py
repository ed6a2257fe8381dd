"""What comes after the patient has left: late readings, one answered and one not, an amendment,
staff contact, and calls, one of them with a serious adverse event."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from random import Random
from uuid import UUID

from clinic.models import Staff
from monitoring.actions import (
    amend_record,
    record_call,
    record_reading,
    record_staff_contact,
    review_reading,
)
from monitoring.actions.record_call import CallEntry
from monitoring.actions.record_staff_contact import ContactEntry
from monitoring.management.demo.past import Clock, new_id
from monitoring.management.demo.people import MAIN
from monitoring.models import Clearance, Departure, Reading
from monitoring.reports.calls import DAYS
from monitoring.rules.entry import Entry

VALUES = {"systolic": 128, "diastolic": 79, "heart_rate": 74, "spo2": 98, "oxygen": 0}


def play_afterwards(clock: Clock, rng: Random) -> None:
    """On the latest sessions that ended in a discharge."""
    signed = Clearance.objects.filter(
        departure__kind="discharged", session__site__name=MAIN
    ).select_related("departure")
    people = Staff.objects.prefetch_related("memberships").in_bulk()
    for number, clearance in enumerate(signed.order_by("-departure__left_at")[:3]):
        departure = clearance.departure
        nurse, clinician = people[departure.recorded_by_id], people[clearance.signed_by_id]
        clock.move_to(departure.recorded_at + timedelta(minutes=3))
        _contact(departure, nurse, clock, rng)
        clock.move_to(departure.recorded_at + timedelta(minutes=35))
        if number < 2:
            late = _late(departure, nurse, clock, rng)
            clock.forward(seconds=1900)
            if number == 1:
                _review(late, clinician, clock, rng)
        else:
            _amend(departure, nurse, clock, rng)
    # Later than all of that: the clock of one session never goes back.
    _call_all(clock, people, rng)


def _contact(departure: Departure, nurse: Staff, clock: Clock, rng: Random) -> None:
    """The last half an hour and more, in which the nurse looked after a second patient, too."""
    record_staff_contact(
        departure.session_id,
        nurse,
        id=new_id(clock.now(), rng),
        contact=ContactEntry(
            started_at=departure.left_at - timedelta(minutes=38),
            ended_at=departure.left_at,
            confirmed_at=departure.left_at,
            patients_at_once=2,
            late_reason="Saw the patient to the door",
        ),
    )


def _call_all(clock: Clock, people: Mapping[UUID, Staff], rng: Random) -> None:
    """Everyone of the week before is called the next day but two, who wait for it; one was not
    reached, and one fell in the evening."""
    present = clock.present
    left = Departure.objects.filter(left_at__gte=present - timedelta(days=DAYS + 1))
    left = left.exclude(kind="transferred").order_by("-left_at")
    called = [d for d in left if d.left_at < present - timedelta(hours=24)][2:]
    for number, departure in enumerate(called):
        clock.move_to(departure.left_at + timedelta(hours=20))
        record_call(
            departure.session_id,
            people[departure.recorded_by_id],
            id=new_id(clock.now(), rng),
            call=_said(departure, clock, was_reached=number > 0, fell=number == 1),
        )


def _said(departure: Departure, clock: Clock, *, was_reached: bool, fell: bool) -> CallEntry:
    if not was_reached:
        return CallEntry(at=clock.now(), was_reached=False, detail="No answer")
    onset_at = departure.left_at + timedelta(hours=5) if fell else None
    return CallEntry(
        at=clock.now(),
        was_reached=True,
        detail="Well, slept through the night",
        has_slept=True,
        has_driven=False,
        has_suicidal_thoughts=False,
        had_adverse_event=fell,
        adverse_detail="Fell in the evening, seen in the emergency room" if fell else "",
        is_serious=True if fell else None,
        onset_at=onset_at,
        onset_confirmed_at=onset_at,
    )


def _late(departure: Departure, nurse: Staff, clock: Clock, rng: Random) -> Reading:
    taken_at = departure.left_at - timedelta(minutes=4)
    entry = Entry(
        taken_at=taken_at,
        confirmed_at=taken_at,
        values=VALUES,
        late_reason="Found on the paper chart after the patient had left",
        confirmed=frozenset(VALUES),
    )
    return record_reading(departure.session_id, nurse, id=new_id(clock.now(), rng), entry=entry)


def _review(late: Reading, clinician: Staff, clock: Clock, rng: Random) -> None:
    review_reading(
        late.session_id,
        clinician,
        id=new_id(clock.now(), rng),
        reading_id=late.pk,
        assessment="Taken before departure, in line with the final set",
        action_taken="None needed",
    )


def _amend(departure: Departure, nurse: Staff, clock: Clock, rng: Random) -> None:
    amend_record(
        departure.session_id,
        nurse,
        id=new_id(clock.now(), rng),
        about="departure",
        about_id=departure.pk,
        text="The escort was the patient's sister, not the neighbour",
        reason="Written down from the plan instead of asked",
    )
