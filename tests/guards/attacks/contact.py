"""Attacks on staff contact."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from monitoring import models as nouns
from tests.clock import TestClock
from tests.factories.people import person
from tests.guards.attacks.registry import attack
from tests.guards.examples import example
from tests.guards.raw import copy
from tests.guards.world import Clinic


@attack("staffcontact_within_the_stay")
def _with_the_patient_before_arrival(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    _, row = example("staffcontact", clinic, clock)
    long_ago = timedelta(hours=5)
    times = {"started_at": row.started_at - long_ago, "ended_at": row.ended_at - long_ago}
    return lambda: copy(row, **times)


@attack("staffcontact_once_a_minute")
def _with_the_patient_twice(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    _, row = example("staffcontact", clinic, clock)
    return lambda: copy(row, ended_at=row.ended_at - timedelta(minutes=1))


@attack("staffcontactstrike_by_author_or_clinician")
def _contact_struck_by_another(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    visit, row = example("staffcontactstrike", clinic, clock)
    standing = nouns.StaffContact.objects.get(session=visit.id, strike=None)
    other = person(clinic.site, "nurse")
    return lambda: copy(row, contact_id=standing.pk, recorded_by_id=other.pk)
