"""Two people, or one who taps twice, at the same moment and before there is a session to lock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

from clinic.ids import uuid7
from monitoring.models import Patient, Session
from tests.actions.given import plan, register
from tests.clock import TestClock
from tests.factories.people import SiteFactory
from tests.factories.record import PatientFactory
from tests.factories.visits import planned

ROUNDS = range(8)


def test_two_sessions_of_one_patient_admitted_at_once_open_one(
    clock: TestClock, race: Callable[..., list[Any]]
) -> None:
    site = SiteFactory.create()
    for _ in ROUNDS:
        patient = PatientFactory.create(site=site)
        visits = [planned(clock, site=site, patient=patient) for _ in range(2)]
        outcomes = race(*(visit.admit for visit in visits))
        assert sorted(type(o).__name__ for o in outcomes) == ["Admission", "Conflict"]
        assert Session.objects.filter(patient=patient).in_progress().count() == 1


def test_a_plan_tapped_twice_at_once_is_one_session(
    clock: TestClock, race: Callable[..., list[Any]]
) -> None:
    visit = planned(clock)
    for _ in ROUNDS:
        tap = partial(plan, visit, id=uuid7())
        first, second = race(tap, tap)
        assert first == second
    assert Session.objects.filter(patient=visit.patient).count() == 1 + len(ROUNDS)


def test_a_registration_tapped_twice_at_once_is_one_patient(
    clock: TestClock, race: Callable[..., list[Any]]
) -> None:
    visit = planned(clock)
    for number in ROUNDS:
        name = f"Walker {number}"
        # Of one birth date they would be asked about each other, whose names are near.
        tap = partial(
            register,
            visit,
            id=uuid7(),
            mrn=f"B-{number}",
            family_name=name,
            date_of_birth=date(1945 + number, 7, 14),
        )
        first, second = race(tap, tap)
        assert first == second
    assert Patient.objects.filter(mrn__startswith="B-").count() == len(ROUNDS)
