"""A clinician orders what a nurse planned with one tap, and then it is given; the watch passes."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.conftest import Person
from tests.browser.hands import give_device
from tests.clock import TestClock
from tests.factories import people
from tests.factories.visits import predosed


def test_a_dose_waits_for_one_tap_of_a_clinician(
    person: Callable[..., Person], clock: TestClock
) -> None:
    visit = predosed(clock, is_ordered=False)
    nurse, clinician = person().signed_in(visit.nurse), person().signed_in(visit.clinician)
    page = f"/sessions/{visit.id}/"
    nurse.go(page)
    expect(nurse.page.get_by_text("A clinician orders the dose.")).to_be_visible()
    assert nurse.page.get_by_role("link", name="Record the first dose").count() == 0
    clinician.go("/")
    clinician.tap("Order 56 mg")
    clinician.page.get_by_role("button", name="Order 56 mg").click()
    expect(clinician.page.get_by_text("Order saved")).to_be_visible()
    nurse.go(page)
    nurse.tap("Record the first dose")
    give_device(nurse)
    expect(nurse.page.get_by_text("Device 1 saved")).to_be_visible()


def test_the_watch_is_handed_over_and_accepted_on_the_board(
    person: Callable[..., Person], clock: TestClock
) -> None:
    visit = predosed(clock)
    second = people.person(visit.site, "nurse", first_name="Thomas", last_name="Okafor")
    giver, taker = person().signed_in(visit.nurse), person().signed_in(second)
    giver.go(f"/sessions/{visit.id}/watch/")
    giver.page.get_by_label(second.printed_name).check()
    giver.tap("Hand over")
    expect(giver.page.get_by_text("has not accepted the handover yet")).to_be_visible()
    taker.go("/")
    taker.page.get_by_role("button", name="Accept").click()
    expect(taker.page.get_by_text("You watch this patient")).to_be_visible()
    assert visit.session.observer == second
