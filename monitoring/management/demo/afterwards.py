"""What comes after the patient has left: late readings, one answered and one not, an amendment."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from clinic.models import Staff
from monitoring.actions import amend_record, record_reading, review_reading
from monitoring.management.demo.past import Clock, new_id
from monitoring.management.demo.people import MAIN
from monitoring.models import Clearance, Departure, Reading
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
        clock.move_to(departure.recorded_at + timedelta(minutes=35))
        if number < 2:
            late = _late(departure, nurse, clock, rng)
            clock.forward(seconds=1900)
            if number == 1:
                _review(late, clinician, clock, rng)
        else:
            _amend(departure, nurse, clock, rng)


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
