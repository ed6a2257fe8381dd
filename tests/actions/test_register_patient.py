"""Registering a patient, once."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from monitoring import actions
from monitoring.actions import Conflict, NotAllowed
from monitoring.models import Patient
from monitoring.models.fact import uuid7
from tests.actions.refusals import refused
from tests.factories.courses import Visit, planned
from tests.factories.place import person

pytestmark = pytest.mark.django_db


def register(visit: Visit, **changed: Any) -> Patient:
    given: dict[str, Any] = {
        "id": uuid7(),
        "mrn": "A-1",
        "family_name": " Smith ",
        "given_name": "Jane",
        "date_of_birth": date(1945, 7, 14),
        "sex": "female",
    }
    by = changed.pop("by", visit.nurse)
    return actions.register_patient(visit.site, by, **(given | changed))


def test_a_patient_is_registered_once(clock: Any) -> None:
    visit, same = planned(clock), uuid7()
    patient = register(visit, id=same)
    assert register(visit, id=same) == patient
    assert (patient.family_name, patient.allergies) == ("Smith", "")


def test_a_number_that_is_someones_is_a_conflict(clock: Any) -> None:
    visit = planned(clock)
    theirs = register(visit)
    with pytest.raises(Conflict) as caught:
        register(visit)
    assert caught.value.theirs == theirs


@pytest.mark.parametrize("field", ["mrn", "family_name", "given_name"])
def test_a_patient_needs_a_name_and_a_number(clock: Any, field: str) -> None:
    with refused("required", field):
        register(planned(clock), **{field: " "})


def test_no_one_is_born_in_the_future(clock: Any) -> None:
    with refused("born_in_future", "date_of_birth"):
        register(planned(clock), date_of_birth=date(2026, 3, 11))


def test_registering_is_for_the_care_team(clock: Any) -> None:
    visit = planned(clock)
    with pytest.raises(NotAllowed):
        register(visit, by=person(visit.site, "administrator"))


def test_a_number_taken_in_the_same_moment_is_a_conflict(
    clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit = planned(clock)
    theirs = register(visit)
    seen = Patient.objects.filter
    blind = [True]

    def filter_once(*args: Any, **kwargs: Any) -> Any:
        if "mrn" in kwargs and blind:
            blind.clear()
            return Patient.objects.none()
        return seen(*args, **kwargs)

    monkeypatch.setattr(Patient.objects, "filter", filter_once)
    with pytest.raises(Conflict) as caught:
        register(visit)
    assert caught.value.theirs == theirs


def test_another_name_under_the_same_id_is_a_conflict(clock: Any) -> None:
    visit, same = planned(clock), uuid7()
    first = register(visit, id=same)
    with pytest.raises(Conflict) as caught:
        register(visit, id=same, given_name="Joan")
    assert caught.value.theirs == first
