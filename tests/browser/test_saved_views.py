"""An administrator keeps what is looked for every week as a view, on a tablet and on a phone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import ViewportSize, expect

from tests.browser.conftest import TABLET, Makes
from tests.clock import TestClock
from tests.factories.people import person as staff
from tests.factories.visits import observed

PHONE: ViewportSize = {"width": 390, "height": 844}


@pytest.mark.parametrize("size", [TABLET, PHONE], ids=["tablet", "phone"])
def test_a_view_is_saved_opened_in_one_tap_and_deleted(
    person: Makes, clock: TestClock, size: ViewportSize
) -> None:
    visit = observed(clock)
    samuel = person(size).signed_in(staff(visit.site, "administrator"))
    page = samuel.page
    samuel.go("/sessions/")
    page.get_by_text("Filter and order").click()
    page.get_by_label("How it ended").select_option(label="Still open")
    page.get_by_label("Order", exact=True).select_option(label="Highest systolic first")
    samuel.tap("Show", exact=True)
    samuel.tap("Save this view")
    expect(page.get_by_text("How it ended: Still open")).to_be_visible()
    page.get_by_label("Name of this view").fill("Still here")
    samuel.tap("Save view")
    expect(page.get_by_text("View saved")).to_be_visible()

    samuel.go("/sessions/")
    button = page.get_by_role("link", name="Still here")
    box = button.bounding_box()
    assert box
    assert box["height"] >= 44
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    button.click()
    expect(page).to_have_url(re.compile(r"outcome=open&sort=-peak$"))
    expect(button).to_have_attribute("aria-current", "true")
    assert samuel.violations() == []

    samuel.tap("Rename or delete this view")
    expect(page.get_by_role("button", name="Delete this view")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    assert samuel.violations() == []
    samuel.tap("Delete this view")
    expect(page.get_by_text("View “Still here” deleted")).to_be_visible()
    expect(button).to_have_count(0)
