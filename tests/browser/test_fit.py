"""A whole reading fits the tablet's screen, upright or turned, also where something went wrong."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import ViewportSize

from tests.browser.conftest import TABLET, Makes, Person
from tests.browser.hands import fill_reading
from tests.clock import TestClock
from tests.factories.visits import dosed

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


@pytest.mark.parametrize("size", [TABLET, TURNED], ids=["upright", "turned"])
def test_the_header_is_one_row(
    served: str, person: Makes, clock: TestClock, size: ViewportSize
) -> None:
    visit = dosed(clock)
    for staff in (visit.nurse, visit.clinician):
        someone = person(size).signed_in(staff)
        someone.go("/")
        assert someone.page.evaluate("document.querySelector('.top').offsetHeight") < 60
