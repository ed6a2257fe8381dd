"""With no network an open session goes on: its form opens, and what is entered arrives once."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from monitoring.models import Reading
from tests.browser.conftest import Makes, Person
from tests.browser.hands import fill_reading
from tests.browser.outbox_hands import cut, forgive, mend, open_session, wait_until_sent
from tests.clock import TestClock
from tests.factories.visits import Visit, at_forty


@pytest.fixture
def visit(served_tls: str, clock: TestClock) -> Visit:
    return at_forty(clock)


@pytest.fixture
def nurse(visit: Visit, person_tls: Makes) -> Person:
    return person_tls().signed_in(visit.nurse)


def test_readings_are_entered_on_a_session_that_has_no_network(
    visit: Visit, nurse: Person, clock: TestClock
) -> None:
    page = nurse.page
    open_session(nurse, visit)
    cut(nurse)
    nurse.tap("Medication")
    expect(page.get_by_text("other pages do not open now")).to_be_visible()
    # A reload would lose the page: the browser asks first.
    with page.expect_event("dialog") as asked:
        page.evaluate("setTimeout(() => location.reload())")
    assert asked.value.type == "beforeunload"
    asked.value.dismiss()
    nurse.tap("Record 40-minute reading")
    expect(page.get_by_role("heading", name="Record 40-minute reading")).to_be_visible()
    expect(page.get_by_role("heading", name="Observing")).to_be_hidden()
    assert nurse.violations() == []
    fill_reading(nurse, systolic=141)
    nurse.tap("Save reading")
    expect(page.locator("[data-outbox-note]")).to_contain_text("On this tablet since")
    page.locator("[data-goes-on-form]").get_by_role("link", name="Back").click()
    expect(page.get_by_role("heading", name="Observing")).to_be_visible()
    expect(page.locator("[data-unsent]")).to_contain_text("1 on this tablet")
    expect(page.locator("[data-unsent-list]")).to_contain_text(
        "Record 40-minute reading, entered at"
    )
    nurse.tap("Additional reading")
    expect(page.get_by_label("Systolic")).to_have_value("")
    fill_reading(nurse, systolic=142)
    nurse.tap("Save reading")
    expect(page.locator("[data-unsent]")).to_contain_text("2 on this tablet")
    page.locator("[data-goes-on-form]").get_by_role("link", name="Back").click()
    assert not Reading.objects.filter(systolic__in=(141, 142)).exists()
    clock.forward(minutes=2)
    mend(nurse)
    expect(page.get_by_text("Reading saved").first).to_be_visible()
    wait_until_sent(nurse)
    found = Reading.objects.filter(systolic__in=(141, 142)).order_by("seq")
    assert [(r.systolic, r.slot, r.recorded_by_id) for r in found] == [
        (141, 40, visit.nurse.pk),
        (142, None, visit.nurse.pk),
    ]
    forgive(nurse)


def test_with_contact_the_forms_own_page_opens(visit: Visit, nurse: Person) -> None:
    nurse.go(f"/sessions/{visit.id}/")
    nurse.tap("Record 40-minute reading")
    nurse.page.wait_for_url("**/reading/?slot=40")
    expect(nurse.page.get_by_label("Systolic")).to_be_visible()
