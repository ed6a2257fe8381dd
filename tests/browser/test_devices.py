"""A device that fails is recorded and replaced on the tablet."""

from __future__ import annotations

from playwright.sync_api import expect

from monitoring.models import Dose
from tests.browser.conftest import Makes
from tests.clock import TestClock
from tests.factories.visits import predosed


def test_a_device_fails_and_the_next_one_takes_its_lot_with_one_tap(
    person: Makes, clock: TestClock
) -> None:
    visit = predosed(clock)
    clock.forward(minutes=1)
    nurse = person().signed_in(visit.nurse)
    nurse.go(f"/sessions/{visit.id}/dose/")
    nurse.page.locator("label.tile", has_text="Born").click()
    nurse.page.get_by_label("Lot number").fill("S2611C")
    nurse.page.get_by_label("Expiry date").fill("052027")
    nurse.page.get_by_label("None: the device failed").check()
    nurse.tap("Save dose")
    expect(nurse.page.get_by_text("Enter this.").first).to_be_visible()
    nurse.page.get_by_label("what happened").fill("Jammed")
    nurse.tap("Save dose")
    expect(nurse.page.get_by_text("Device 1 failed, nothing given").first).to_be_visible()
    nurse.go(f"/sessions/{visit.id}/dose/")
    expect(nurse.page.get_by_text("Device 1 failed, nothing left it: Jammed.")).to_be_visible()
    expect(nurse.page.get_by_label("Lot number")).to_have_value("")
    assert nurse.violations() == []
    nurse.page.locator("label.tile", has_text="Born").click()
    nurse.page.get_by_label("Same lot as device 1: S2611C").check()
    nurse.page.get_by_label("Both sprays").check()
    nurse.tap("Save dose")
    expect(nurse.page.get_by_text("Device 1 saved")).to_be_visible()
    failed, given = Dose.objects.order_by("seq")
    assert (failed.number, failed.lot, failed.expiry) == (1, given.lot, given.expiry)
