"""A query whose SQL is made once asks for the same rows as one that is made anew."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from uuid import UUID

import pytest
from django.db import connections
from django.db.models import QuerySet
from pytest_django import DjangoAssertNumQueries

from clinic.ids import uuid7
from clinic.models import Membership, Site
from clinic.models.constant import Constant
from monitoring.models import Patient
from tests.factories.logged import save
from tests.factories.people import SiteFactory, StaffFactory, person
from tests.factories.record import PatientFactory


def _memberships(sites: list[UUID]) -> QuerySet[Membership]:
    return Membership.objects.filter(site_id__in=sites).select_related("site", "staff")


def _sites(ids: list[UUID]) -> QuerySet[Site]:
    return Site.objects.filter(pk__in=ids).order_by("name")


@pytest.mark.django_db
@pytest.mark.parametrize("number", [1, 2, 3, 5])
def test_it_finds_what_the_query_would_find(
    number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    sites = [SiteFactory.create() for _ in range(5)]
    people = {site.pk: person(site, "nurse") for site in sites}
    asked = Constant(_memberships)
    for _again in range(2):
        wanted = [site.pk for site in sites[:number]]
        with django_assert_num_queries(1):
            found = asked.rows(wanted)
            # What was joined is there without another question.
            assert {(m.site.name, m.staff.username) for m in found} == {
                (site.name, people[site.pk].username) for site in sites[:number]
            }
        assert sorted(m.pk for m in found) == sorted(m.pk for m in _memberships(wanted))


@pytest.mark.django_db
def test_the_query_is_made_once_for_a_number_of_ids(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    made: list[int] = []

    def sites(ids: list[UUID]) -> QuerySet[Site]:
        made.append(len(ids))
        return _sites(ids)

    asked = Constant(sites)
    here = [SiteFactory.create(name=name) for name in "DACB"]
    for wanted in (here[:1], here[1:2], here[:3], here, [*here, here[0]]):
        names = [site.name for site in asked.rows([site.pk for site in wanted])]
        assert names == sorted({site.name for site in wanted})
    assert made == [1, 4, 8]
    with django_assert_num_queries(0):
        assert asked.rows([]) == []
    assert asked.rows([uuid7()]) == []


@pytest.mark.django_db
def test_moments_days_and_texts_vary_as_the_ids_do() -> None:
    def born(sites: list[UUID], since: date, until: date, name: str) -> QuerySet[Patient]:
        found = Patient.objects.filter(site__in=sites, family_name=name)
        return found.filter(date_of_birth__gte=since, date_of_birth__lt=until).order_by("mrn")

    site, asked = SiteFactory.create(), Constant(born)
    for year in (1970, 1980, 1990):
        for name in ("Brown", "Smith"):
            PatientFactory.create(site=site, family_name=name, date_of_birth=date(year, 5, 4))
    for since, until, name in ((1970, 1981, "Brown"), (1980, 1999, "Smith"), (1999, 2000, "Smith")):
        found = asked.rows([site.pk], date(since, 1, 1), date(until, 1, 1), name)
        years = [year for year in (1970, 1980, 1990) if since <= year < until]
        assert [(p.family_name, p.date_of_birth.year) for p in found] == [(name, y) for y in years]


@pytest.mark.django_db
def test_rows_are_equal_while_nothing_of_them_changed_and_make_the_same_instance() -> None:
    site, asked = SiteFactory.create(), Constant(_memberships)
    people = {person(site, "nurse"), person(site, "clinician")}
    before, again = asked.plain([site.pk]), asked.plain([site.pk])
    assert sorted(before.rows, key=repr) == sorted(again.rows, key=repr)
    found = [asked.plain([site.pk]).instances([row])[0] for row in before.rows]
    assert {one.staff for one in found} == people
    (one,) = (one for one in found if one.role == "nurse")
    one.staff.credentials = "DNP"
    save(one.staff, "credentials")
    assert len(set(before.rows) & set(asked.plain([site.pk]).rows)) == 1


@pytest.mark.django_db
def test_a_query_that_uses_an_id_twice_is_refused() -> None:
    """The second place would keep the id that the query was first made with."""
    asked = Constant(lambda ids: Site.objects.filter(pk__in=ids) | Site.objects.filter(pk__in=ids))
    with pytest.raises(ValueError, match="too many"):
        asked.rows([uuid7()])


def test_each_thread_asks_on_its_own_connection(committed_db: None) -> None:
    site, asked = SiteFactory.create(), Constant(_sites)
    StaffFactory.create()

    def names() -> list[str]:
        try:
            return [found.name for found in asked.rows([site.pk])]
        finally:
            connections.close_all()

    assert names() == [site.name]
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(names).result() == [site.name]
