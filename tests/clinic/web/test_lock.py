"""The lock of a shared tablet: names, a PIN, and what is overdue without names."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from clinic import actions, shift
from clinic.actions.sessions import begin_shift
from clinic.models import Shift, Staff, Tablet, TrailEntry
from tests.clock import TestClock
from tests.factories.logged import save
from tests.factories.people import (
    PASSWORD,
    PIN,
    ShiftFactory,
    SiteFactory,
    TabletFactory,
    on_tablet,
    person,
)
from tests.factories.record import PatientFactory
from tests.factories.visits import Visit, admitted, dosed

pytestmark = pytest.mark.django_db
WRONG = "408216"
POLL = {"HX-Request": "true", "HX-Current-URL": "http://testserver/lock/?next=/patients/"}


@pytest.fixture
def visit(clock: TestClock) -> Visit:
    """A patient whose 40-minute reading is overdue, and whose name no one else has."""
    site = SiteFactory.create()
    patient = PatientFactory.create(site=site, family_name="Quibell", given_name="Quirina")
    made = dosed(clock, site=site, patient=patient)
    clock.forward(minutes=56)
    return made


@pytest.fixture
def tablet(visit: Visit) -> Tablet:
    return TabletFactory.create(site=visit.site, name="Room 2")


@pytest.fixture
def rosa(tablet: Tablet) -> Staff:
    return ShiftFactory.create(tablet=tablet).staff


@pytest.fixture
def locked(tablet: Tablet, rosa: Staff) -> Client:
    return on_tablet(tablet)


def unlock(client: Client, staff: Staff, pin: str = PIN, back: str = "/patients/") -> Any:
    return client.post(f"/lock/?next={back}", {"staff": str(staff.pk), "pin": pin})


def test_the_names_of_the_shift_stand_with_their_credentials(
    locked: Client, rosa: Staff, visit: Visit
) -> None:
    page = locked.get("/lock/").content.decode()
    assert rosa.printed_name in page
    assert f"{visit.site.name}, Room 2" in page
    assert visit.nurse.printed_name not in page


def test_the_right_pin_goes_back_to_the_same_page_as_that_person(
    locked: Client, rosa: Staff
) -> None:
    assert unlock(locked, rosa)["Location"] == "/patients/"
    assert locked.get("/patients/").context["user"] == rosa
    told = TrailEntry.objects.filter(chain=rosa.pk).latest("seq")
    assert told.verb == "sign_in"
    assert told.actor == rosa
    assert '"means":["pin"]' in told.payload


def test_the_page_carries_nothing_of_a_patient(locked: Client, visit: Visit) -> None:
    page = locked.get(f"/lock/?next=/sessions/{visit.id}/").content.decode()
    assert "Chair 1" in page
    assert "40-minute reading" in page
    patient = visit.patient
    for secret in (patient.family_name, patient.given_name, patient.mrn, visit.id, patient.pk):
        assert str(secret).lower() not in page.lower()


def test_what_is_overdue_is_told_in_the_time_of_the_site(
    locked: Client, visit: Visit, rosa: Staff
) -> None:
    shown = locked.get("/lock/", headers={"HX-Request": "true"}).content.decode()
    due = visit.session.facts().first_dose_at
    assert due is not None
    at = due.astimezone(visit.site.tz)
    assert f"due at {at.hour:02}:" in shown
    assert f"{at.utcoffset()}" != "0:00:00"


def test_nothing_overdue_is_said_too(tablet: Tablet, rosa: Staff, visit: Visit) -> None:
    visit.read(40)
    assert "Nothing is overdue" in on_tablet(tablet).get("/lock/").content.decode()


def test_a_wrong_pin_says_how_many_tries_are_left_under_the_pad(
    locked: Client, rosa: Staff
) -> None:
    answer = unlock(locked, rosa, WRONG)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "This PIN is wrong. Attempts left: 4." in page
    assert page.index("data-pin-keys") < page.index("Attempts left")
    assert WRONG not in page
    assert re.search(rf'value="{rosa.pk}" checked', page)


def test_after_five_wrong_pins_the_person_signs_in_fully_and_comes_back(
    locked: Client, rosa: Staff
) -> None:
    for _ in range(4):
        unlock(locked, rosa, WRONG)
    page = unlock(locked, rosa, WRONG).content.decode()
    assert "Too many wrong PINs" in page
    assert rosa.printed_name not in page
    assert unlock(locked, rosa).status_code == 422
    answer = locked.post("/lock/?next=/patients/", {"someone_else": "1"})
    assert answer["Location"] == "/sign-in/?next=/patients/"
    body = {"login": rosa.username, "password": PASSWORD, "next": "/patients/"}
    assert locked.post("/sign-in/", body)["Location"] == "/patients/"
    locked.post("/lock/now/")
    assert unlock(locked, rosa).status_code == 302


def test_a_name_that_is_not_on_the_shift_is_answered_like_one_that_must_sign_in(
    locked: Client, visit: Visit
) -> None:
    answer = unlock(locked, visit.nurse)
    assert answer.status_code == 422
    assert "Too many wrong PINs" in answer.content.decode()


@pytest.mark.parametrize("body", [{}, {"pin": PIN}, {"staff": "nonsense", "pin": PIN}])
def test_without_a_name_it_asks_for_one(locked: Client, body: dict[str, str]) -> None:
    answer = locked.post("/lock/", body | {"x": "1"})
    assert answer.status_code == 422
    assert "Tap your name" in answer.content.decode()


def test_other_than_six_digits_is_no_try(locked: Client, rosa: Staff) -> None:
    for pin in ("", "12345", "1234567", "abcdef"):
        assert "Enter six digits" in unlock(locked, rosa, pin).content.decode()
    assert Shift.objects.get().wrong_tries == 0


def test_who_is_alone_on_the_shift_does_not_have_to_tap_the_name(
    locked: Client, rosa: Staff, tablet: Tablet
) -> None:
    chosen = re.compile(r'name="staff"[^>]* checked')
    assert chosen.search(locked.get("/lock/").content.decode())
    ShiftFactory.create(tablet=tablet)
    assert not chosen.search(locked.get("/lock/").content.decode())


def test_with_no_one_on_the_shift_it_is_the_page_to_sign_in(tablet: Tablet) -> None:
    answer = on_tablet(tablet).get("/lock/?next=/patients/")
    assert answer["Location"] == "/sign-in/?next=/patients/"


def test_an_office_browser_has_no_lock_and_no_pin_helps_there(rosa: Staff) -> None:
    office = Client()
    assert office.get("/lock/?next=/patients/")["Location"] == "/sign-in/?next=/patients/"
    assert unlock(office, rosa)["Location"] == "/sign-in/?next=/patients/"
    assert office.get("/patients/").status_code == 302


def test_no_foreign_address_is_followed(locked: Client, rosa: Staff) -> None:
    assert unlock(locked, rosa, back="https://evil.example/")["Location"] == "/home/"


def test_the_lock_brings_what_is_overdue_up_to_date_by_itself(locked: Client) -> None:
    shown = locked.get("/lock/", headers=POLL)
    assert shown.status_code == 200
    assert "<html" not in shown.content.decode()
    assert "every 20s" in shown.content.decode()


def test_a_lock_that_is_over_is_opened_anew_instead_of_filled_with_a_page(
    locked: Client, rosa: Staff, tablet: Tablet, visit: Visit
) -> None:
    unlock(locked, rosa)
    assert locked.get("/lock/", headers=POLL)["HX-Redirect"] == "/lock/?next=/patients/"
    actions.revoke_tablet(person(visit.site, "administrator"), visit.site, tablet.pk)
    answer = locked.get("/lock/", headers=POLL)
    assert answer["HX-Redirect"] == "/lock/?next=/patients/"


def test_handing_over_keeps_the_name_on_the_lock_and_comes_back_to_the_page(
    tablet: Tablet, rosa: Staff
) -> None:
    client = on_tablet(tablet, rosa)
    page = client.get("/patients/?q=x").content.decode()
    assert 'name="next" value="/patients/?q=x"' in page
    answer = client.post("/lock/now/", {"next": "/patients/?q=x"})
    assert answer["Location"] == "/lock/?next=/patients/%3Fq%3Dx"
    assert client.get("/").status_code == 302
    assert [s.staff for s in shift.open_on(tablet)] == [rosa]
    told = TrailEntry.objects.filter(chain=rosa.pk).latest("seq")
    assert '"because":"locked"' in told.payload


def test_signing_out_of_a_tablet_ends_the_shift_there(tablet: Tablet, rosa: Staff) -> None:
    beside = ShiftFactory.create(tablet=TabletFactory.create(site=tablet.site), staff=rosa)
    client = on_tablet(tablet, rosa)
    client.post("/sign-out/")
    assert shift.open_on(tablet) == []
    assert [s.pk for s in shift.open_on(beside.tablet)] == [beside.pk]


def test_in_the_office_the_idle_lock_leads_to_signing_in(visit: Visit) -> None:
    client = Client()
    client.force_login(visit.nurse)
    answer = client.post("/lock/now/", {"next": "/patients/"})
    assert answer["Location"] == "/sign-in/?next=/patients/"


def test_a_tablet_shows_hand_over_at_once_and_the_office_does_not(
    tablet: Tablet, rosa: Staff, visit: Visit
) -> None:
    form = re.compile(r'<form[^>]*action="/lock/now/"[^>]*>')
    office = Client()
    office.force_login(visit.nurse)
    for client, is_shown in ((on_tablet(tablet, rosa), True), (office, False)):
        found = form.search(client.get("/patients/").content.decode())
        assert found is not None
        assert found[0].endswith("hidden>") is not is_shown


def test_who_signs_in_on_a_tablet_for_the_first_time_is_offered_a_pin_and_may_decline(
    tablet: Tablet, visit: Visit
) -> None:
    client = on_tablet(tablet)
    body = {"login": visit.nurse.username, "password": PASSWORD, "next": "/patients/"}
    answer = client.post("/sign-in/", body)
    assert answer["Location"] == "/account/pin/?next=/patients/"
    page = client.get(answer["Location"]).content.decode()
    assert re.search(r'href="/patients/"[^>]*>Not now<', page)
    done = client.post(answer["Location"], {"pin": PIN, "again": PIN, "next": "/patients/"})
    assert done["Location"] == "/patients/"
    assert [s.staff for s in shift.open_on(tablet)] == [visit.nurse]
    client.post("/lock/now/")
    assert client.post("/sign-in/", body)["Location"] == "/patients/"


def test_a_pin_that_cannot_be_chosen_is_refused_at_its_field(tablet: Tablet, rosa: Staff) -> None:
    client = on_tablet(tablet, rosa)
    for pin, again, words in (
        ("123456", "123456", "not all alike and not in a row"),
        ("12", "12", "Enter six digits"),
        (PIN, WRONG, "not the same PIN"),
        ("", "", "Enter this"),
    ):
        answer = client.post("/account/pin/", {"pin": pin, "again": again})
        assert answer.status_code == 422
        assert words in answer.content.decode()
        assert PIN not in answer.content.decode()


def test_a_pin_brings_back_the_second_factor_of_the_sign_in_before(
    locked: Client, tablet: Tablet, visit: Visit
) -> None:
    visit.site.requires_second_factor = True
    save(visit.site)
    julia = person(visit.site, "clinician")
    actions.choose_pin(julia, PIN)
    for has_one, status in ((True, 200), (False, 302)):
        begin_shift(tablet, julia, has_second_factor=has_one)
        unlock(locked, julia)
        assert locked.get("/").status_code == status
        locked.post("/lock/now/")


def test_a_pin_is_no_password(tablet: Tablet, rosa: Staff) -> None:
    client = on_tablet(tablet)
    client.post("/sign-in/", {"login": rosa.username, "password": PIN})
    assert client.get("/").status_code == 302


def test_who_unlocks_gets_a_session_of_their_own(locked: Client, rosa: Staff) -> None:
    keys = []
    for _ in range(2):
        unlock(locked, rosa)
        keys.append(locked.cookies[settings.SESSION_COOKIE_NAME].value)
        locked.post("/lock/now/")
    assert len(set(keys)) == 2


def test_an_emergency_and_an_urgent_reading_are_shown_by_room_without_names_or_values(
    locked: Client, visit: Visit, clock: TestClock
) -> None:
    page = locked.get("/lock/").content.decode()
    assert "state-urgent" in page
    assert "Urgent: overdue" in page
    assert "state-emergency" not in page
    visit.event("symptom", symptoms=["chest_pain"], detail="")
    other = dosed(clock, site=visit.site)
    other.read(systolic=211, sedation=0)
    page = locked.get("/lock/").content.decode()
    assert page.count("state-emergency") == 2
    assert page.count("no one recorded as informed") == 2
    for secret in ("211", "MOAA", "Chest pain", str(other.id), other.patient.mrn):
        assert secret not in page


def test_a_room_stands_once_and_calms_down_when_it_was_answered(
    tablet: Tablet, rosa: Staff, visit: Visit
) -> None:
    visit.respond(visit.read(40, systolic=211).pk)
    assert "Nothing is overdue" in on_tablet(tablet).get("/lock/").content.decode()


def test_an_emergency_on_arrival_is_told_too(clock: TestClock) -> None:
    visit = admitted(clock)
    tablet = TabletFactory.create(site=visit.site)
    ShiftFactory.create(tablet=tablet)
    visit.event("symptom", symptoms=["seizure"], detail="")
    assert "state-emergency" in on_tablet(tablet).get("/lock/").content.decode()
