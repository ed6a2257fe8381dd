"""Several counts by one statement, whose SQL is made once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.db.models import QuerySet
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from clinic.models import Membership, Site, Staff
from clinic.models.counts import Counts
from tests.factories.people import SiteFactory, person

pytestmark = pytest.mark.django_db
NAMES = "nurses", "none", "everyone", "since yesterday", "of this month"


def queries(site: Site, now: datetime) -> dict[str, QuerySet[Any]]:
    here = Membership.objects.filter(site=site)
    yesterday, first = moments(site, now)
    return {
        "nurses": here.filter(role="nurse").select_related("staff").order_by("staff__last_name"),
        "none": Staff.objects.none(),
        "everyone": Staff.objects.filter(memberships__in=here),
        "since yesterday": here.filter(staff__date_joined__gte=yesterday),
        "of this month": here.filter(staff__date_joined__range=(first, yesterday)),
    }


def moments(site: Site, now: datetime) -> list[datetime]:
    local = now.astimezone(site.tz).replace(hour=0, minute=0, second=0, microsecond=0)
    return [local - timedelta(days=1), local.replace(day=1)]


def test_each_query_is_counted_as_by_itself_and_all_by_one_statement(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    counts = Counts(queries, moments)
    for zone, days in (("UTC", 0), ("Pacific/Auckland", 1), ("America/New_York", 8)):
        site = SiteFactory.create(time_zone=zone)
        for role in ("nurse", "nurse", "clinician"):
            person(site, role)
        now = timezone.now() + timedelta(days=days)
        with django_assert_num_queries(1):
            told = counts.told(site, now, NAMES)
        assert told == {name: rows.count() for name, rows in queries(site, now).items()}
        assert told["nurses"] == 2
        assert told["everyone"] == 3
        assert told["since yesterday"] == (3 if days < 2 else 0)
        assert counts.told(site, now, ["everyone"]) == {"everyone": 3}


def test_the_queries_are_made_for_the_first_site_alone() -> None:
    with patch(f"{__name__}.queries", wraps=queries) as made:
        counts = Counts(made, moments)
        for _ in range(3):
            counts.told(SiteFactory.create(), timezone.now(), NAMES)
    assert made.call_count == 2


@pytest.mark.parametrize(
    "varies",
    [
        lambda site, now: {"a": Membership.objects.filter(began_at__gte=now)},
        lambda site, now: {"a": Staff.objects.filter(last_name=str(site.pk))},
    ],
    ids=["a moment", "a text"],
)
def test_what_varies_otherwise_is_refused(
    varies: Callable[[Site, datetime], dict[str, QuerySet[Any]]],
) -> None:
    with pytest.raises(ValueError, match="is not in list"):
        Counts(varies, moments).told(SiteFactory.create(), timezone.now(), ["a"])
