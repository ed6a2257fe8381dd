"""A whole reading fits the tablet's screen, upright or turned, also where something went wrong; the
actions of a session fit a phone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import ViewportSize, expect

from clinic.models import Membership
from tests.browser.conftest import TABLET, Makes, Person
from tests.browser.hands import fill_reading
from tests.clock import TestClock
from tests.factories.logged import insert
from tests.factories.people import TabletFactory
from tests.factories.people import person as hire
from tests.factories.visits import dosed, ready_to_sign

TURNED: ViewportSize = {"width": 1080, "height": 810}
PHONE: ViewportSize = {"width": 390, "height": 844}
WIDTH = "document.documentElement.scrollWidth"
HEIGHT = "document.documentElement.scrollHeight"


def _wrong(nurse: Person) -> None:
    fill_reading(nurse)
    nurse.page.get_by_label("Heart rate").first.fill("740")
    nurse.tap("Save reading")
    nurse.page.wait_for_selector("[data-error-summary]")


def _wrong_thrice(nurse: Person) -> None:
    """Two values that cannot be, and one that is asked about."""
    fill_reading(nurse, systolic=212)
    nurse.page.get_by_label("Heart rate").first.fill("740")
    nurse.page.get_by_label("Respiratory rate").first.fill("900")
    nurse.tap("Save reading")
    nurse.page.wait_for_selector("[data-error-summary]")


STATES: dict[str, Callable[[Person], None]] = {
    "empty": lambda nurse: None,
    "not done": lambda nurse: nurse.page.locator(".vital summary").first.click(),
    "error": _wrong,
    "two errors and a question": _wrong_thrice,
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
    nurse.page.set_viewport_size(PHONE)
    assert nurse.page.evaluate(WIDTH) == PHONE["width"]


def test_on_a_phone_the_next_step_and_more_stand_in_two_rows(
    served: str, person: Makes, clock: TestClock
) -> None:
    """Without a script, too. On a tablet everything stands there at once."""
    visit = ready_to_sign(clock)
    clinician = person(PHONE).signed_in(visit.clinician)
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


BEYOND = """() => [...document.querySelectorAll(".slot")].filter((slot) => {
  const words = document.createRange();
  words.selectNodeContents(slot.querySelector(".state"));
  return words.getBoundingClientRect().right > slot.getBoundingClientRect().right;
}).map((slot) => slot.innerText)"""
"""The slots whose words stand out of them."""


@pytest.mark.parametrize("size", [TABLET, TURNED, PHONE], ids=["upright", "turned", "phone"])
def test_what_is_urgent_stands_within_its_slot(
    served: str, person: Makes, clock: TestClock, size: ViewportSize
) -> None:
    visit = dosed(clock)
    clock.forward(minutes=236)
    nurse = person(size).signed_in(visit.nurse)
    nurse.go(f"/sessions/{visit.id}/")
    expect(nurse.page.locator(".slot-urgent").first).to_contain_text("urgent")
    assert nurse.page.evaluate(BEYOND) == []


@pytest.mark.parametrize("size", [TABLET, TURNED], ids=["upright", "turned"])
def test_the_header_is_one_row(
    served: str, person: Makes, clock: TestClock, size: ViewportSize
) -> None:
    """On an enrolled tablet, with "Hand over" beside it, also for who reaches every page."""
    visit = dosed(clock)
    everything = hire(visit.site, "administrator", last_name="Papadopoulos-Featherston")
    insert(Membership(staff=everything, site=visit.site, role="clinician"))
    tablet = TabletFactory.create(site=visit.site)
    for staff in (visit.nurse, visit.clinician, everything):
        someone = person(size).hold(tablet).signed_in(staff)
        someone.go("/")
        assert someone.page.evaluate("document.querySelector('.top').offsetHeight") < 60
        assert someone.page.evaluate(WIDTH) == size["width"]
    someone.page.set_viewport_size(PHONE)
    assert someone.page.evaluate(WIDTH) == PHONE["width"]
