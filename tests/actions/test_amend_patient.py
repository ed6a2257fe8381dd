"""Putting right what is kept of a patient."""

from __future__ import annotations

import json
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from clinic.ids import uuid7
from clinic.models import TrailEntry
from monitoring import actions
from monitoring.actions import Conflict, NotAllowed
from monitoring.actions.register_patient import NewPatient
from monitoring.models import Patient, PatientAmendment
from monitoring.proof.verify import verify
from tests.actions.refusals import refused
from tests.clock import TestClock
from tests.factories.people import person
from tests.factories.record import PatientFactory
from tests.factories.visits import Visit, planned, predosed

pytestmark = pytest.mark.django_db


@pytest.fixture
def visit(clock: TestClock) -> Visit:
    """A session planned for a patient who was registered by the verb, so that there is a chain."""
    made = planned(clock)
    patient = actions.register_patient(
        made.site,
        made.nurse,
        id=uuid7(),
        patient=NewPatient(
            mrn="A-1",
            family_name="Smith",
            given_name="Jane",
            date_of_birth=date(1945, 7, 14),
            sex="female",
        ),
    )
    return planned(clock, site=made.site, patient=patient)


def stands(visit: Visit) -> Patient:
    return Patient.objects.get(pk=visit.patient.pk)


def amend(visit: Visit, **changed: Any) -> PatientAmendment:
    patient = stands(visit)
    given = {
        "id": changed.pop("id", None) or uuid7(),
        "amended": changed.pop("amended", patient.amended),
        "reason": changed.pop("reason", "Told us today"),
        "confirmed": changed.pop("confirmed", ()),
    }
    by = changed.pop("by", visit.nurse)
    values = {name: getattr(patient, name) for name in Patient.AMENDED}
    return actions.amend_patient(patient.pk, by, **given, values={**values, **changed})


CHANGES: dict[str, Any] = {
    "mrn": "B-2",
    "family_name": "Jones",
    "given_name": "",
    "date_of_birth": date(1954, 7, 14),
    "sex": "other",
    "allergies": "Latex",
    "cautions": "Falls",
    "telephone": "+1 555 0100",
    "rems_enrolled_on": date(2026, 2, 1),
}


def test_every_column_that_may_change_is_tried_here() -> None:
    assert set(CHANGES) == set(Patient.AMENDED)


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_made_and_the_old_value_is_kept(visit: Visit, name: str) -> None:
    old = getattr(stands(visit), name)
    row = amend(visit, **{name: CHANGES[name]})
    assert getattr(stands(visit), name) == CHANGES[name]
    assert row.changes[name] == [str(old) if old is not None else None, str(CHANGES[name])]
    assert (row.number, row.recorded_by, row.reason) == (1, visit.nurse, "Told us today")


def test_nothing_else_of_the_patient_changes(visit: Visit) -> None:
    before = Patient.objects.filter(pk=visit.patient.pk).values().get()
    amend(visit, allergies="Latex")
    after = Patient.objects.filter(pk=visit.patient.pk).values().get()
    assert {**before, "allergies": "Latex", "amended": 1} == after


def test_all_changes_at_once_are_one_amendment(visit: Visit) -> None:
    assert set(amend(visit, **CHANGES).changes) == {*CHANGES, "search_name"}


def test_a_patient_is_found_by_the_new_name_and_not_by_the_old(visit: Visit) -> None:
    amend(visit, family_name="Muñoz")
    assert Patient.objects.matching("munoz").get() == visit.patient
    assert visit.patient not in Patient.objects.matching("smith")


def test_the_trail_of_the_patient_tells_it_and_verification_knows_it(visit: Visit) -> None:
    amend(visit, allergies="Latex")
    amend(visit, allergies="Latex, nuts", date_of_birth=date(1954, 7, 14))
    told = TrailEntry.objects.filter(chain=visit.patient.pk).order_by("seq")
    assert [t.verb for t in told] == ["register_patient", "amend_patient", "amend_patient"]
    rows = json.loads(told[2].payload)["rows"]
    assert rows["patient"][str(visit.patient.pk)]["allergies"] == "Latex, nuts"
    assert [p for p in verify().problems if str(visit.patient.pk) in p.subject] == []


