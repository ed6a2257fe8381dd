"""Two people, or one who taps twice, at the same moment and before there is a session to lock."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from monitoring.models import Patient, Session
from monitoring.models.fact import uuid7
from tests.actions.test_plan_session import plan
from tests.actions.test_register_patient import register
from tests.factories.courses import planned
from tests.factories.place import SiteFactory
from tests.factories.record import PatientFactory


def test_two_sessions_of_one_patient_admitted_at_once_open_one(
    clock: Any, race: Callable[..., list[Any]]
) -> None:
    site = SiteFactory()
    patient = PatientFactory(site=site)
    visits = [planned(clock, site=site, patient=patient) for _ in range(2)]
    outcomes = race(*(visit.admit for visit in visits))
    assert sorted(type(o).__name__ for o in outcomes) == ["Admission", "Conflict"]
    assert Session.objects.filter(patient=patient).in_progress().count() == 1


def test_a_plan_tapped_twice_at_once_is_one_session(
    clock: Any, race: Callable[..., list[Any]]
) -> None:
    visit, same = planned(clock), uuid7()
    tap = partial(plan, visit, id=same)
    first, second = race(tap, tap)
    assert first == second
    assert Session.objects.filter(patient=visit.patient).count() == 2


def test_a_registration_tapped_twice_at_once_is_one_patient(
    clock: Any, race: Callable[..., list[Any]]
) -> None:
    visit, same = planned(clock), uuid7()
    tap = partial(register, visit, id=same)
    first, second = race(tap, tap)
    assert first == second
    assert Patient.objects.filter(mrn="A-1").count() == 1
