"""Who is signed in, where and since when; and being signed out by an administrator."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from clinic import actions, sign_ins, tablets
from clinic.actions.sessions import begin_shift
from clinic.models import Shift, Site, Staff, Tablet, TrailEntry
from clinic.web.sign_ins import browser
from tests.clock import TestClock
from tests.factories.logged import save
from tests.factories.people import PASSWORD, SiteFactory, TabletFactory, person, visitor
from tests.factories.visits import dosed

pytestmark = pytest.mark.django_db
Signer = Callable[..., Client]
IPAD = "Mozilla/5.0 (iPad; CPU OS 17_4 like Mac OS X) AppleWebKit/605.1 Version/17.4 Safari/604.1"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/129.0 Safari/537.36"


@pytest.fixture
def site() -> Site:
    return SiteFactory.create()


@pytest.fixture
def administrator(site: Site, signed_in: Signer) -> Client:
    return signed_in(person(site, "administrator"))


def arrive(staff: Staff, agent: str = WINDOWS, **cookies: str) -> Client:
    client = Client(headers={"user-agent": agent})
    client.cookies.load(cookies)
    client.post("/sign-in/", {"login": staff.username, "password": PASSWORD})
    assert client.get("/home/").status_code in {200, 302}
    return client


def rows(administrator: Client) -> list[dict[str, Any]]:
    return list(administrator.get("/staff/sign-ins/").context["rows"])


def row_of(administrator: Client, staff: Staff) -> dict[str, Any]:
    (found,) = (r for r in rows(administrator) if r["sign_in"].staff == staff)
    return found


def test_each_session_is_listed_with_how_and_where(administrator: Client, site: Site) -> None:
    nurse = person(site, "nurse")
    arrive(nurse)
    arrive(nurse, IPAD)
    found = [r for r in rows(administrator) if r["sign_in"].staff == nurse]
    assert {r["where"] for r in found} == {"Chrome on Windows", "Safari on iPad"}
    assert {r["means"] for r in found} == {"password"}
    assert {r["sign_in"].address for r in found} == {"127.0.0.1"}


def test_a_tablet_is_named_and_so_is_who_came_back_with_a_pin(
    administrator: Client, site: Site
) -> None:
    nurse, tablet = person(site, "nurse"), TabletFactory.create(site=site, name="Room 2")
    actions.choose_pin(nurse, "295173")
    begin_shift(tablet, nurse, has_second_factor=False)
    client = Client()
    remember(client, tablet)
    body = {"staff": str(nurse.pk), "pin": "295173"}
    assert client.post("/lock/", body).status_code == 302
    row = row_of(administrator, nurse)
    assert (row["where"], row["means"]) == ("Room 2", "PIN")
    administrator.post(f"/staff/sign-ins/{row['sign_in'].id}/end/")
    assert client.get("/")["Location"].startswith("/lock/")
    assert not Shift.objects.filter(staff=nurse, ended_at=None).exists()


def remember(client: Client, tablet: Tablet) -> None:
    from django.http import HttpResponse

    answer = HttpResponse()
    tablets.remember(answer, tablet)
    client.cookies.update(answer.cookies)


def test_when_a_record_was_last_read_there_is_shown(signed_in: Signer, clock: TestClock) -> None:
    visit = dosed(clock)
    administrator = signed_in(person(visit.site, "administrator"))
    client = arrive(visit.nurse)
    assert row_of(administrator, visit.nurse)["read_at"] is None
    client.get(f"/sessions/{visit.id}/")
    client.get(f"/sessions/{visit.id}/")
    assert row_of(administrator, visit.nurse)["read_at"] == clock.now()


def test_one_session_is_ended_at_once_and_told_with_who_ended_it(
    administrator: Client, site: Site
) -> None:
    nurse = person(site, "nurse")
    lost, kept = arrive(nurse, IPAD), arrive(nurse)
    row = next(r for r in rows(administrator) if r["where"] == "Safari on iPad")
    answer = administrator.post(f"/staff/sign-ins/{row['sign_in'].id}/end/", follow=True)
    assert "is signed out there" in answer.content.decode()
    assert lost.get("/").status_code == 302
    assert kept.get("/").status_code == 200
    entry = TrailEntry.objects.filter(chain=nurse.pk).latest("seq")
    assert entry.verb == "end_sign_in"
    assert entry.actor is not None
    assert entry.actor.memberships.get().role == "administrator"


def test_ones_own_session_is_marked_and_not_ended_by_accident(
    administrator: Client, site: Site
) -> None:
    (row,) = rows(administrator)
    assert row["is_this"]
    path = f"/staff/sign-ins/{row['sign_in'].id}/end/"
    assert path not in administrator.get("/staff/sign-ins/").content.decode()
    assert "Sign out instead" in administrator.post(path, follow=True).content.decode()


def test_sessions_that_are_over_are_not_listed(administrator: Client, site: Site) -> None:
    one, two, three, four = (person(site, "nurse") for _ in range(4))
    arrive(one).post("/sign-out/")
    arrive(two)
    two.set_password("an entirely new one")
    save(two)
    arrive(three)
    Session.objects.filter(pk=session_key(three)).update(
        expire_date=timezone.now() - timedelta(seconds=1)
    )
    tablet = TabletFactory.create(site=site)
    client = Client()
    remember(client, tablet)
    client.post("/sign-in/", {"login": four.username, "password": PASSWORD})
    assert len(rows(administrator)) == 2
    actions.revoke_tablet(person(site, "administrator"), site, tablet.pk)
    assert [r["is_this"] for r in rows(administrator)] == [True]


def session_key(staff: Staff) -> str:
    return str(UserSession.objects.filter(user=staff).latest("pk").session_key)


def test_whose_session_is_over_is_forgotten_when_someone_signs_in(site: Site) -> None:
    nurse, gone = person(site, "nurse"), person(site, "nurse")
    arrive(nurse)
    arrive(gone)
    Session.objects.filter(pk=session_key(gone)).delete()
    over = timezone.now() - timedelta(seconds=1)
    Session.objects.filter(pk=session_key(nurse)).update(expire_date=over)
    other = person(site, "nurse")
    arrive(other)
    assert [row.user for row in UserSession.objects.all()] == [other]


def test_a_visitors_sessions_are_their_own_sites_to_end(administrator: Client, site: Site) -> None:
    guest = visitor(site)
    arrive(guest)
    home = guest.memberships.exclude(site=site).get().site
    (theirs,) = sign_ins.of_site(home)
    assert theirs.staff == guest
    assert administrator.post(f"/staff/sign-ins/{theirs.id}/end/").status_code == 404
    assert guest not in [r["sign_in"].staff for r in rows(administrator)]


@pytest.mark.parametrize("role", ["nurse", "clinician", "auditor"])
def test_other_roles_sign_no_one_out(site: Site, signed_in: Signer, role: str) -> None:
    arrive(nurse := person(site, "nurse"))
    pk = UserSession.objects.get(user=nurse).pk
    assert signed_in(person(site, role)).post(f"/staff/sign-ins/{pk}/end/").status_code == 403
    assert UserSession.objects.filter(pk=pk).exists()


@pytest.mark.parametrize("address", ["", "unix:", "nonsense"])
def test_a_session_whose_address_is_not_known_is_kept_and_shown_without(
    administrator: Client, site: Site, address: str
) -> None:
    nurse = person(site, "nurse")
    client = Client(REMOTE_ADDR=address)
    client.post("/sign-in/", {"login": nurse.username, "password": PASSWORD})
    assert row_of(administrator, nurse)["sign_in"].address == ""


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (IPAD, "Safari on iPad"),
        (WINDOWS, "Chrome on Windows"),
        (WINDOWS + " Edg/129.0", "Edge on Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Firefox/131.0", "Firefox on Linux"),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/129.0 Safari/537.36", "Chrome on Android"),
        ("curl/8", "Another browser"),
        ("", "Another browser"),
    ],
)  # fmt: skip
def test_a_browser_is_named_in_words(agent: str, words: str) -> None:
    assert browser(agent) == words
