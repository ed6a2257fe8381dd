"""A pressure that is too high is measured again: the card, the page and the lock ask for it."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import Makes
from tests.browser.hands import fill_reading
from tests.clock import TestClock
from tests.factories.people import ShiftFactory, TabletFactory
from tests.factories.visits import observed


def test_a_flagged_pressure_makes_a_repeat_due_and_the_next_reading_meets_it(
    person: Makes, clock: TestClock
) -> None:
    visit = observed(clock, through=40)
    clock.forward(minutes=1)
    high = visit.read(systolic=186, diastolic=104)
    visit.respond(high.pk, ordered="Stays supine", repeat_minutes=10)
    tablet = TabletFactory.create(site=visit.site)
    ShiftFactory.create(tablet=tablet)
    nurse = person().signed_in(visit.nurse)
    nurse.go("/")
    card = nurse.page.locator(".card-session")
    expect(card).to_contain_text("Repeat reading")
    expect(card).to_contain_text("in 5 min")
    expect(card).to_contain_text("Still outside its range")
    clock.forward(minutes=11)
    nurse.go("/")
    expect(card).to_contain_text("overdue by 6 min")
    locked = person().hold(tablet)
    locked.go("/lock/")
    assert locked.sees("Repeat reading, due at")
    card.get_by_role("link", name="Record repeat reading, due").click()
    expect(nurse.page.get_by_role("heading", level=1)).to_contain_text("Record repeat reading, due")
    fill_reading(nurse, systolic=150, diastolic=88)
    nurse.tap("Save reading")
    expect(nurse.page.get_by_text("Reading saved")).to_be_visible()
    expect(nurse.page.locator(".slots")).to_contain_text("Repeat")
    assert nurse.sees("6 min late")
    assert nurse.violations() == []
