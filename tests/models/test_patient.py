"""How a patient is found and reads."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from monitoring.models import Patient
from tests.factories.people import SiteFactory
from tests.factories.record import PatientFactory

pytestmark = pytest.mark.django_db


def test_the_family_name_stands_first_in_capitals() -> None:
    patient = PatientFactory.build(family_name="van der Berg", given_name="Jo")
    assert patient.banner_name == str(patient) == "VAN DER BERG, Jo"


@pytest.mark.parametrize(
    ("day", "age"),
    [(date(2026, 7, 13), 67), (date(2026, 7, 14), 68), (date(2028, 2, 29), 69)],
)
def test_a_patient_is_a_year_older_on_the_birthday(day: date, age: int) -> None:
    assert PatientFactory.build(date_of_birth=date(1958, 7, 14)).age_on(day) == age


def test_born_on_a_leap_day_a_patient_is_older_on_the_first_of_march() -> None:
    patient = PatientFactory.build(date_of_birth=date(1960, 2, 29))
    assert patient.age_on(date(2026, 2, 28)) == 65
    assert patient.age_on(date(2026, 3, 1)) == 66


@pytest.mark.parametrize("words", ["smi", "SMITH, Ja", "jane smith", "A-10", "smith a-10"])
def test_a_patient_is_found_by_the_beginnings_of_names_and_number(words: str) -> None:
    site = SiteFactory.create()
    jane = PatientFactory.create(site=site, family_name="Smith", given_name="Jane", mrn="A-10")
    PatientFactory.create(site=site, family_name="Jones", given_name="Joan", mrn="B-11")
    assert list(Patient.objects.matching(words)) == [jane]


def test_each_word_must_fit() -> None:
    PatientFactory.create(family_name="Smith", given_name="Jane", mrn="A-10")
    assert not Patient.objects.matching("smith joan").exists()
    assert not Patient.objects.matching("mith").exists()


def test_a_site_sees_its_own_patients() -> None:
    ours, theirs = PatientFactory.create(), PatientFactory.create()
    assert list(Patient.objects.at(ours.site)) == [ours]
    assert theirs not in Patient.objects.at(ours.site)


def test_a_number_is_one_patients_across_all_sites() -> None:
    PatientFactory.create(mrn="A-10")
    for same in ("A-10", "a-10"):
        with pytest.raises(IntegrityError), transaction.atomic():
            PatientFactory.create(mrn=same)


def test_who_has_one_name_is_called_by_it_alone() -> None:
    assert PatientFactory.create(family_name="Suharto", given_name="").banner_name == "SUHARTO"


@pytest.mark.parametrize("name", ["mrn", "family_name"])
def test_no_patient_is_without_a_name_or_number(name: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        PatientFactory.create(**{name: ""})
