"""Emergency access: asked for with a reason, announced, and over by itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from clinic.ids import uuid7
from clinic.models import Membership, Site, Staff, TrailEntry
from monitoring.models import AccessEntry
from tests.clinic.web.asking import ask
from tests.clock import TestClock
from tests.factories.people import PASSWORD, SiteFactory, person, visitor
from tests.factories.visits import Visit, dosed

pytestmark = pytest.mark.django_db
Signer = Callable[..., Client]


@pytest.fixture
def away(clock: TestClock, db: None) -> Visit:
    """A session in progress at the site that needs help."""
    return dosed(clock, site=SiteFactory.create(name="Away"))


@pytest.fixture
def clinician(clock: TestClock, db: None) -> Staff:
    return person(SiteFactory.create(name="Home"), "clinician", first_name="Mei", last_name="Chen")


def local(site: Site, clock: TestClock, minutes: int = 0) -> str:
    """The time at the site, `minutes` from now."""
    at = clock.now().astimezone(site.tz) + timedelta(minutes=minutes)
    return f"{at:%H:%M}"


def test_from_the_menu_to_the_board_of_the_other_site_and_home(
    away: Visit, clinician: Staff, signed_in: Signer, clock: TestClock
) -> None:
    client = signed_in(clinician)
    assert 'href="/emergency/"' in client.get("/").content.decode()
    assert ask(client, away.site)["Location"] == "/"
    board = client.get("/")
    assert [c.id for c in board.context["cards"]] == [away.id]
    shown = board.content.decode()
    assert f"Emergency access to Away until {local(away.site, clock, 60)}." in shown
    assert 'href="/emergency/"' not in shown
    assert client.get(f"/sessions/{away.id}/").status_code == 200
    assert client.post("/emergency/leave/")["Location"] == "/home/"
    assert client.get(f"/sessions/{away.id}/").status_code == 404
    assert "Emergency access to Away" not in client.get("/").content.decode()


def test_the_page_says_what_will_happen_and_names_no_site_of_ones_own(
    away: Visit, clinician: Staff, signed_in: Signer
) -> None:
    shown = signed_in(clinician).get("/emergency/").content.decode()
    for words in ("For 60 minutes", "Everyone at that site sees", "cannot decide on a dose"):
        assert words in shown
    assert ">Away</option>" in shown
    assert ">Home</option>" not in shown


def test_who_is_no_clinician_finds_no_way_in(away: Visit, signed_in: Signer) -> None:
    for role in ("nurse", "administrator", "auditor", "emergency"):
        client = signed_in(person(SiteFactory.create(), role))
        assert ask(client, away.site).status_code == 403
        assert 'href="/emergency/"' not in client.get("/home/", follow=True).content.decode()


def test_everyone_there_sees_who_is_in_from_where_and_why(
    away: Visit, clinician: Staff, signed_in: Signer, clock: TestClock
) -> None:
    ask(signed_in(clinician), away.site)
    for staff, path in ((away.nurse, "/"), (person(away.site, "administrator"), "/staff/")):
        shown = signed_in(staff).get(path).content.decode()
        assert "Emergency access: Mei Chen, RN from Home" in shown
        since, until = local(away.site, clock), local(away.site, clock, 60)
        assert f"since {since}, until {until}" in shown
        assert "Chest pain" in shown
    assert (
        "Emergency access:"
        not in signed_in(person(SiteFactory.create(), "nurse")).get("/").content.decode()
    )


def test_a_poll_of_the_board_says_nothing_of_it(
    away: Visit, clinician: Staff, signed_in: Signer
) -> None:
    nurse = signed_in(away.nurse)
    ask(signed_in(clinician), away.site)
    assert "Mei Chen" not in nurse.get("/", headers={"HX-Request": "1"}).content.decode()


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"reason": " "}, "reason"),
        ({"reason": "x" * 301}, "reason"),
        ({"password": "guess"}, "password"),
        ({"password": ""}, "password"),
        ({"site": ""}, "site"),
        ({"site": str(uuid7())}, "site"),
        ({"site": "nonsense"}, "site"),
    ],
)
def test_what_is_missing_or_wrong_is_said_at_its_field(
    away: Visit, clinician: Staff, signed_in: Signer, given: dict[str, str], field: str
) -> None:
    answer = ask(signed_in(clinician), away.site, **given)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert not Membership.objects.filter(role="emergency").exists()
    assert PASSWORD not in answer.content.decode()


def test_after_five_wrong_passwords_the_right_one_waits(
    away: Visit, clinician: Staff, signed_in: Signer
) -> None:
    client = signed_in(clinician)
    for _ in range(5):
        ask(client, away.site, password="guess")
    answer = ask(client, away.site)
    assert answer.status_code == 422
    assert "Too many wrong attempts" in answer.content.decode()
    told = TrailEntry.objects.filter(chain=clinician.pk, verb="enter_failed")
    assert told.count() == 5


def test_ones_own_site_is_not_entered(clinician: Staff, signed_in: Signer) -> None:
    home = clinician.memberships.get().site
    assert ask(signed_in(clinician), home).status_code == 422


def test_what_a_visitor_reads_is_kept_and_found_under_their_name(
    away: Visit, clinician: Staff, signed_in: Signer, clock: TestClock
) -> None:
    client = signed_in(clinician)
    ask(client, away.site)
    client.get(f"/sessions/{away.id}/")
    entry = AccessEntry.objects.filter(staff=clinician).latest("at", "pk")
    assert (entry.site, entry.session_id) == (away.site, away.id)
    administrator = signed_in(person(away.site, "administrator"))
    for minutes in (0, 61):
        clock.forward(minutes=minutes)
        shown = administrator.get(f"/access/?staff={clinician.pk}")
        lines = [line for line, _page in shown.context["lines"]]
        assert {e.staff for line in lines for e in line.entries} == {clinician}


def test_a_visitor_records_a_reading_and_reaches_no_dose_or_signature(
    away: Visit, signed_in: Signer, clock: TestClock
) -> None:
    client = signed_in(visitor(away.site))
    client.post("/site/", {"site": str(away.site.pk)})
    clock.forward(minutes=3)
    body = {
        "id": str(uuid7()), "systolic": "130", "diastolic": "82", "heart_rate": "70", "spo2": "98",
        "oxygen": "0",
        "respiratory_rate": "14", "sedation": "5", "dissociation": "0",
    }  # fmt: skip
    assert client.post(f"/sessions/{away.id}/reading/", body).status_code == 302
    for page in ("decision", "dose", "clearance", "departure", "cancel", "amendment"):
        assert client.get(f"/sessions/{away.id}/{page}/").status_code == 403


def test_when_the_time_is_over_nothing_is_found_any_more(
    away: Visit, clinician: Staff, signed_in: Signer, clock: TestClock
) -> None:
    client, path = signed_in(clinician), f"/sessions/{away.id}/"
    ask(client, away.site)
    assert client.get(path).status_code == 200
    clock.forward(minutes=60)
    assert client.get(path).status_code == 404
    assert client.post(f"{path}event/", {}).status_code == 404
    assert client.post("/site/", {"site": str(away.site.pk)}).status_code == 404
    assert client.get("/").context["cards"] == []


def test_who_has_no_role_but_an_emergency_that_is_over_reaches_nothing(
    away: Visit, signed_in: Signer, clock: TestClock
) -> None:
    client = signed_in(person(away.site, "emergency"))
    clock.forward(minutes=61)
    for path in ("/", "/patients/", f"/sessions/{away.id}/"):
        assert client.get(path, follow=True).status_code == 403


def test_an_administrator_ends_it_at_once(
    away: Visit, clinician: Staff, signed_in: Signer, clock: TestClock
) -> None:
    client, administrator = signed_in(clinician), signed_in(person(away.site, "administrator"))
    ask(client, away.site)
    path = f"/emergency/{clinician.pk}/end/"
    assert f'action="{path}"' in administrator.get("/staff/").content.decode()
    ended = administrator.post(path, follow=True).content.decode()
    assert f"Emergency access ended at {local(away.site, clock)}" in ended
    assert client.get(f"/sessions/{away.id}/").status_code == 404
    assert "no emergency access to end" in administrator.post(path, follow=True).content.decode()


def test_leaving_without_a_visit_says_so(clinician: Staff, signed_in: Signer) -> None:
    client = signed_in(clinician)
    assert (
        "no emergency access to end"
        in client.post("/emergency/leave/", follow=True).content.decode()
    )


def test_a_site_that_asks_for_a_second_factor_asks_a_visitor_too(
    away: Visit, clinician: Staff, signed_in: Signer
) -> None:
    Site.objects.filter(pk=away.site.pk).update(requires_second_factor=True)
    client = signed_in(clinician)
    ask(client, away.site)
    assert client.get("/")["Location"] == "/account/"
