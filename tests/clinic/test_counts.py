"""Several counts by one statement."""

from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from clinic.models import Membership, Staff
from clinic.models.counts import counts
from tests.factories.people import SiteFactory, person

pytestmark = pytest.mark.django_db


def test_each_query_is_counted_as_by_itself_and_all_by_one_statement(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    site = SiteFactory.create()
    for role in ("nurse", "nurse", "clinician"):
        person(site, role)
    person(SiteFactory.create(), "nurse")
    here = Membership.objects.filter(site=site)
    found = {
        "memberships": here.filter(role="nurse")
        .select_related("staff")
        .order_by("staff__last_name"),
        "none": Staff.objects.none(),
        "everyone": Staff.objects.filter(memberships__in=here),
    }
    with django_assert_num_queries(1):
        told = counts(site, found)
    assert told == {name: rows.count() for name, rows in found.items()}
    assert told == {"memberships": 2, "none": 0, "everyone": 3}
