"""The organisation and its people: how they read, and what the database refuses."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from clinic.models import check_time_zone
from tests.factories.people import MembershipFactory, SiteFactory, StaffFactory, person

pytestmark = pytest.mark.django_db


def test_a_site_keeps_its_own_time() -> None:
    site = SiteFactory.create(time_zone="America/New_York")
    noon = datetime(2026, 3, 10, 16, tzinfo=UTC)
    assert f"{noon.astimezone(site.tz):%H:%M}" == "12:00"
    assert str(site) == site.name


def test_a_time_zone_is_one_that_exists() -> None:
    check_time_zone("Europe/London")
    with pytest.raises(ValidationError):
        check_time_zone("Mars/Olympus")
    with pytest.raises(ValidationError):
        SiteFactory.build(time_zone="Mars/Olympus").full_clean()


@pytest.mark.parametrize(
    ("given", "printed"),
    [
        ({"first_name": "Rosa", "last_name": "Delgado", "credentials": "RN"}, "Rosa Delgado, RN"),
        ({"first_name": "Rosa", "last_name": "Delgado", "credentials": ""}, "Rosa Delgado"),
        (
            {"username": "rdelgado", "first_name": "", "last_name": "", "credentials": "MD"},
            "rdelgado, MD",
        ),
    ],
)
def test_a_signature_prints_name_and_credentials(given: dict[str, str], printed: str) -> None:
    assert StaffFactory.build(**given).printed_name == printed


def test_a_role_is_held_once_at_a_site() -> None:
    site = SiteFactory.create()
    nurse = person(site, "nurse")
    with pytest.raises(IntegrityError), transaction.atomic():
        MembershipFactory.create(staff=nurse, site=site, role="nurse")
    MembershipFactory.create(staff=nurse, site=site, role="clinician")
    MembershipFactory.create(staff=nurse, site=SiteFactory.create(), role="nurse")
    assert nurse.memberships.count() == 3


@pytest.mark.parametrize("role", ["", "superuser", "Nurse"])
def test_no_role_is_made_up(role: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        MembershipFactory.create(role=role)


def test_a_membership_reads_as_who_is_what_where() -> None:
    membership = MembershipFactory.build(
        staff__username="rosa", site__name="North", role="clinician"
    )
    assert str(membership) == "rosa, clinician at North"


def test_two_sites_do_not_share_a_name() -> None:
    SiteFactory.create(name="North")
    with pytest.raises(IntegrityError), transaction.atomic():
        SiteFactory.create(name="North")
