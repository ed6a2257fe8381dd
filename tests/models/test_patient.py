"""How a patient is found and reads."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from hypothesis import given
from hypothesis import strategies as st

from clinic.names import search_text
from monitoring.models import Patient
from monitoring.models.has_word import HasWord
from tests.engine import USES_POSTGRESQL
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


@given(
    texts=st.lists(st.text(st.sampled_from("aAbé1 '\\%_:*&|!-.\""), max_size=12), min_size=1),
    typed=st.text(st.sampled_from("aAbé1 '\\%_:*&|!-.\""), max_size=4),
)
def test_whatever_is_typed_finds_who_has_a_word_that_begins_with_it(
    texts: list[str], typed: str
) -> None:
    """Signs that a search of the database would read as its own among them."""
    words = search_text(*texts).split()
    begins = search_text(typed).split()[:1] or ["a"]
    with transaction.atomic():
        patient = PatientFactory.create(search_name=search_text(*texts))
        found = Patient.objects.filter(HasWord(F("search_name"), begins[0]), pk=patient.pk)
        assert found.exists() == any(word.startswith(begins[0]) for word in words)
        transaction.set_rollback(True)


@pytest.mark.skipif(not USES_POSTGRESQL, reason="SQLite has no index of this kind")
def test_a_word_is_found_by_its_index_however_many_patients_there_are() -> None:
    """A table this small would be read whole: what is asked is whether the index can be used."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert "patient_by_word" in Patient.objects.matching("smith").explain()


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
