"""Finding, registering and reading a patient."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client

from clinic.ids import uuid7
from monitoring.models import AccessEntry, Patient
from tests.clock import TestClock
from tests.factories.people import SiteFactory, person
from tests.factories.record import PatientFactory
from tests.factories.visits import discharged, observed, planned

pytestmark = pytest.mark.django_db
Signer = Callable[..., Client]


def filled(**changes: str) -> dict[str, str]:
    return {
        "id": str(uuid7()),
        "mrn": "A-1",
        "family_name": "Smith",
        "given_name": "Jane",
        "date_of_birth": "1945-07-14",
        "sex": "female",
        **changes,
    }


def names(answer: Any) -> list[str]:
    return [p.banner_name for p in answer.context["patients"]]


def test_the_list_shows_the_sites_own_patients_and_no_others(signed_in: Signer) -> None:
    here = PatientFactory.create(family_name="Here", given_name="Ann")
    PatientFactory.create(family_name="Elsewhere")
    nurse = signed_in(person(here.site, "nurse"))

    assert names(nurse.get("/patients/")) == ["HERE, Ann"]


@pytest.mark.parametrize("words", ["smi", "jane", "A-7", "smith, jane", "Jane Smith"])
def test_a_patient_is_found_by_names_and_mrn(signed_in: Signer, words: str) -> None:
    jane = PatientFactory.create(family_name="Smith", given_name="Jane", mrn="A-77")
    PatientFactory.create(site=jane.site, family_name="Jones", given_name="Ann", mrn="B-1")
    nurse = signed_in(person(jane.site, "nurse"))

    assert names(nurse.get("/patients/", {"q": words})) == ["SMITH, Jane"]


def test_the_list_comes_fifty_to_a_page_and_keeps_the_search(signed_in: Signer) -> None:
    site = SiteFactory.create()
    PatientFactory.create_batch(51, site=site, family_name="Same")
    nurse = signed_in(person(site, "nurse"))
    first = nurse.get("/patients/", {"q": "same"})

    assert len(first.context["patients"]) == 50
    assert "<small>51</small>" in first.content.decode()
    after = first.context["shown"].after
    assert f"q=same&amp;after={after}" in first.content.decode()
    second = nurse.get("/patients/", {"q": "same", "after": str(after)})
    assert len(second.context["patients"]) == 1
    before = str(second.context["shown"].before)
    again = nurse.get("/patients/", {"q": "same", "before": before})
    assert names(again) == names(first)


def test_a_search_that_finds_no_one_says_so_and_escapes_what_was_typed(signed_in: Signer) -> None:
    nurse = signed_in(person(SiteFactory.create(), "nurse"))
    page = nurse.get("/patients/", {"q": "<b>x"}).content.decode()

    assert "No patient at this site matches" in page
    assert "<b>x" not in page


def test_a_nurse_registers_a_patient_and_comes_to_the_patients_page(signed_in: Signer) -> None:
    site = SiteFactory.create()
    nurse = signed_in(person(site, "nurse"))
    answer = nurse.post("/patients/new/", filled())
    patient = Patient.objects.get()

    assert answer["Location"] == f"/patients/{patient.pk}/"
    assert (patient.site, patient.mrn, patient.date_of_birth) == (site, "A-1", date(1945, 7, 14))


def test_save_tapped_twice_registers_one_patient(clock: TestClock, signed_in: Signer) -> None:
    nurse = signed_in(person(SiteFactory.create(), "nurse"))
    sent = filled()
    nurse.post("/patients/new/", sent)
    nurse.post("/patients/new/", sent)

    assert Patient.objects.count() == 1


def test_an_mrn_in_use_here_names_whose_it_is_and_keeps_what_was_typed(signed_in: Signer) -> None:
    theirs = PatientFactory.create(mrn="A-1", family_name="Older", given_name="Ann")
    nurse = signed_in(person(theirs.site, "nurse"))
    answer = nurse.post("/patients/new/", filled(allergies="Latex"))
    page = answer.content.decode()

    assert answer.status_code == 422
    assert "OLDER, Ann" in answer.context["form"].errors["mrn"][0]
    assert 'value="Latex"' in page
    assert 'value="1945-07-14"' in page


def test_an_mrn_in_use_elsewhere_tells_nothing_of_that_patient(signed_in: Signer) -> None:
    PatientFactory.create(mrn="A-1", family_name="Unspoken", given_name="Ann")
    nurse = signed_in(person(SiteFactory.create(), "nurse"))
    answer = nurse.post("/patients/new/", filled())

    assert answer.status_code == 422
    assert "another site" in answer.context["form"].errors["mrn"][0]
    assert "unspoken" not in answer.content.decode().lower()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("mrn", " "),
        ("family_name", ""),
        ("date_of_birth", ""),
        ("date_of_birth", "14/07/45 or so"),
        ("date_of_birth", "2999-01-01"),
        ("sex", ""),
        ("sex", "nonsense"),
        ("id", ""),
    ],
)
def test_a_form_that_cannot_be_saved_is_shown_again(
    signed_in: Signer, field: str, value: str
) -> None:
    nurse = signed_in(person(SiteFactory.create(), "nurse"))
    answer = nurse.post("/patients/new/", filled(**{field: value}))

    assert answer.status_code == 422
    assert answer.context["form"].errors[field]
    assert Patient.objects.count() == 0


def test_nothing_of_the_registration_form_is_filled_in_beforehand(signed_in: Signer) -> None:
    form = signed_in(person(SiteFactory.create(), "nurse")).get("/patients/new/").context["form"]

    assert [name for name in form.fields if name != "id" and form[name].value()] == []


def test_an_administrator_reads_patients_but_does_not_register_them(signed_in: Signer) -> None:
    patient = PatientFactory.create()
    administrator = signed_in(person(patient.site, "administrator"))
    page = administrator.get("/patients/")

    assert names(page) == [patient.banner_name]
    assert "Register a patient" not in page.content.decode()
    assert administrator.post("/patients/new/", filled()).status_code == 403


def test_another_sites_patient_is_not_found(signed_in: Signer) -> None:
    nurse = signed_in(person(SiteFactory.create(), "nurse"))

    assert nurse.get(f"/patients/{PatientFactory.create().pk}/").status_code == 404


def test_the_page_shows_the_course_newest_first_with_worst_values(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = observed(clock, through=90)
    clock.forward(minutes=1)
    wrong = visit.read(None, dissociation=4)
    visit.respond(wrong.pk)
    clock.forward(minutes=1)
    visit.read(None, systolic=141, diastolic=88, sedation=4, dissociation=2)
    clock.forward(minutes=1)
    visit.leave("against_advice")
    clock.forward(minutes=60)
    later = planned(clock, site=visit.site, patient=visit.patient)
    page = signed_in(visit.nurse).get(f"/patients/{visit.patient.pk}/")
    rows = list(page.context["sessions"])

    assert [s.pk for s in rows] == [later.id, visit.id]
    assert (rows[1].lowest_sedation, rows[1].highest_dissociation) == (4, 4)
    assert (rows[1].peak_systolic, rows[1].peak_diastolic) == (141, 88)
    assert rows[0].lowest_sedation is None


def test_a_corrected_value_does_not_count_among_the_worst(
    clock: TestClock, signed_in: Signer
) -> None:
    from monitoring.actions import correct_reading

    visit = observed(clock, through=15)
    wrong = visit.read(None, sedation=2)
    correct_reading(
        visit.id,
        visit.nurse,
        id=uuid7(),
        replaces=wrong.pk,
        entry=visit.entry(sedation=5),
        reason="Wrong tile",
    )
    page = signed_in(visit.nurse).get(f"/patients/{visit.patient.pk}/")

    assert page.context["sessions"][0].lowest_sedation == 5


def test_the_last_sessions_worst_values_stand_on_the_patients_page_and_the_next_plan(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = discharged(clock)
    nurse = signed_in(visit.nurse)

    for address in (f"/patients/{visit.patient.pk}/", f"/patients/{visit.patient.pk}/plan/"):
        page = nurse.get(address)
        assert page.context["last"].pk == visit.id
        assert "Worst values of the last session" in page.content.decode()


def test_a_patient_without_a_session_is_told_what_to_do_next(signed_in: Signer) -> None:
    patient = PatientFactory.create()
    page = signed_in(person(patient.site, "nurse")).get(f"/patients/{patient.pk}/")

    assert "Plan the first one" in page.content.decode()
    assert "Worst values" not in page.content.decode()


def test_names_are_escaped(signed_in: Signer) -> None:
    patient = PatientFactory.create(family_name="<script>alert(1)</script>", given_name="'\"&")
    nurse = signed_in(person(patient.site, "nurse"))

    for address in ("/patients/", f"/patients/{patient.pk}/"):
        assert "<script>alert" not in nurse.get(address).content.decode().lower()


@pytest.mark.parametrize(
    "typed",
    ["1958-07-14", "14-Jul-1958", "7/14/1958", "19580714", "smith 14-Jul-1958", "14 July 1958"],
)
def test_a_patient_is_found_by_birth_date_in_any_form(signed_in: Signer, typed: str) -> None:
    born = PatientFactory.create(date_of_birth=date(1958, 7, 14))
    PatientFactory.create(site=born.site, date_of_birth=date(1958, 7, 15))
    nurse = signed_in(person(born.site, "nurse"))
    assert names(nurse.get("/patients/", {"q": typed})) == [born.banner_name]


def test_a_birth_date_that_can_be_two_days_finds_both(signed_in: Signer) -> None:
    march = PatientFactory.create(date_of_birth=date(1958, 3, 4), given_name="March")
    PatientFactory.create(site=march.site, date_of_birth=date(1958, 4, 3), given_name="April")
    nurse = signed_in(person(march.site, "nurse"))
    found = names(nurse.get("/patients/", {"q": "03/04/1958"}))
    assert sorted(found) == ["SMITH, April", "SMITH, March"]


@pytest.mark.parametrize("typed", ["munoz", "MUÑOZ", "jose", "o'brien", "O’BRIEN", "brien"])
def test_a_patient_is_found_by_any_word_with_or_without_accents(
    signed_in: Signer, typed: str
) -> None:
    found = PatientFactory.create(family_name="Muñoz O’Brien", given_name="José")
    PatientFactory.create(site=found.site, given_name="Ann")
    nurse = signed_in(person(found.site, "nurse"))
    assert names(nurse.get("/patients/", {"q": typed})) == [found.banner_name]


@pytest.mark.parametrize("field", ["family_name", "given_name", "mrn", "allergies", "telephone"])
def test_a_character_that_is_not_seen_is_refused_at_its_field(
    signed_in: Signer, field: str
) -> None:
    nurse = signed_in(person(SiteFactory.create(), "nurse"))
    answer = nurse.post("/patients/new/", filled(**{field: "A\u202eB"}))
    assert answer.status_code == 422
    assert answer.context["form"].errors[field] == [
        "This holds an invisible character. Delete it and type it again."
    ]


def test_an_empty_field_is_named_in_its_error(signed_in: Signer) -> None:
    nurse = signed_in(person(SiteFactory.create(), "nurse"))
    errors = nurse.post("/patients/new/", {"mrn": ""}).context["form"].errors
    assert errors["mrn"] == ["Enter the MRN."]
    assert errors["family_name"] == ["Enter the family name."]
    assert errors["date_of_birth"] == ["Enter the date of birth."]
    assert "given_name" not in errors


def test_a_name_that_is_anothers_is_shown_with_a_link_and_asked_about(signed_in: Signer) -> None:
    theirs = PatientFactory.create(family_name="Smith", given_name="Jane", mrn="B-2")
    nurse = signed_in(person(theirs.site, "nurse"))
    sent = filled()
    answer = nurse.post("/patients/new/", sent)
    page = answer.content.decode()
    asked = answer.context["form"].fields["confirm_namesake"].answer
    assert answer.status_code == 422
    assert f'href="/patients/{theirs.pk}/"' in page
    assert f'value="{asked}"' in page
    assert AccessEntry.objects.filter(patient=theirs, page="patient-register").exists()
    assert nurse.post("/patients/new/", {**sent, "confirm_namesake": asked}).status_code == 302
    assert Patient.objects.at(theirs.site).count() == 2


def test_nothing_is_asked_before_there_is_a_question(signed_in: Signer) -> None:
    page = signed_in(person(SiteFactory.create(), "nurse")).get("/patients/new/").content.decode()
    assert "confirm_" not in page


def test_who_is_under_age_is_asked_about_once_more_when_the_date_changes(
    signed_in: Signer,
) -> None:
    nurse = signed_in(person(SiteFactory.create(), "nurse"))
    sent = filled(date_of_birth="2020-01-01")
    first = nurse.post("/patients/new/", sent).context["form"]
    asked = first.fields["confirm_minor"].answer
    sent = {**sent, "confirm_minor": asked}
    again = nurse.post("/patients/new/", {**sent, "date_of_birth": "2019-01-01"})
    assert again.status_code == 422
    assert " checked" not in again.content.decode()
    assert nurse.post("/patients/new/", sent).status_code == 302
