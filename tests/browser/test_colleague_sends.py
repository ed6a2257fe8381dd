"""One tablet, two nurses: what one entered without contact arrives while the other holds it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from pytest_django import Settings

from clinic.models import Staff, Tablet
from monitoring.models import Reading
from tests.browser.conftest import Makes, Person
from tests.browser.outbox_hands import (
    cut,
    forgive,
    mend,
    rows,
    save_offline,
    type_reading,
    wait_until_sent,
)
from tests.browser.taps import STORED, come_back, make_sure, type_pin
from tests.clock import TestClock
from tests.factories.people import PIN, ShiftFactory, TabletFactory
from tests.factories.people import person as hire
from tests.factories.visits import Visit, at_forty


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


def nurse(visit: Visit, first_name: str, last_name: str) -> Staff:
    names = {"first_name": first_name, "last_name": last_name, "pin": STORED}
    return hire(visit.site, "nurse", **names)


def put_down(device: Person) -> None:
    """The page is left, and with contact it is at the lock."""
    device.page.goto("about:blank")
    for cookie in device.context.cookies():
        if "session" in cookie["name"]:
            device.context.clear_cookies(name=cookie["name"])
    mend(device)
    device.go("/")


def test_it_arrives_under_the_name_of_who_entered_it(
    visit: Visit, tablet: Tablet, person_tls: Makes, clock: TestClock
) -> None:
    rosa = nurse(visit, "Rosa", "Abel")
    thomas = ShiftFactory.create(tablet=tablet, staff=nurse(visit, "Thomas", "Brown")).staff
    device = person_tls().hold(tablet).signed_in(rosa)
    bar = device.page.locator("[data-unsent]")
    type_reading(device, visit, 131)
    # The key of the seal is on no page that someone else could come to.
    assert device.page.locator("[data-seal]").count() == 0
    cut(device)
    save_offline(device, 131)
    clock.forward(minutes=6)
    save_offline(device, 132)
    # Without contact the lock opens by a part of her PIN: what follows waits for the whole of it.
    device.tap("Hand over")
    type_pin(device.page, PIN)
    expect(device.page.get_by_role("button", name="Enter another")).to_be_visible()
    save_offline(device, 133)
    put_down(device)
    expect(bar).to_contain_text("3 on this tablet")
    assert rows(visit) == []

    come_back(device, thomas)
    expect(device.page.locator("header")).to_contain_text("Thomas Brown")
    expect(bar).to_contain_text("1 on this tablet, entered by someone who is not signed in")
    found = Reading.objects.filter(sent_by=thomas, recorded_by=rosa)
    assert list(found.order_by("seq").values_list("systolic", flat=True)) == [131, 132]
    assert rows(visit) == [131, 132]
    assert device.violations() == []
    device.go(f"/sessions/{visit.id}/")
    words = f"{rosa.printed_name}, sent by {thomas.printed_name}"
    expect(device.page.get_by_text(words).first).to_be_visible()

    device.tap("Hand over")
    come_back(device, rosa)
    make_sure(device)
    wait_until_sent(device)
    assert Reading.objects.get(systolic=133).sent_by is None
    assert (rows(visit), rows(visit, rosa)) == ([131, 132, 133], [131, 132, 133])
    forgive(device)
