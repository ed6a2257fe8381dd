"""The beginning of a real clinic: a site, its first administrator, and protocols to plan under."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from clinic.models import Membership, Site, Staff
from monitoring.models import SiteProtocol, TrailEntry
from monitoring.trail.chain import PLACE
from monitoring.trail.verify import verify
from tests.factories.place import SiteFactory, StaffFactory

pytestmark = pytest.mark.django_db
GIVEN = {
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
    return next(line for line in printed.splitlines() if line.startswith("/invitation/"))


def test_the_first_administrator_chooses_a_password_and_invites_the_others() -> None:
    link = link_in(open_site())
    client, words = Client(), "correct horse battery"
    assert client.post(link, {"new_password1": words, "new_password2": words}).status_code == 302
    assert client.post("/sign-in/", {"login": "sam", "password": words}).status_code == 302
    # A second factor is needed before anything else.
    assert client.get("/staff/")["Location"] == "/account/"
    Site.objects.update(requires_second_factor=False)
    assert client.get("/staff/invite/").status_code == 200


def test_a_session_can_be_planned_there() -> None:
    open_site()
    keys = SiteProtocol.objects.filter(site__name="North Clinic").values_list("version__key")
    assert {key for (key,) in keys} == {"spravato-us", "ketamine-iv"}


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
    assert [verb for chain, verb in verbs if chain == sam.pk] == ["add_person", "grant_role"]
    assert "change_site" in [verb for chain, verb in verbs if chain == PLACE]
    assert verify().problems == []


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": "north clinic"}, "site of this name"),
        ({"administrator": "TAKEN"}, "this user name"),
        ({"administrator": "not a name"}, "valid username"),
        ({"administrator": ""}, "valid username"),
        ({"time_zone": "Mars/North"}, "not a time zone"),
        ({"family": "  "}, "Give a name"),
    ],
)
def test_what_cannot_be_done_changes_nothing(wrong: dict[str, str], words: str) -> None:
    SiteFactory(name="North clinic" if "name" in wrong else "South Clinic")
    StaffFactory(username="taken")
    entries = TrailEntry.objects.count()
    with pytest.raises(CommandError, match=words):
        open_site(**wrong)
    assert Site.objects.count() == 1
    assert Staff.objects.count() == 1
    assert TrailEntry.objects.count() == entries
