"""A tablet that locks without contact is opened there by its person's PIN; the server asks for the
PIN itself before it takes what was entered meanwhile. Over TLS, as in a deployment."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings

from clinic.models import Staff, Tablet
from monitoring.models import Reading
from tests.browser.conftest import Makes, Person
from tests.browser.hands import fill_reading
from tests.browser.outbox_hands import (
    cut,
    forgive,
    mend,
    rows,
    wait_until_form_is_kept,
    wait_until_sent,
)
from tests.browser.taps import STORED, come_back, type_pin
from tests.clock import TestClock
from tests.factories.people import PIN, TabletFactory
from tests.factories.people import person as hire
from tests.factories.visits import Visit, at_forty

WRONG = ("111112", "111113", "111114", "111115", "111116")
"""The first bits of none are those of the PIN, with this salt."""


@pytest.fixture
def visit(served_tls: str, clock: TestClock, settings: Settings) -> Visit:
    settings.PASSWORD_HASHERS = [
        *settings.PASSWORD_HASHERS,
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    ]
    return at_forty(clock)


@pytest.fixture
def tablet(visit: Visit) -> Tablet:
    return TabletFactory.create(site=visit.site, name="Room 2")


@pytest.fixture
def rosa(visit: Visit) -> Staff:
    return hire(visit.site, "nurse", first_name="Rosa", last_name="Abel", pin=STORED)


@pytest.fixture
def device(person_tls: Makes, tablet: Tablet, rosa: Staff) -> Person:
    return person_tls().hold(tablet).signed_in(rosa)


def open_session(device: Person, visit: Visit, clock: TestClock) -> None:
    """With the form for a reading kept in the page."""
    page = device.page
    page.clock.install(time=clock.now())
    device.go(f"/sessions/{visit.id}/")
    page.clock.run_for(1600)
    wait_until_form_is_kept(device)


def pass_time(clock: TestClock, page: Page, seconds: int) -> None:
    clock.forward(seconds=seconds)
    page.clock.fast_forward(seconds * 1000)


def expect_alone(page: Page) -> None:
    expect(page.get_by_text("No contact with the server.")).to_be_visible()


def test_a_page_locks_and_opens_without_contact_and_the_server_asks_once_more(
    device: Person, visit: Visit, rosa: Staff, clock: TestClock
) -> None:
    page = device.page
    open_session(device, visit, clock)
    cut(device)
    pass_time(clock, page, seconds=181)
    expect_alone(page)
    shown = page.locator("body").inner_text()
    assert visit.patient.family_name.lower() not in shown.lower()
    assert "Chair 1 due at 10:" in shown
    assert "This page is open for Rosa Abel, RN." in shown
    assert device.violations() == []
    type_pin(page, WRONG[0])
    expect(page.get_by_text("This PIN is wrong. Attempts left: 4.")).to_be_visible()
    type_pin(page, PIN)
    expect(page.get_by_role("heading", name="Observing")).to_be_visible()

    device.tap("Record 40-minute reading")
    fill_reading(device, systolic=141)
    device.tap("Save reading")
    expect(page.locator("[data-outbox-note]")).to_contain_text("On this tablet since")
    entered_at = clock.now()

    # It locks again, and opens again.
    pass_time(clock, page, seconds=181)
    expect_alone(page)
    type_pin(page, PIN)
    expect(page.locator("[data-outbox-note]")).to_be_visible()
    # The line of readings looks as late as it is, with no word of the server.
    expect(page.locator(".slot-overdue .state-overdue")).to_have_count(1)

    # With contact the server asks, once no one is in mid-entry, and takes nothing before.
    mend(device)
    pass_time(clock, page, seconds=15)
    page.clock.resume()
    expect(page.locator("form[data-pin]")).to_be_visible()
    assert rows(visit) == []
    come_back(device, rosa)
    expect(page.get_by_role("heading", name="Observing")).to_be_visible()
    wait_until_sent(device)
    (saved,) = Reading.objects.filter(systolic=141)
    assert (saved.recorded_by, saved.slot) == (rosa, 40)
    assert abs(saved.taken_at - entered_at) < timedelta(seconds=40)
    assert rows(visit) == [141]
    forgive(device)


def test_five_wrong_pins_in_two_tabs_close_both_until_there_is_contact(
    device: Person, visit: Visit, rosa: Staff, clock: TestClock
) -> None:
    page, other = device.page, device.context.new_page()
    open_session(device, visit, clock)
    other.clock.install(time=clock.now())
    other.goto(f"{device.served}/patients/")
    cut(device)
    device.tap("Hand over")
    other.clock.fast_forward(2000)
    expect_alone(other)
    for tab, wrong in zip((page, other, page, page), WRONG, strict=False):
        expect_alone(tab)
        type_pin(tab, wrong)
        expect(tab.get_by_text("Attempts left")).to_be_visible()
    type_pin(other, WRONG[4])
    for tab in (page, other):
        tab.clock.fast_forward(6000)
        expect(tab.get_by_text("this page stays closed until there is contact")).to_be_visible()
        expect(tab.locator("[data-pin-pad]")).to_be_hidden()
    assert device.violations() == []
    mend(device)
    for tab in (page, other):
        tab.clock.fast_forward(6000)
        tab.clock.resume()
        expect(tab.locator("form[data-pin]")).to_be_visible()
    come_back(device, rosa)
    expect(page.get_by_role("heading", name="Observing")).to_be_visible()
    forgive(device)


def test_a_form_behind_a_proxy_that_answers_alone_opens_where_it_was(
    device: Person, visit: Visit, clock: TestClock
) -> None:
    page = device.page
    page.clock.install(time=clock.now())
    device.go(f"/sessions/{visit.id}/reading/?slot=40")
    page.get_by_label("Systolic").fill("13")
    device.context.route("**/*", lambda route: route.fulfill(status=502, body="Bad gateway"))
    pass_time(clock, page, seconds=181)
    expect_alone(page)
    expect(page.locator("[data-lock-rooms]")).to_contain_text("Chair 1 due at 10:45, due now")
    page.keyboard.type(PIN)
    expect(page.get_by_label("Systolic")).to_be_focused()
    page.keyboard.type("1")
    expect(page.get_by_label("Systolic")).to_have_value("131")
    # Closed first: it goes on asking, and each answer of the proxy is an error.
    page.close()
    device.errors.clear()


def test_a_shift_that_is_over_opens_no_page(device: Person, visit: Visit, clock: TestClock) -> None:
    page = device.page
    open_session(device, visit, clock)
    cut(device)
    pass_time(clock, page, seconds=12 * 3600)
    expect_alone(page)
    expect(page.get_by_text("Your twelve hours are over")).to_be_visible()
    expect(page.locator("[data-pin-pad]")).to_be_hidden()
    expect(page.get_by_text("writes on paper what is due")).to_be_visible()
    forgive(device)


def test_in_the_dark_every_state_without_contact_is_found_well_by_axe(
    person_tls: Makes, tablet: Tablet, rosa: Staff, visit: Visit, clock: TestClock
) -> None:
    device = person_tls(theme="dark").hold(tablet).signed_in(rosa)
    page, found = device.page, {}

    def look(state: str) -> None:
        found[state] = device.violations()

    open_session(device, visit, clock)
    cut(device)
    pass_time(clock, page, seconds=40)
    expect(page.locator("[data-connection-lost]")).to_be_visible()
    look("offline")
    device.tap("Record 40-minute reading")
    fill_reading(device, systolic=141)
    device.tap("Save reading")
    expect(page.locator("[data-unsent-list]")).to_be_visible()
    look("unsent")
    device.tap("Hand over")
    expect_alone(page)
    look("locked")
    for wrong in WRONG:
        type_pin(page, wrong)
        expect(page.locator("[data-pin-dots] .filled")).to_have_count(0)
    expect(page.get_by_text("this page stays closed")).to_be_visible()
    look("closed")
    visit.read(40)
    mend(device)
    pass_time(clock, page, seconds=6)
    page.clock.resume()
    expect(page.locator("form[data-pin]")).to_be_visible()
    expect(page.locator("[data-unsent]")).to_be_visible()
    look("locked with contact, unsent")
    come_back(device, rosa)
    expect(page.locator("[data-unsent]")).to_contain_text("the server refused")
    look("refused")
    assert {state: wrong for state, wrong in found.items() if wrong} == {}
    # Polls that found no one, and what each of them says to the console.
    device.errors.clear()
