"""What a tablet does for the nurse who enters: saved once, kept when the network is not there."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from monitoring.models import Reading
from tests.browser.conftest import Person
from tests.browser.hands import fill_reading
from tests.clock import TestClock
from tests.factories.visits import Visit, at_forty


@pytest.fixture
def visit(served: str, clock: TestClock) -> Visit:
    return at_forty(clock)


@pytest.fixture
def nurse(visit: Visit, person: Callable[..., Person]) -> Person:
    return person().signed_in(visit.nurse)


def test_a_double_tap_on_save_makes_one_row(visit: Visit, nurse: Person) -> None:
    nurse.go(f"/sessions/{visit.id}/reading/?slot=40")
    fill_reading(nurse)
    nurse.page.get_by_role("button", name="Save reading").dblclick()
    expect(nurse.page.get_by_text("Reading saved")).to_be_visible()
    assert Reading.objects.filter(session=visit.id, slot=40).count() == 1


def test_what_was_typed_is_still_there_after_a_reload(visit: Visit, nurse: Person) -> None:
    nurse.go(f"/sessions/{visit.id}/reading/?slot=40")
    fill_reading(nurse, systolic=131)
    nurse.page.reload()
    assert nurse.page.get_by_label("Systolic").input_value() == "131"
    assert nurse.page.get_by_label("Responds readily to name · 5").is_checked()
    # It belongs to this reading alone: another slot begins empty.
    nurse.go(f"/sessions/{visit.id}/reading/?slot=60")
    assert nurse.page.get_by_label("Systolic").input_value() == ""


def test_a_lost_network_loses_nothing_that_was_typed(visit: Visit, nurse: Person) -> None:
    address = f"/sessions/{visit.id}/reading/?slot=40"
    nurse.go(address)
    fill_reading(nurse, systolic=133)
    nurse.context.set_offline(True)
    nurse.tap("Save reading")
    expect(nurse.page.get_by_text("On this tablet since")).to_be_visible()
    nurse.context.set_offline(False)
    expect(nurse.page.get_by_text("Reading saved")).to_be_visible()
    assert Reading.objects.get(slot=40).systolic == 133
    nurse.errors = [e for e in nurse.errors if "ERR_INTERNET_DISCONNECTED" not in e]


def test_what_a_signed_out_nurse_entered_is_sent_after_signing_in_again(
    visit: Visit, nurse: Person
) -> None:
    address = f"/sessions/{visit.id}/reading/?slot=40"
    nurse.go(address)
    fill_reading(nurse, systolic=134)
    nurse.context.clear_cookies()
    nurse.tap("Save reading")
    expect(nurse.page.get_by_text("Not saved: your sign-in has ended")).to_be_visible()
    assert Reading.objects.filter(slot=40).count() == 0
    nurse.sign_in(visit.nurse)
    nurse.page.wait_for_url("**/")
    nurse.page.wait_for_function("() => localStorage.getItem('unsent') === null")
    nurse.go(address)
    expect(nurse.page.get_by_text("recorded at 10:45")).to_be_visible()
    assert Reading.objects.get(slot=40).systolic == 134
    nurse.errors = [e for e in nurse.errors if "403" not in e and "401" not in e]


def test_signing_out_leaves_nothing_of_a_patient_on_the_tablet(visit: Visit, nurse: Person) -> None:
    nurse.go(f"/sessions/{visit.id}/reading/?slot=40")
    fill_reading(nurse)
    assert _drafts(nurse) == 1
    nurse.page.locator("header details.menu summary").last.click()
    nurse.tap("Sign out")
    expect(nurse.page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    assert _drafts(nurse) == 0


def _drafts(nurse: Person) -> int:
    keys = "Object.keys(sessionStorage).filter(key => key.startsWith('draft:')).length"
    return int(nurse.page.evaluate(keys))


def test_errors_are_summed_up_with_the_focus_and_lead_to_their_field(
    visit: Visit, nurse: Person
) -> None:
    nurse.go(f"/sessions/{visit.id}/reading/?slot=40")
    fill_reading(nurse, systolic=80, diastolic=120)
    nurse.tap("Save reading")
    summary = nurse.page.locator("[data-error-summary]")
    expect(summary).to_be_focused()
    summary.get_by_role("link", name="Systolic").click()
    expect(nurse.page.get_by_label("Systolic")).to_be_focused()
    assert nurse.page.get_by_label("Diastolic").input_value() == "120"


def test_the_board_counts_on_without_the_server_and_says_so(
    visit: Visit, nurse: Person, clock: TestClock
) -> None:
    nurse.go("/")
    due = nurse.page.locator("[data-due]").first
    expect(due).to_have_text("due now")
    nurse.page.clock.install()
    nurse.page.reload()
    nurse.context.set_offline(True)
    nurse.page.clock.run_for(11 * 60 * 1000)
    expect(nurse.page.get_by_text("No contact with the server since")).to_be_visible()
    expect(nurse.page.locator("[data-due]").first).to_contain_text("overdue by")
    # Word, shape and colour of the card go with it.
    expect(nurse.page.locator(".card-urgent .state-urgent").first).to_have_text("Urgent: overdue")
    nurse.errors.clear()


def test_the_time_stepper_goes_back_from_the_sites_present_time(
    visit: Visit, nurse: Person, clock: TestClock
) -> None:
    nurse.go(f"/sessions/{visit.id}/reading/?slot=40")
    now = clock.now().astimezone(visit.site.tz)
    nurse.page.get_by_role("button", name="Now").click()
    field = nurse.page.get_by_label("Taken at")
    assert field.input_value() == f"{now:%H:%M}"
    nurse.page.get_by_role("button", name="5 minutes earlier").click()
    minutes = int(field.input_value()[:2]) * 60 + int(field.input_value()[3:])
    assert minutes == now.hour * 60 + now.minute - 5


def test_the_theme_can_be_pinned_and_stays(visit: Visit, nurse: Person) -> None:
    nurse.go("/")
    nurse.page.locator("header details.menu summary").last.click()
    nurse.page.get_by_role("button", name="Theme: system").click()
    root = nurse.page.locator("html")
    expect(root).to_have_attribute("data-bs-theme", "dark")
    nurse.page.reload()
    expect(root).to_have_attribute("data-bs-theme", "dark")


def test_an_entry_is_within_sixteen_taps_beyond_its_digits(visit: Visit, nurse: Person) -> None:
    """Five fields to enter, room air or litres, two scales and one button to save: nine taps. All
    of it stands on one screen."""
    nurse.page.set_viewport_size({"width": 810, "height": 1080})
    nurse.go(f"/sessions/{visit.id}/reading/?slot=40")
    fields = nurse.page.locator(".vital input[type=text]").count()
    tiles = nurse.page.locator(".tile-beside").count()
    scales = nurse.page.locator(".scale-panel > fieldset.tiles").count()
    assert (fields, tiles, scales) == (6, 1, 2)
    assert nurse.page.evaluate("document.documentElement.scrollHeight") <= 1080
    assert nurse.page.locator("select, input[type=number], input[type=range]").count() == 0


def test_a_symptom_is_one_tap_away_and_what_was_typed_stays(visit: Visit, nurse: Person) -> None:
    nurse.go(f"/sessions/{visit.id}/reading/?slot=40")
    nurse.page.get_by_label("Systolic").fill("184")
    nurse.page.get_by_label("Room air").check()
    nurse.tap("Record a symptom")
    nurse.page.get_by_label("Chest pain").check(force=True)
    nurse.tap("Save event")
    expect(nurse.page.get_by_text("Event saved")).to_be_visible()
    nurse.go(f"/sessions/{visit.id}/reading/?slot=40")
    expect(nurse.page.get_by_label("Systolic")).to_have_value("184")
    expect(nurse.page.get_by_label("Room air")).to_be_checked()
