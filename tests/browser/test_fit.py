"""A whole reading fits the tablet's screen, upright or turned, also where something went wrong; the
actions of a session fit a phone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import ViewportSize, expect

from tests.browser.conftest import TABLET, Makes, Person
from tests.browser.hands import fill_reading
from tests.clock import TestClock
from tests.factories.visits import dosed, ready_to_sign

TURNED: ViewportSize = {"width": 1080, "height": 810}
HEIGHT = "document.documentElement.scrollHeight"


def _wrong(nurse: Person) -> None:
    fill_reading(nurse)
    nurse.page.get_by_label("Heart rate").first.fill("740")
    nurse.tap("Save reading")
    nurse.page.wait_for_selector("[data-error-summary]")


STATES: dict[str, Callable[[Person], None]] = {
    "empty": lambda nurse: None,
    "not done": lambda nurse: nurse.page.locator(".vital summary").first.click(),
    "error": _wrong,
}


@pytest.mark.parametrize("size", [TABLET, TURNED], ids=["upright", "turned"])
def test_a_reading_needs_no_scrolling(
    served: str, person: Makes, clock: TestClock, size: ViewportSize
) -> None:
    visit = dosed(clock)
    clock.forward(minutes=35)
    nurse = person(size).signed_in(visit.nurse)
    heights = {}
    for state, reach in STATES.items():
        nurse.go(f"/sessions/{visit.id}/reading/?slot=40")
        reach(nurse)
        heights[state] = nurse.page.evaluate(HEIGHT)
    assert {s: h for s, h in heights.items() if h > size["height"]} == {}


def test_on_a_phone_the_next_step_and_more_stand_in_two_rows(
    served: str, person: Makes, clock: TestClock
) -> None:
    """Without a script, too. On a tablet everything stands there at once."""
    visit = ready_to_sign(clock)
    clinician = person({"width": 390, "height": 844}).signed_in(visit.clinician)
    page = clinician.page
    clinician.go(f"/sessions/{visit.id}/")
    bar, screen = page.locator(".action-bar"), page.get_by_role("link", name="Suicidality screen")
    assert page.evaluate("document.querySelector('.action-bar').offsetHeight") < 160
    expect(bar.locator(".btn-primary")).to_have_count(1)
    expect(screen).to_be_hidden()
    bar.get_by_text("More", exact=True).click()
    expect(screen).to_be_in_viewport()
    assert clinician.violations() == []
    screen.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Suicidality screen")
    page.set_viewport_size(TABLET)
    page.go_back()
    expect(screen).to_be_visible()
    expect(bar.get_by_text("More", exact=True)).to_be_hidden()


@pytest.mark.parametrize("size", [TABLET, TURNED], ids=["upright", "turned"])
def test_the_header_is_one_row(
    served: str, person: Makes, clock: TestClock, size: ViewportSize
) -> None:
    visit = dosed(clock)
    for staff in (visit.nurse, visit.clinician):
        someone = person(size).signed_in(staff)
        someone.go("/")
        assert someone.page.evaluate("document.querySelector('.top').offsetHeight") < 60
