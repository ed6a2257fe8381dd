"""Shared tablets: who may enrol and revoke them, and what knows them again."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from clinic import actions, shift
from clinic.ids import uuid7
from clinic.models import Membership, Site, Staff, Tablet, TrailEntry
from clinic.refusal import NotAllowed, Refused
from clinic.trail.chain import ORGANISATION
from monitoring.proof.verify import verify
from tests.clock import TestClock
from tests.factories.logged import insert
from tests.factories.people import (
    PASSWORD,
    PIN,
    ShiftFactory,
    SiteFactory,
    TabletFactory,
    on_tablet,
    person,
    tablet_cookie,
    tablet_cookies,
)

pytestmark = pytest.mark.django_db
BOARD = "/"


@pytest.fixture
def site() -> Site:
    return SiteFactory.create()


@pytest.fixture
def samuel(site: Site) -> Staff:
    return person(site, "administrator")


def enrol(by: Staff, site: Site, name: str = "Room 2") -> Tablet:
    return actions.enrol_tablet(by, site, name=name, device="some-browser")


def test_an_administrator_enrols_a_tablet_and_the_trail_says_so(samuel: Staff, site: Site) -> None:
    made = enrol(samuel, site)
    assert (made.site, made.enrolled_by, made.device) == (site, samuel, "some-browser")
    told = TrailEntry.objects.filter(chain=ORGANISATION).latest("seq")
    assert told.verb == "enrol_tablet"
    assert str(made.pk) in told.payload


def test_two_tablets_in_use_do_not_share_a_name(samuel: Staff, site: Site) -> None:
    first = enrol(samuel, site, "Room 2")
    with pytest.raises(Refused, match="tablet_name_taken"):
        enrol(samuel, site, "room 2")
    actions.revoke_tablet(samuel, site, first.pk)
    assert enrol(samuel, site, "Room 2").pk != first.pk
    elsewhere = SiteFactory.create()
    assert enrol(person(elsewhere, "administrator"), elsewhere, "Room 2")


@pytest.mark.parametrize("role", ["nurse", "clinician", "auditor"])
def test_no_one_else_enrols_or_revokes(site: Site, role: str) -> None:
    staff, kept = person(site, role), TabletFactory.create(site=site)
    with pytest.raises(NotAllowed):
        enrol(staff, site)
    with pytest.raises(NotAllowed):
        actions.revoke_tablet(staff, site, kept.pk)


def test_an_administrator_of_another_site_does_not_find_the_tablet(samuel: Staff) -> None:
    other = TabletFactory.create()
    with pytest.raises(NotAllowed):
        actions.revoke_tablet(samuel, samuel.memberships.get().site, other.pk)
    with pytest.raises(NotAllowed):
        actions.revoke_tablet(samuel, other.site, other.pk)


def test_revoking_ends_the_shifts_and_is_told_once(samuel: Staff, site: Site) -> None:
    kept = TabletFactory.create(site=site)
    rosa = ShiftFactory.create(tablet=kept).staff
    first = actions.revoke_tablet(samuel, site, kept.pk)
    again = actions.revoke_tablet(samuel, site, kept.pk)
    assert again.revoked_at == first.revoked_at
    assert TrailEntry.objects.filter(chain=ORGANISATION, verb="revoke_tablet").count() == 1
    with pytest.raises(shift.Wrong):
        actions.try_pin(kept, rosa.pk, PIN)
    assert [p for p in verify().problems if "tablet" in p.words.lower()] == []


def test_a_revoked_tablet_signs_everyone_out_with_the_next_request(
    samuel: Staff, site: Site
) -> None:
    kept = TabletFactory.create(site=site)
    client = on_tablet(kept, person(site, "nurse"))
    assert client.get(BOARD).status_code == 200
    actions.revoke_tablet(samuel, site, kept.pk)
    assert client.get(BOARD, headers={"HX-Request": "true"}).status_code == 401
    answer = client.get(BOARD)
    assert answer["Location"] == "/sign-in/?next=/"
    assert client.cookies[settings.TABLET_COOKIE_NAME].value == ""


def test_a_forged_cookie_makes_no_tablet(site: Site) -> None:
    kept = TabletFactory.create(site=site)
    for forged in (str(kept.pk), f"{kept.pk}:forged", tablet_cookie(kept)[:-1] + "x", "", ":"):
        client = Client()
        client.cookies[settings.TABLET_COOKIE_NAME] = forged
        assert client.get("/lock/")["Location"].startswith("/sign-in/")


def test_a_session_of_the_tablet_is_useless_in_another_browser(site: Site) -> None:
    kept, rosa = TabletFactory.create(site=site), person(site, "nurse")
    session = on_tablet(kept, rosa).cookies[settings.SESSION_COOKIE_NAME].value
    for browser in (Client(), on_tablet(TabletFactory.create(site=site))):
        browser.cookies[settings.SESSION_COOKIE_NAME] = session
        assert browser.get(BOARD).status_code == 302


def test_on_a_tablet_one_works_at_its_site_unless_another_is_chosen(site: Site) -> None:
    rosa = person(SiteFactory.create(name="AAA, first by name"), "nurse")
    insert(Membership(staff=rosa, site=site, role="nurse"))
    client = on_tablet(TabletFactory.create(site=site), rosa)
    assert client.get(BOARD).context["site"] == site


def test_when_it_was_last_seen_is_kept_to_the_minute(site: Site, clock: TestClock) -> None:
    kept = TabletFactory.create(site=site)
    client, began = on_tablet(kept), kept.last_seen_at
    for minutes, expected in ((0.9, 0), (0.2, 1.1), (1, 1.1), (0.1, 2.2)):
        clock.forward(minutes=minutes)
        client.get("/lock/")
        kept.refresh_from_db()
        assert (kept.last_seen_at - began).total_seconds() == pytest.approx(60 * expected)


def test_the_trail_does_not_grow_with_being_seen(site: Site, clock: TestClock) -> None:
    kept = TabletFactory.create(site=site)
    before = TrailEntry.objects.count()
    clock.forward(minutes=30)
    on_tablet(kept).get("/lock/")
    assert TrailEntry.objects.count() == before


def browser(cookies: dict[str, str]) -> Client:
    client = Client()
    for name, value in cookies.items():
        client.cookies[name] = value
    return client


def is_tablet(client: Client) -> bool:
    request: Any = client.get("/lock/").wsgi_request
    return request.tablet is not None


@pytest.fixture
def wall_clock(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The time by which cookies are signed, moved by days."""

    now = time.time()

    def move(days: float) -> None:
        monkeypatch.setattr("django.core.signing.time.time", lambda: now + days * 24 * 3600)

    return move


