"""Putting a patient right, from the patient's page, the banner and an open item."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from clinic.ids import uuid7
from monitoring.models import AccessEntry, Patient, PatientAmendment
from tests.clock import TestClock
from tests.factories.people import person
from tests.factories.record import PatientFactory
from tests.factories.visits import planned, predosed

pytestmark = pytest.mark.django_db
Signer = Callable[..., Client]


@pytest.fixture
def patient(clock: TestClock) -> Patient:
    made: Patient = PatientFactory.create(
        family_name="Smiht", given_name="Jane", allergies="", rems_enrolled_on=None
    )
    return made


def address(patient: Patient, query: str = "") -> str:
    return f"/patients/{patient.pk}/amend/{query}"


def filled(patient: Patient, **changes: str) -> dict[str, str]:
    return {
        "id": str(uuid7()),
        "amended": str(patient.amended),
        "mrn": patient.mrn,
        "family_name": patient.family_name,
        "given_name": patient.given_name,
        "date_of_birth": f"{patient.date_of_birth:%d-%b-%Y}",
        "sex": patient.sex,
        "allergies": patient.allergies,
        "cautions": patient.cautions,
        "telephone": patient.telephone,
        "rems_enrolled_on": "",
        "reason": "Told us today",
        **changes,
    }


def test_what_is_known_stands_in_the_form_and_the_reason_does_not(
    patient: Patient, signed_in: Signer
) -> None:
    form = signed_in(person(patient.site, "nurse")).get(address(patient)).context["form"]
    assert form["family_name"].value() == "Smiht"
    assert form["date_of_birth"].value() == "14-Jul-1958"
    assert not form["reason"].value()


def test_a_nurse_puts_a_name_right_and_the_page_tells_old_new_who_and_why(
    patient: Patient, signed_in: Signer
) -> None:
    nurse = person(patient.site, "nurse")
    client = signed_in(nurse)
    sent = filled(patient, family_name="Smith", reason="Misheard", rems_enrolled_on="2026-02-01")
    answer = client.post(address(patient), sent)
    assert answer["Location"] == f"/patients/{patient.pk}/"
    shown = client.get(answer["Location"]).context["amendments"]
    assert [(c.label, c.old, c.new) for c in shown[0].changes] == [
        ("Family name", "Smiht", "Smith"),
        ("REMS enrolment date", "none", "01-Feb-2026"),
    ]
    assert (shown[0].by, shown[0].reason) == (nurse.printed_name, "Misheard")


def test_tapped_twice_it_is_one_amendment(patient: Patient, signed_in: Signer) -> None:
    client = signed_in(person(patient.site, "nurse"))
    sent = filled(patient, allergies="Latex")
    assert {client.post(address(patient), sent).status_code for _ in range(2)} == {302}
    assert PatientAmendment.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("reason", ""),
        ("family_name", ""),
        ("family_name", "Smi\u200bth"),
        ("mrn", ""),
        ("date_of_birth", "2999-01-01"),
        ("date_of_birth", "sometime"),
        ("sex", ""),
        ("amended", ""),
        ("amended", "-1"),
    ],
)
def test_what_cannot_be_saved_is_said_at_its_field_and_stays(
    patient: Patient, signed_in: Signer, field: str, typed: str
) -> None:
    client = signed_in(person(patient.site, "nurse"))
    sent = filled(patient, **{"allergies": "Latex", field: typed})
    answer = client.post(address(patient), sent)
    assert answer.status_code == 422
    assert answer.context["form"].errors[field]
    assert answer.context["form"]["allergies"].value() == "Latex"
    assert not PatientAmendment.objects.exists()


def test_an_mrn_in_use_names_whose_it_is(patient: Patient, signed_in: Signer) -> None:
    PatientFactory.create(site=patient.site, mrn="B-2", family_name="Older", given_name="Ann")
    client = signed_in(person(patient.site, "nurse"))
    answer = client.post(address(patient), filled(patient, mrn="b-2"))
    assert "OLDER, Ann" in answer.context["form"].errors["mrn"][0]


def test_who_amended_meanwhile_is_shown_and_nothing_of_it_is_undone(
    patient: Patient, signed_in: Signer
) -> None:
    first, second = (signed_in(person(patient.site, "nurse")) for _ in range(2))
    ours = filled(patient, cautions="Falls")
    first.post(address(patient), filled(patient, allergies="Latex", reason="Rang"))
    answer = second.post(address(patient), ours)
    form = answer.context["form"]
    assert answer.status_code == 422
    assert [c.new for c in answer.context["meanwhile"][0].changes] == ["Latex"]
    assert (form["allergies"].value(), form["cautions"].value()) == ("Latex", "Falls")
    again = {**ours, "amended": form["amended"].value(), "allergies": form["allergies"].value()}
    assert second.post(address(patient), again).status_code == 302
    stands = Patient.objects.get()
    assert (stands.allergies, stands.cautions, stands.amended) == ("Latex", "Falls", 2)


def test_allergies_are_one_tap_from_the_banner_and_lead_back(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = predosed(clock)
    client = signed_in(visit.nurse)
    here = f"/sessions/{visit.id}/reading/?slot=0"
    page = client.get(here).content.decode()
    way = f"/patients/{visit.patient.pk}/amend/?at=allergies&amp;next=/sessions/{visit.id}/reading/"
    assert way in page
    there = address(visit.patient, f"?at=allergies&next={here}")
    assert "autofocus" in str(client.get(there).context["form"]["allergies"])
    sent = filled(visit.patient, allergies="Latex", rems_enrolled_on="2026-01-05")
    assert client.post(there, sent)["Location"] == here


@pytest.mark.parametrize("evil", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_the_way_back_leads_nowhere_else(patient: Patient, signed_in: Signer, evil: str) -> None:
    client = signed_in(person(patient.site, "nurse"))
    answer = client.post(address(patient, f"?next={evil}"), filled(patient, allergies="Latex"))
    assert answer["Location"] == f"/patients/{patient.pk}/"


def test_a_missing_enrolment_leads_to_where_it_is_entered(
    patient: Patient, clock: TestClock, signed_in: Signer
) -> None:
    visit = predosed(clock, patient=patient, site=patient.site)
    client = signed_in(visit.nurse)
    page = client.get(f"/sessions/{visit.id}/")
    (item,) = page.context["items"]
    assert item.href.startswith(address(patient, "?at=rems_enrolled_on"))
    assert page.context["primary"].href == item.href
    answer = client.post(item.href, filled(patient, rems_enrolled_on="2026-03-01"))
    assert answer["Location"] == f"/sessions/{visit.id}/"
    page = client.get(answer["Location"])
    assert (page.context["items"], page.context["primary"].words) == ([], "Record the first dose")


def test_another_sites_patient_is_not_found(patient: Patient, signed_in: Signer) -> None:
    stranger = signed_in(person(PatientFactory.create().site, "nurse"))
    assert stranger.get(address(patient)).status_code == 404
    assert stranger.post(address(patient), filled(patient, allergies="x")).status_code == 404


def test_who_may_not_is_shown_no_link(clock: TestClock, signed_in: Signer) -> None:
    visit = planned(clock)
    administrator = signed_in(person(visit.site, "administrator"))
    for page in (f"/sessions/{visit.id}/", f"/patients/{visit.patient.pk}/"):
        assert "/amend/" not in administrator.get(page).content.decode()


def test_opening_the_form_is_on_the_access_log(patient: Patient, signed_in: Signer) -> None:
    signed_in(person(patient.site, "nurse")).get(address(patient))
    assert AccessEntry.objects.filter(patient=patient, page="patient-amend").count() == 1
