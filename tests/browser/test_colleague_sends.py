"""One tablet, two nurses: what one entered without contact arrives while the other holds it."""

from __future__ import annotations

import pytest
from django.contrib.auth.hashers import make_password
from playwright.sync_api import expect

from clinic.models import Tablet
from monitoring.models import Reading
from tests.browser.conftest import Makes
from tests.browser.outbox_hands import (
    cut,
    forgive,
    mend,
    rows,
    save_offline,
    type_reading,
    wait_until_sent,
)
from tests.browser.taps import come_back
from tests.clock import TestClock
from tests.factories.people import PIN, ShiftFactory, TabletFactory
from tests.factories.people import person as hire
from tests.factories.visits import Visit, at_forty


@pytest.fixture
def visit(served_tls: str, clock: TestClock) -> Visit:
    return at_forty(clock)


@pytest.fixture
def tablet(visit: Visit) -> Tablet:
    return TabletFactory.create(site=visit.site, name="Room 2")


def test_it_arrives_under_the_name_of_who_entered_it(
    visit: Visit, tablet: Tablet, person_tls: Makes, clock: TestClock
) -> None:
    names = {"first_name": "Thomas", "last_name": "Brown", "pin": make_password(PIN)}
    thomas = ShiftFactory.create(tablet=tablet, staff=hire(visit.site, "nurse", **names)).staff
    device = person_tls().hold(tablet).signed_in(visit.nurse)
    type_reading(device, visit, 131)
    # The key of the seal is on no page that someone else could come to.
    assert device.page.locator("[data-seal]").count() == 0
    cut(device)
    save_offline(device, 131)
    clock.forward(minutes=6)
    save_offline(device, 132)
    # She puts it down; the page is left, and with contact it is at the lock.
    device.page.goto("about:blank")
    for cookie in device.context.cookies():
        if "session" in cookie["name"]:
            device.context.clear_cookies(name=cookie["name"])
    mend(device)
    device.go("/")
    expect(device.page.locator("[data-unsent]")).to_contain_text("2 on this tablet")
    assert rows(visit) == []
    come_back(device, thomas)
    expect(device.page.locator("header")).to_contain_text("Thomas Brown")
    wait_until_sent(device)
    assert device.violations() == []
    found = Reading.objects.filter(session=visit.id, sent_by=thomas, recorded_by=visit.nurse)
    assert sorted(str(row.systolic) for row in found) == ["131", "132"]
    assert sorted(rows(visit), key=str) == [131, 132]
    device.go(f"/sessions/{visit.id}/")
    words = f"{visit.nurse.printed_name}, sent by {thomas.printed_name}"
    expect(device.page.get_by_text(words).first).to_be_visible()
    forgive(device)