def test_the_cookie_of_a_tablet_ends_on_the_server(site: Site, wall_clock: Any) -> None:
    cookies = tablet_cookies(TabletFactory.create(site=site))
    for days, is_one in ((0, True), (29, True), (31, False), (3650, False)):
        wall_clock(days)
        assert is_tablet(browser(cookies)) is is_one, days


def test_a_tablet_in_use_never_ends_and_a_copy_of_its_cookie_does(
    site: Site, wall_clock: Any
) -> None:
    kept = TabletFactory.create(site=site)
    client, copy = on_tablet(kept), tablet_cookies(kept)
    renewed = []
    for days in (0, 0.5, 2, 2, 30, 45, 76, 100):
        wall_clock(days)
        before = client.cookies[settings.TABLET_COOKIE_NAME].value
        assert is_tablet(client) is (days <= 45)
        renewed.append(client.cookies[settings.TABLET_COOKIE_NAME].value != before)
    assert renewed[:6] == [False, False, True, False, True, True]
    assert not is_tablet(browser(copy))


def test_a_copy_in_another_browser_is_no_tablet(site: Site) -> None:
    kept, other = TabletFactory.create(site=site), TabletFactory.create(site=site)
    alone = {settings.TABLET_COOKIE_NAME: tablet_cookie(kept)}
    beside_another = tablet_cookies(other) | alone
    for cookies in (alone, beside_another):
        client = browser(cookies)
        assert not is_tablet(client)
        assert client.cookies[settings.TABLET_COOKIE_NAME].value == ""


def test_a_tablet_that_no_one_uses_for_a_month_is_none(site: Site, clock: TestClock) -> None:
    kept = TabletFactory.create(site=site)
    client = on_tablet(kept)
    for days, is_one in ((29, True), (29, True), (31, False)):
        clock.forward(minutes=days * 24 * 60)
        assert is_tablet(client) is is_one


def test_a_copy_of_a_revoked_tablet_is_none(site: Site, samuel: Staff) -> None:
    kept = TabletFactory.create(site=site)
    actions.revoke_tablet(samuel, site, kept.pk)
    assert not is_tablet(browser(tablet_cookies(kept)))


def test_a_revoked_tablet_is_enrolled_anew_in_the_same_browser(site: Site, samuel: Staff) -> None:
    kept = TabletFactory.create(site=site)
    client = browser(tablet_cookies(kept))
    client.force_login(samuel)
    client.post("/account/confirm/", {"password": PASSWORD})
    actions.revoke_tablet(samuel, site, kept.pk)
    client.post("/tablets/enrol/", {"id": str(uuid7()), "name": "Anew"})
    client.post("/sign-out/")
    assert is_tablet(client)
