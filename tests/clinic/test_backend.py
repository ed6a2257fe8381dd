"""A person comes with roles and sites in one query a request."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.conf import settings
from pytest_django import DjangoAssertNumQueries

from clinic.access import Permission, may
from clinic.signin.backend import PrefetchingBackend
from tests.factories.logged import save
from tests.factories.people import MembershipFactory, SiteFactory, StaffFactory, person

pytestmark = pytest.mark.django_db


def test_it_is_the_one_that_signs_people_in() -> None:
    assert settings.AUTHENTICATION_BACKENDS == ["clinic.signin.backend.PrefetchingBackend"]


@pytest.mark.parametrize("roles", [1, 4])
def test_person_roles_and_sites_cost_one_query_however_many(
    django_assert_num_queries: DjangoAssertNumQueries, roles: int
) -> None:
    staff = StaffFactory.create()
    sites = [MembershipFactory.create(staff=staff).site for _ in range(roles)]
    with django_assert_num_queries(1):
        found = PrefetchingBackend().get_user(staff.pk)
        assert found == staff
        assert {m.site.name for m in found.memberships.all()} == {s.name for s in sites}
        assert all(may(found, Permission.RECORD_READING, site) for site in sites)


def test_roles_are_of_this_person_alone() -> None:
    site = SiteFactory.create()
    nurse = person(site, "nurse")
    person(site, "clinician")
    found = PrefetchingBackend().get_user(nurse.pk)
    assert found is not None
    assert [m.role for m in found.memberships.all()] == ["nurse"]


def test_a_person_without_a_role_is_loaded_with_none() -> None:
    staff = StaffFactory.create()
    found = PrefetchingBackend().get_user(staff.pk)
    assert found == staff
    assert list(found.memberships.all()) == []


@pytest.mark.parametrize("has_role", [True, False])
def test_a_person_who_was_deactivated_is_not_loaded(has_role: bool) -> None:
    staff = person(SiteFactory.create(), "nurse") if has_role else StaffFactory.create()
    staff.is_active = False
    save(staff)
    assert PrefetchingBackend().get_user(staff.pk) is None


def test_no_one_is_loaded_for_an_unknown_id() -> None:
    assert PrefetchingBackend().get_user(uuid4()) is None
