"""What the record asks of a patient's history, on the pages of planning and of the decision."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from tests.clock import TestClock
from tests.factories.visits import discharged, planned, predosed

pytestmark = pytest.mark.django_db
Signer = Callable[..., Client]


def test_a_second_dose_on_one_day_is_told_when_planned_and_when_decided(
    clock: TestClock, signed_in: Signer
) -> None:
    first = discharged(clock)
    people = (first.nurse, first.clinician)
    nurse, clinician = map(signed_in, people)
    plan = nurse.get(f"/patients/{first.patient.pk}/plan/")
    assert "is_first_treatment" not in plan.context["form"].fields
    assert "this is no first treatment" in plan.content.decode()
    again = predosed(
        clock, site=first.site, people=people, patient=first.patient, version=first.version
    )
    asked = "A dose was given on this day already: a clinician gives a reason"
    for page in ("", "dose/"):
        assert asked in nurse.get(f"/sessions/{again.id}/{page}").content.decode()
    decision = clinician.get(f"/sessions/{again.id}/decision/").content.decode()
    assert asked in decision
    assert "The record knows of the sessions at this site alone." in decision
    again.decide(reason="The first was lost")
    assert asked not in nurse.get(f"/sessions/{again.id}/dose/").content.decode()
    again.dose()
    report = nurse.get(f"/sessions/{again.id}/report/").content.decode()
    assert "A dose was given on this day already: The first was lost" in report


def test_of_a_new_patient_the_first_treatment_is_asked(clock: TestClock, signed_in: Signer) -> None:
    visit = planned(clock)
    plan = signed_in(visit.nurse).get(f"/patients/{visit.patient.pk}/plan/")
    assert "is_first_treatment" in plan.context["form"].fields
    assert "the record knows of the sessions at this site alone" in plan.content.decode()
