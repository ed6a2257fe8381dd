"""An emergency looks like one on every page, in both themes, without a flicker."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from monitoring.models import Event
from tests.browser.conftest import Makes
from tests.clock import TestClock
from tests.factories.people import ShiftFactory, TabletFactory
from tests.factories.visits import Visit, dosed, observed


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_an_emergency_has_a_word_a_shape_and_a_colour_of_its_own_and_never_moves(
    person: Makes, clock: TestClock, theme: str
) -> None:
    visit: Visit = observed(clock, through=40)
    other = dosed(clock, site=visit.site)
    clock.forward(minutes=30)
    visit.read(systolic=205, sedation=1)
    other.read(systolic=185)
    tablet = TabletFactory.create(site=visit.site)
    ShiftFactory.create(tablet=tablet)
    nurse = person(None, theme).signed_in(visit.nurse)
    colours = "(e) => [getComputedStyle(e).borderLeftColor, getComputedStyle(e).backgroundColor]"
    nurse.go("/")
    emergency, flagged = nurse.page.locator(".card-emergency"), nurse.page.locator(".card-flagged")
    expect(emergency).to_contain_text("Emergency")
    pairs = zip(emergency.evaluate(colours), flagged.evaluate(colours), strict=True)
    assert all(one != other for one, other in pairs)
    shape = "(e) => getComputedStyle(e.querySelector('.state'), '::before').content"
    assert emergency.evaluate(shape) != flagged.evaluate(shape)
    locked = person(None, theme).hold(tablet)
    locked.go("/lock/")
    expect(locked.page.locator(".state-emergency").first).to_be_visible()
    for who, path in ((nurse, "/"), (nurse, f"/sessions/{visit.id}/"), (locked, "/lock/")):
        who.go(path)
        expect(who.page.locator(".state-emergency").first).to_be_visible()
        assert who.violations() == []
        assert who.page.evaluate("document.getAnimations().length") == 0


def test_tapping_a_symptom_makes_the_event_a_symptom(person: Makes, clock: TestClock) -> None:
    visit = dosed(clock)
    nurse = person().signed_in(visit.nurse)
    nurse.go(f"/sessions/{visit.id}/event/")
    nurse.page.get_by_label("Note", exact=True).check(force=True)
    nurse.page.get_by_label("Chest pain").check(force=True)
    expect(nurse.page.get_by_label("Symptom", exact=True)).to_be_checked()
    nurse.tap("Save event")
    expect(nurse.page.get_by_text("Event saved")).to_be_visible()
    assert Event.objects.get().symptoms == ["chest_pain"]
    expect(nurse.page.locator(".notice-emergency")).to_contain_text("Chest pain")
