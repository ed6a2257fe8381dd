"""The beginning of a real clinic: a site, its first administrator, and protocols to plan under."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from clinic.models import Membership, Site, Staff, TrailEntry
from clinic.sites import SiteDetails
from clinic.trail.chain import ORGANISATION
from monitoring.models import SiteProtocol
from monitoring.proof.verify import verify
from tests.factories.people import SiteFactory, StaffFactory

pytestmark = pytest.mark.django_db
ADDRESS = "https://record.clinic.example"
GIVEN = {
    "server": ADDRESS,
    "name": "North Clinic",
    "time_zone": "America/Chicago",
    "administrator": "sam",
    "given": "Sam",
    "family": "Wright",
}


def open_site(**given: Any) -> str:
    out = StringIO()
    call_command("open_site", stdout=out, **(GIVEN | given))
    return out.getvalue()


def link_in(printed: str) -> str:
    lines = printed.splitlines()
    link = next(line for line in lines if line.startswith(ADDRESS))
    return link.removeprefix(ADDRESS)


def test_the_first_administrator_chooses_a_password_and_invites_the_others() -> None:
    link = link_in(open_site())
    client, words = Client(), "correct horse battery"
    assert client.post(link, {"new_password1": words, "new_password2": words}).status_code == 302
    assert client.post("/sign-in/", {"login": "sam", "password": words}).status_code == 302
    # A second factor is needed before anything else.
    assert client.get("/staff/")["Location"] == "/account/"
    Site.objects.update(requires_second_factor=False)
    assert client.get("/staff/invite/").status_code == 200


def test_the_link_is_whole_and_says_what_comes_next(settings: Settings) -> None:
    settings.CSRF_TRUSTED_ORIGINS = ["https://from.settings.example"]
    assert "\nhttps://from.settings.example/invitation/" in open_site(server="")
    settings.CSRF_TRUSTED_ORIGINS, settings.SESSION_COOKIE_SECURE = [], True
    settings.ALLOWED_HOSTS = ["127.0.0.1", "hosts.example"]
    printed = open_site(server="", name="South", administrator="sue")
    assert "\nhttps://hosts.example/invitation/" in printed
    assert "second factor" in printed
    settings.ALLOWED_HOSTS, settings.SESSION_COOKIE_SECURE = ["127.0.0.1", "localhost"], False
    printed = open_site(server="", name="East", administrator="ed")
    assert "\nhttp://localhost:8000/invitation/" in printed


def test_it_takes_everything_that_the_page_of_the_site_takes() -> None:
    given: dict[str, Any] = {
        "rems_site_id": "S-17",
        "certified_on": date(2026, 1, 5),
        "certified_until": date(2028, 1, 4),
        "inpatient": True,
        "address": "1 Main Street",
        "address_2": "Suite 4",
        "city": "Springfield",
        "state": "IL",
        "postal_code": "62701",
        "phone": "217-555-0100",
        "paper_size": "a4",
        "asks_witness": True,
        "watch_limit": 3,
    }
    open_site(**given)
    site = Site.objects.get()
    renamed = {
        "certified_on": "rems_certified_on",
        "certified_until": "rems_certified_until",
        "inpatient": "is_inpatient",
    }
    found = {name: getattr(site, renamed.get(name, name)) for name in given}
    assert found == given
    assert {renamed.get(name, name) for name in given} | {"name", "time_zone"} == {
        f.name for f in fields(SiteDetails)
    }


def test_a_session_can_be_planned_there() -> None:
    open_site()
    keys = SiteProtocol.objects.filter(site__name="North Clinic").values_list("version__key")
    assert {key for (key,) in keys} == {"spravato-us", "ketamine-iv"}


def test_a_site_of_another_country_names_its_protocols() -> None:
    open_site(protocol=["spravato-eu"])
    keys = SiteProtocol.objects.filter(site__name="North Clinic").values_list("version__key")
    assert {key for (key,) in keys} == {"spravato-eu"}


def test_a_new_site_asks_for_a_second_factor_and_has_one_administrator() -> None:
    open_site()
    site = Site.objects.get()
    assert site.requires_second_factor
    assert site.time_zone == "America/Chicago"
    role = Membership.objects.get(site=site)
    assert (role.role, role.staff.username) == ("administrator", "sam")
    assert not role.staff.has_usable_password()


def test_all_of_it_is_told_and_verifies() -> None:
    open_site()
    sam = Staff.objects.get()
    verbs = TrailEntry.objects.order_by("chain", "seq").values_list("chain", "verb")
    assert [verb for chain, verb in verbs if chain == sam.pk] == ["open_site"]
    assert "open_site" in [verb for chain, verb in verbs if chain == ORGANISATION]
    assert verify().problems == []


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": "north clinic"}, "site with this name exists"),
        ({"administrator": "TAKEN"}, "this user name"),
        ({"administrator": "not a name"}, "valid username"),
        ({"administrator": ""}, "valid username"),
        ({"time_zone": "Mars/North"}, "not a time zone"),
        ({"family": "  "}, "Give a name"),
        ({"name": "  "}, "Give a name"),
        ({"certified_on": date(2026, 1, 5)}, "REMS site id"),
        ({"certified_until": date(2026, 1, 5)}, "certified-on"),
        (
            {
                "rems_site_id": "S-17",
                "certified_on": date(2026, 1, 5),
                "certified_until": date(2026, 1, 4),
            },
            "ends before it begins",
        ),
    ],
)
def test_what_cannot_be_done_changes_nothing(wrong: dict[str, Any], words: str) -> None:
    SiteFactory.create(name="North clinic" if "name" in wrong else "South Clinic")
    StaffFactory.create(username="taken")
    entries = TrailEntry.objects.count()
    with pytest.raises(CommandError, match=words):
        open_site(**wrong)
    assert Site.objects.count() == 1
    assert Staff.objects.count() == 1
    assert TrailEntry.objects.count() == entries
