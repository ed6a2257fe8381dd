"""A site is amended by its administrator, whole, and the trail says so."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from clinic import actions
from clinic.models import Site, Staff, TrailEntry
from clinic.refusal import NotAllowed, Refused
from clinic.sites import SiteDetails
from clinic.trail.chain import ORGANISATION
from monitoring.proof.verify import verify
from tests.clock import TestClock
from tests.factories.people import SiteFactory, person
from tests.factories.visits import planned

pytestmark = pytest.mark.django_db
DETAILS = SiteDetails(
    name="North Clinic",
    time_zone="America/Chicago",
    rems_site_id="S-17",
    rems_certified_on=date(2026, 1, 5),
    rems_certified_until=date(2028, 1, 4),
    is_inpatient=True,
    address="1 Main Street",
    address_2="Suite 4",
    city="Springfield",
    state="IL",
    postal_code="62701",
    phone="217-555-0100",
    paper_size="a4",
)


@pytest.fixture
def site() -> Site:
    return SiteFactory.create(name="North Clinic", time_zone="America/Chicago")


@pytest.fixture
def samuel(site: Site) -> Staff:
    return person(site, "administrator")


def told() -> int:
    return TrailEntry.objects.filter(chain=ORGANISATION, verb="amend_site").count()


def test_everything_of_a_site_is_amended_at_once_and_told(site: Site, samuel: Staff) -> None:
    actions.amend_site(samuel, site, DETAILS)
    site.refresh_from_db()
    assert {name: getattr(site, name) for name in asdict(DETAILS)} == asdict(DETAILS)
    entry = TrailEntry.objects.filter(chain=ORGANISATION).latest("seq")
    (row,) = json.loads(entry.payload)["rows"]["site"].values()
    assert (row["rems_certified_until"], row["address_2"]) == ("2028-01-04", "Suite 4")
    assert verify().problems == []


def test_what_changes_nothing_is_not_told(site: Site, samuel: Staff) -> None:
    actions.amend_site(samuel, site, DETAILS)
    before = told()
    actions.amend_site(samuel, site, DETAILS)
    assert told() == before


@pytest.mark.parametrize("role", ["nurse", "clinician", "auditor", "emergency"])
def test_only_an_administrator_amends_it(site: Site, role: str) -> None:
    with pytest.raises(NotAllowed):
        actions.amend_site(person(site, role), site, DETAILS)


def test_the_administrator_of_another_site_does_not(site: Site) -> None:
    with pytest.raises(NotAllowed):
        actions.amend_site(person(SiteFactory.create(), "administrator"), site, DETAILS)


@pytest.mark.parametrize(
    ("wrong", "code", "field"),
    [
        ({"name": " "}, "site_name", "name"),
        ({"name": "TAKEN"}, "site_taken", "name"),
        ({"time_zone": "Mars/North"}, "time_zone", "time_zone"),
        ({"rems_site_id": ""}, "rems_site_id", "rems_site_id"),
        ({"rems_certified_on": None}, "certified_on", "rems_certified_on"),
        ({"rems_certified_until": date(2026, 1, 4)}, "certified_until", "rems_certified_until"),
    ],
)
def test_what_no_site_can_be_is_refused_at_its_field(
    site: Site, samuel: Staff, wrong: dict[str, Any], code: str, field: str
) -> None:
    SiteFactory.create(name="Taken")
    before = told()
    with pytest.raises(Refused, match=code) as refused:
        actions.amend_site(samuel, site, replace(DETAILS, **wrong))
    assert refused.value.messages[0].field == field
    assert told() == before


def test_the_database_refuses_a_certification_that_ends_before_it_begins(site: Site) -> None:
    for on in (date(2026, 1, 5), None):
        with pytest.raises(IntegrityError), transaction.atomic():
            Site.objects.filter(pk=site.pk).update(
                rems_certified_on=on, rems_certified_until=date(2026, 1, 4)
            )


def test_the_time_zone_is_fixed_once_a_session_was_planned(clock: TestClock) -> None:
    site = SiteFactory.create(time_zone="America/New_York")
    samuel = person(site, "administrator")
    here = replace(DETAILS, time_zone="America/Denver")
    actions.amend_site(samuel, site, here)
    planned(clock, site=site)
    actions.amend_site(samuel, site, replace(here, phone="555 0199"))
    with pytest.raises(Refused, match="time_zone_fixed"):
        actions.amend_site(samuel, site, replace(here, time_zone="America/Chicago"))
    site.refresh_from_db()
    assert (site.time_zone, site.phone) == ("America/Denver", "555 0199")
