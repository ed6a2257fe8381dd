"""The page of the site, and what a new site still needs before its first dose."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from clinic.ids import uuid7
from clinic.models import Membership, Site, Staff
from monitoring.web.presenters import first_run
from tests.clock import TestClock
from tests.factories.logged import insert, save
from tests.factories.people import SiteFactory, TabletFactory, person
from tests.factories.record import PatientFactory
from tests.factories.visits import dosed, planned, predosed

pytestmark = pytest.mark.django_db
Signer = Callable[..., Client]
PAGE = "/site/details/"
GIVEN = {
    "name": "North Clinic",
    "time_zone": "America/Chicago",
    "is_inpatient": "no",
    "asks_witness": "no",
    "rems_site_id": "S-17",
    "rems_certified_on": "2026-01-05",
    "rems_certified_until": "2028-01-04",
    "address": "1 Main Street",
    "address_2": "Suite 4",
    "city": "Springfield",
    "state": "IL",
    "postal_code": "62701",
    "phone": "217-555-0100",
    "paper_size": "a4",
    "watch_limit": "3",
}


@pytest.fixture
def site() -> Site:
    return SiteFactory.create(rems_certified_on=None)


@pytest.fixture
def samuel(site: Site) -> Staff:
    return person(site, "administrator", first_name="Samuel", last_name="Wright")


def send(client: Client, **given: str) -> Any:
    return client.post(PAGE, {"id": str(uuid7()), **GIVEN, **given})


def test_the_page_amends_the_site_and_shows_its_trail(
    site: Site, samuel: Staff, signed_in: Signer
) -> None:
    client = signed_in(samuel)
    assert send(client)["Location"] == PAGE
    site.refresh_from_db()
    assert (site.rems_certified_on, site.rems_certified_until) == (
        date(2026, 1, 5),
        date(2028, 1, 4),
    )
    assert (site.address_2, site.paper_size, site.is_inpatient) == ("Suite 4", "a4", False)
    shown = client.get(PAGE).content.decode()
    assert "Site changed" in shown
    assert "REMS site id: S-17" in shown
    assert "second factor" not in shown.split("Site changed")[1].split("Site opened")[0]
    assert "None" not in shown
    assert "Samuel Wright" in shown
    assert 'value="S-17"' in shown
    assert 'value="05-Jan-2026"' in shown


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({"name": ""}, "name", "Enter this."),
        ({"rems_certified_on": "31.12."}, "rems_certified_on", "Enter a date"),
        ({"rems_certified_until": "2026-01-04"}, "rems_certified_until", "not before"),
        ({"rems_site_id": ""}, "rems_site_id", "REMS site id"),
        ({"is_inpatient": ""}, "is_inpatient", "Choose yes or no."),
        ({"asks_witness": ""}, "asks_witness", "Choose yes or no."),
        ({"time_zone": "Mars/North"}, "time_zone", ""),
        ({"paper_size": ""}, "paper_size", "Choose a paper size."),
        ({"watch_limit": ""}, "watch_limit", "Enter a number from 1 to 4."),
        ({"watch_limit": "0"}, "watch_limit", "Enter a number from 1 to 4."),
        ({"watch_limit": "5"}, "watch_limit", "Enter a number from 1 to 4."),
        ({"phone": "5" * 41}, "phone", "40"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(
    samuel: Staff, signed_in: Signer, wrong: dict[str, str], field: str, words: str
) -> None:
    answer = send(signed_in(samuel), **wrong)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert words in answer.context["form"].errors[field][0]
    assert 'value="Suite 4"' in answer.content.decode()


def test_the_page_says_when_the_time_zone_is_fixed(clock: TestClock, signed_in: Signer) -> None:
    visit = planned(clock)
    client = signed_in(person(visit.site, "administrator"))
    assert "fixed: sessions were planned here" in client.get(PAGE).content.decode()
    assert send(client, time_zone="America/Denver").status_code == 302
    visit.site.refresh_from_db()
    assert (visit.site.time_zone, visit.site.phone) == ("America/New_York", "217-555-0100")


# What a new site still needs


def missing(site: Site, by: Staff) -> list[str]:
    """The pages that the steps lead to which are not done."""
    return [s.href for s in first_run.steps(site, by) if not s.is_done]


def test_each_step_leads_to_what_closes_it_and_closes_with_it(site: Site, samuel: Staff) -> None:
    Site.objects.filter(pk=site.pk).update(requires_second_factor=True)
    site.refresh_from_db()
    left = [
        "/account/", PAGE, PAGE, "/staff/invite/", "/staff/invite/", "/protocols/", "/tablets/",
        "/patients/",
    ]  # fmt: skip
    assert missing(site, samuel) == left
    Authenticator.objects.create(user=samuel, type="totp", data={})
    assert missing(site, samuel) == left[1:]
    site.rems_certified_on = date(2026, 1, 5)
    assert missing(site, samuel) == left[2:]
    for name in ("address", "city", "state", "postal_code", "phone"):
        assert missing(site, samuel) == left[2:]
        setattr(site, name, "x")
    assert missing(site, samuel) == left[3:]
    person(site, "clinician")
    assert missing(site, samuel) == left[4:]
    person(site, "nurse")
    assert missing(site, samuel) == left[5:]


def test_who_was_invited_and_has_not_come_yet_is_named(site: Site, samuel: Staff) -> None:
    invited = person(site, "clinician", first_name="Mei", last_name="Chen")
    invited.set_unusable_password()
    save(invited)
    step = next(s for s in first_run.steps(site, samuel) if "clinician" in s.words)
    assert "Mei Chen, RN has not used the link yet" in step.words
    assert (step.href, step.is_done) == ("/staff/", False)


def test_the_list_is_gone_once_nothing_that_is_needed_is_missing(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = predosed(clock, site=complete())
    client = signed_in(person(visit.site, "administrator"))
    person(visit.site, "nurse")
    for page in (PAGE, "/sessions/"):
        assert "What this site still needs" not in client.get(page).content.decode()
    Site.objects.update(phone="")
    for page in (PAGE, "/sessions/"):
        assert "What this site still needs" in client.get(page).content.decode()


def test_it_comes_back_when_the_certification_ends(clock: TestClock, signed_in: Signer) -> None:
    visit = dosed(clock, site=complete())
    client = signed_in(person(visit.site, "administrator"))
    assert "What this site still needs" not in client.get("/sessions/").content.decode()
    Site.objects.update(rems_certified_until=date(2026, 3, 9))
    assert [s.is_done for s in client.get("/sessions/").context["steps"]] == [False, True]


def test_an_inpatient_setting_needs_no_certification(site: Site, samuel: Staff) -> None:
    site.is_inpatient = True
    assert missing(site, samuel)[:2] == ["/account/", PAGE]
    assert "no REMS certification" in first_run.steps(site, samuel)[1].words


def test_a_tablet_is_optional(site: Site, samuel: Staff) -> None:
    step = next(s for s in first_run.steps(site, samuel) if "tablet" in s.words)
    assert (step.is_done, step.is_optional) == (False, True)
    TabletFactory.create(site=site)
    assert next(s for s in first_run.steps(site, samuel) if "tablet" in s.words).is_done
    PatientFactory.create(site=site)
    assert first_run.steps(site, samuel)[-1].is_done


@pytest.mark.parametrize("role", ["nurse", "clinician", "auditor"])
def test_only_administrators_are_shown_the_list(site: Site, signed_in: Signer, role: str) -> None:
    start = "/sessions/" if role == "auditor" else "/"
    shown = signed_in(person(site, role)).get(start).content.decode()
    assert "What this site still needs" not in shown


def complete() -> Site:
    return SiteFactory.create(
        address="1 Main Street", city="Springfield", state="IL", postal_code="62701", phone="555"
    )


# What stands before the dose


def test_the_item_before_the_dose_leads_to_the_page_or_to_an_administrator(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = predosed(clock, site=SiteFactory.create(rems_certified_until=date(2026, 3, 9)))
    path = f"/sessions/{visit.id}/"
    for where in (path, f"{path}dose/"):
        shown = signed_in(visit.nurse).get(where).content.decode()
        assert "not certified under REMS today: ask an administrator" in shown
        assert PAGE not in shown
    insert(Membership(staff=visit.nurse, site=visit.site, role="administrator"))
    for where in (path, f"{path}dose/"):
        shown = signed_in(visit.nurse).get(where).content.decode()
        assert f'<a href="{PAGE}">The site is not certified under REMS today</a>' in shown
