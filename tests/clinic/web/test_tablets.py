"""The administrator's pages about shared tablets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from clinic.ids import uuid7
from clinic.models import Site, Staff, Tablet
from tests.factories.people import (
    ShiftFactory,
    SiteFactory,
    TabletFactory,
    on_tablet,
    person,
    tablet_cookie,
)

pytestmark = pytest.mark.django_db
Signer = Callable[..., Client]


@pytest.fixture
def site() -> Site:
    return SiteFactory.create()


@pytest.fixture
def samuel(site: Site) -> Staff:
    return person(site, "administrator", first_name="Sam", last_name="Wright")


@pytest.fixture
def office(samuel: Staff, signed_in: Signer) -> Client:
    return signed_in(samuel)


def enrol(client: Client, name: str = "Room 2") -> Any:
    return client.post("/tablets/enrol/", {"id": str(uuid7()), "name": name})


def test_the_browser_the_page_is_opened_in_becomes_the_tablet(
    office: Client, site: Site, samuel: Staff
) -> None:
    office.get("/tablets/")
    answer = enrol(office)
    assert answer["Location"] == "/tablets/"
    made = Tablet.objects.get()
    assert (made.name, made.site, made.enrolled_by) == ("Room 2", site, samuel)
    assert made.device == office.cookies[settings.DEVICE_COOKIE_NAME].value.split(":")[0]
    cookie = answer.cookies[settings.TABLET_COOKIE_NAME]
    assert cookie.value == tablet_cookie(made) or cookie.value.startswith(str(made.pk))
    assert cookie["httponly"]
    assert cookie["max-age"] == 30 * 24 * 3600
    page = office.get("/tablets/").content.decode()
    assert "Room 2" in page
    assert "this browser" in page
    assert 'data-idle="180"' in page


def test_the_administrators_session_belongs_to_the_tablet_from_then_on(office: Client) -> None:
    enrol(office)
    session = office.cookies[settings.SESSION_COOKIE_NAME].value
    elsewhere = Client()
    elsewhere.cookies[settings.SESSION_COOKIE_NAME] = session
    assert elsewhere.get("/tablets/").status_code == 302


def test_an_enrolled_browser_says_which_tablet_it_is(office: Client) -> None:
    enrol(office)
    page = office.get("/tablets/enrol/").content.decode()
    assert "<strong>Room 2</strong>" in page
    assert 'name="name"' not in page
    enrol(office, "Room 3")
    assert Tablet.objects.count() == 1


def test_what_is_wrong_is_said_at_the_field_and_what_was_typed_stays(
    office: Client, site: Site
) -> None:
    TabletFactory.create(site=site, name="Room 2")
    answer = enrol(office, "room 2")
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Another tablet in use has this name" in page
    assert 'value="room 2"' in page
    assert settings.TABLET_COOKIE_NAME not in answer.cookies
    assert "Enter this" in enrol(office, " ").content.decode()


def test_the_list_says_who_is_on_shift_and_what_is_revoked_and_nothing_of_another_site(
    office: Client, site: Site, samuel: Staff
) -> None:
    on_shift = ShiftFactory.create(tablet=TabletFactory.create(site=site, name="Room 2"))
    TabletFactory.create(name="Elsewhere")
    old = TabletFactory.create(site=site, name="Old tablet")
    office.post(f"/tablets/{old.pk}/revoke/", follow=True)
    page = office.get("/tablets/").content.decode()
    assert on_shift.staff.printed_name in page
    assert "Elsewhere" not in page
    assert page.index("Room 2") < page.index("Old tablet")
    assert f"/tablets/{old.pk}/revoke/" not in page


def test_revoking_says_so_and_each_change_stands_on_the_trail(office: Client) -> None:
    enrol(office)
    office.post("/tablets/" + str(Tablet.objects.get().pk) + "/revoke/")
    assert Tablet.objects.get().revoked_at is not None
    # The browser was that tablet: it is signed out.
    assert office.get("/tablets/")["Location"].startswith("/sign-in/")


def test_the_trail_names_tablet_and_person(
    office: Client, site: Site, samuel: Staff, signed_in: Signer
) -> None:
    enrol(signed_in(samuel), "Room 7")
    foreign = TabletFactory.create(name="Elsewhere")
    office.post(f"/tablets/{Tablet.objects.get(name='Room 7').pk}/revoke/")
    entries = office.get("/tablets/").context["entries"]
    assert [(told.words, told.detail) for told in entries] == [
        ("Tablet revoked", "Room 7"),
        ("Tablet enrolled", "Room 7"),
    ]
    assert {told.by for told in entries} == {samuel.printed_name}
    # Enrolled in the browser that is the tablet, revoked in another.
    assert entries[1].device == "Room 7" != entries[0].device
    assert foreign.name not in office.get("/tablets/").content.decode()


def test_a_tablet_of_another_site_is_not_found(office: Client) -> None:
    foreign = TabletFactory.create()
    assert office.post(f"/tablets/{foreign.pk}/revoke/").status_code == 404
    foreign.refresh_from_db()
    assert foreign.revoked_at is None


def test_with_no_tablet_the_page_says_how_to_begin(office: Client) -> None:
    page = office.get("/tablets/").content.decode()
    assert "Take the tablet, sign in on it, open this page there" in page


def test_the_staff_page_leads_to_the_tablets(office: Client) -> None:
    assert 'href="/tablets/"' in office.get("/staff/").content.decode()


def test_the_list_asks_no_more_with_more_tablets(
    office: Client, site: Site, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for count in (1, 6):
        for _ in range(count):
            ShiftFactory.create(tablet=TabletFactory.create(site=site))
        with django_assert_num_queries(6):
            office.get("/tablets/")


def test_a_nurse_on_the_tablet_reaches_none_of_it(site: Site) -> None:
    client = on_tablet(TabletFactory.create(site=site), person(site, "nurse"))
    assert client.get("/tablets/").status_code == 403
    assert client.get("/tablets/enrol/").status_code == 403