def test_the_same_id_sent_twice_is_one_amendment_also_after_a_later_one(visit: Visit) -> None:
    same = uuid7()
    first = amend(visit, id=same, allergies="Latex")
    assert amend(visit, id=same, amended=0, allergies="Latex") == first
    amend(visit, allergies="Nuts", cautions="Falls")
    assert amend(visit, id=same, amended=0, allergies="Latex", cautions="") == first
    assert PatientAmendment.objects.count() == 2


@pytest.mark.parametrize(
    "other", [{"allergies": "Nuts"}, {"cautions": "Falls"}, {"reason": "Other"}]
)
def test_other_values_under_the_same_id_are_a_conflict(visit: Visit, other: Any) -> None:
    same = uuid7()
    amend(visit, id=same, allergies="Latex")
    with pytest.raises(Conflict):
        amend(visit, id=same, amended=0, **{"allergies": "Latex", **other})


def test_who_saw_an_older_state_is_told_who_amended_meanwhile(visit: Visit) -> None:
    first = amend(visit, allergies="Latex")
    with pytest.raises(Conflict) as caught:
        amend(visit, amended=0, cautions="Falls")
    assert caught.value.theirs == first
    assert stands(visit).cautions == ""


def test_without_a_change_or_a_reason_nothing_is_kept(visit: Visit) -> None:
    with refused("nothing_changed"):
        amend(visit)
    with refused("nothing_changed"):
        amend(visit, family_name=" Smith ")
    with refused("required", "reason"):
        amend(visit, allergies="Latex", reason=" ")
    with refused("required", "family_name"):
        amend(visit, family_name=" ")
    with refused("born_in_future", "date_of_birth"):
        amend(visit, date_of_birth=date(2026, 3, 11))
    assert not PatientAmendment.objects.exists()


@pytest.mark.parametrize("typed", ["Z-9", "z-9", " Ｚ-9"])
def test_an_mrn_that_is_someones_is_a_conflict(visit: Visit, typed: str) -> None:
    theirs = PatientFactory.create(mrn="Z-9")
    with pytest.raises(Conflict) as caught:
        amend(visit, mrn=typed)
    assert caught.value.theirs == theirs


def test_the_own_mrn_may_be_spelt_anew(visit: Visit) -> None:
    amend(visit, mrn="a-1")
    assert stands(visit).mrn == "a-1"


def test_who_was_registered_before_enrolment_can_be_dosed_once_enrolled(clock: TestClock) -> None:
    patient = PatientFactory.create(rems_enrolled_on=None)
    visit = predosed(clock, patient=patient, site=patient.site)
    with refused("patient_not_enrolled"):
        visit.dose()
    amend(visit, rems_enrolled_on=date(2026, 3, 9))
    assert visit.dose().number == 1


@pytest.mark.parametrize("role", ["administrator", "auditor"])
def test_amending_is_for_the_care_team_of_the_site(visit: Visit, role: str) -> None:
    elsewhere = person(PatientFactory.create().site, "nurse")
    for by in (person(visit.site, role), elsewhere):
        with pytest.raises(NotAllowed):
            amend(visit, by=by, allergies="Latex")


def test_a_patient_that_does_not_exist_is_not_told_apart(visit: Visit) -> None:
    values = {name: getattr(visit.patient, name) for name in Patient.AMENDED}
    with pytest.raises(NotAllowed):
        actions.amend_patient(
            UUID(int=1), visit.nurse, id=uuid7(), amended=0, values=values, reason="x"
        )


def test_a_new_name_that_is_anothers_is_asked_about_and_other_changes_are_not(
    visit: Visit,
) -> None:
    PatientFactory.create(site=visit.site, family_name="Jones", given_name="Jane")
    with refused("namesake", "family_name") as caught:
        amend(visit, family_name="Jones")
    (reason,) = caught.value.messages
    amend(visit, family_name="Jones", confirmed=[reason.params["answer"]])
    amend(visit, allergies="Latex")
    with refused("minor", "date_of_birth"):
        amend(visit, date_of_birth=date(2015, 1, 1), given_name="Ann")
