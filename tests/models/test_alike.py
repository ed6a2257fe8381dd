"""Who is taken for a patient: found by indexes, and never cut off by how many have a name."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from monitoring.models import Patient
from monitoring.models.alike import FIRST, alike_to, born_or_named, has_alike
from monitoring.models.begins import stretch
from tests.factories.people import SiteFactory
from tests.factories.record import PatientFactory

pytestmark = pytest.mark.django_db
BORN, LATER = date(1970, 5, 4), date(1971, 1, 1)


def patient(site: object, family: str, given: str, born: date = LATER) -> Patient:
    return PatientFactory.create(
        site=site, family_name=family, given_name=given, date_of_birth=born
    )


@pytest.mark.parametrize(
    ("family", "given", "born"),
    [
        ("Smith", "Jane", LATER),
        ("SMITH", "JANE", LATER),
        ("Smíth", "Jane", LATER),
        ("Smith", "Carla", BORN),
        ("Smiht", "Carla", BORN),
        ("Smyth", "Carla", BORN),
    ],
)
def test_the_same_name_or_a_near_one_and_the_same_birth_date_is_taken_for_another(
    family: str, given: str, born: date
) -> None:
    site = SiteFactory.create()
    one, other = patient(site, "Smith", "Jane", BORN), patient(site, family, given, born)
    assert alike_to(one) == (other,)
    assert alike_to(other) == (one,)
    assert has_alike(one)
    assert has_alike(other)


@pytest.mark.parametrize(
    ("family", "given", "born"),
    [
        ("Smith", "Janet", LATER),
        ("Smith", "Carla", LATER),
        ("Smithson", "Jane", LATER),
        ("Smith", "", LATER),
        ("Jane", "Smith", LATER),
        ("Brown", "Jane", BORN),
    ],
)
def test_another_name_is_not(family: str, given: str, born: date) -> None:
    site = SiteFactory.create()
    one = patient(site, "Smith", "Jane", BORN)
    patient(site, family, given, born)
    assert alike_to(one) == ()
    assert not has_alike(one)


def test_of_those_with_one_name_alone_the_same_are_found_among_many_of_that_family() -> None:
    site = SiteFactory.create()
    one, other = patient(site, "Sari", "", BORN), patient(site, "Sari", "")
    for number in range(30):
        patient(site, "Sari", f"Given{number}")
    assert alike_to(one) == (other,)


def test_the_only_one_is_found_also_behind_the_first_who_are_looked_at(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    site = SiteFactory.create()
    one = patient(site, "Sari", "", BORN)
    for number in range(FIRST):
        patient(site, "Sari", f"Given{number}")
    with django_assert_num_queries(2):
        assert not has_alike(one)
    patient(site, "Sari", "")
    assert has_alike(one)
    two = patient(site, "Moreau", "Ada", BORN)
    for _ in range(FIRST + 1):
        patient(site, "Moreau", "Ada", BORN)
    with django_assert_num_queries(1):
        assert has_alike(two)


def test_no_one_of_another_site_is_looked_at() -> None:
    one = patient(SiteFactory.create(), "Smith", "Jane", BORN)
    patient(SiteFactory.create(), "Smith", "Jane", BORN)
    assert alike_to(one) == ()


def test_both_are_looked_for_by_an_index_each() -> None:
    site = SiteFactory.create()
    for number in range(300):
        born = BORN + timedelta(days=number)
        patient(site, f"Family{number}", "Jane", born)
    query = born_or_named([site.pk, site.pk], BORN, *stretch(" smith jane")).query
    sql, params = query.sql_with_params()
    explained = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ANALYZE")
        cursor.execute(f"{explained} {sql}", params)
        plan = str(cursor.fetchall())
    assert "patient_by_birth" in plan
    assert "patient_by_search" in plan
