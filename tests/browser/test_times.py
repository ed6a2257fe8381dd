"""Times on a tablet whose own clock and zone are wrong."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from monitoring.models import Dose, Reading
from tests.browser.conftest import Makes, Person
from tests.browser.hands import fill_reading
from tests.clock import TestClock
from tests.factories.people import MembershipFactory, SiteFactory
from tests.factories.visits import Visit, dosed, predosed

WRONG = {"zone": "Asia/Tokyo", "ahead": 60}


@pytest.fixture
def visit(served: str, clock: TestClock) -> Visit:
    return dosed(clock)


@pytest.fixture
def nurse(visit: Visit, person: Makes, clock: TestClock) -> Person:
    """Her tablet is an hour ahead, and thinks that it is in Tokyo."""
    made = person(zone=WRONG["zone"])
    made.page.clock.install(time=clock.now() + timedelta(minutes=60))
    return made.signed_in(visit.nurse)


def test_steps_back_are_the_servers_minutes_in_the_sites_zone(
    visit: Visit, nurse: Person, clock: TestClock
) -> None:
    clock.forward(minutes=35)
    nurse.go(f"/sessions/{visit.id}/reading/?slot=40")
    now = clock.now()
    taken = now - timedelta(minutes=4)
    for _ in range(4):
        nurse.page.get_by_role("button", name="1 minute earlier").click()
    field = nurse.page.get_by_label(re.compile("Taken at"))
    expect(field).to_have_value(f"{taken.astimezone(visit.site.tz):%H:%M}")
    expect(nurse.page.locator("[data-read-back=id_taken_at]")).to_have_text("4 min ago")
    fill_reading(nurse)
    nurse.tap("Save reading")
    expect(nurse.page.get_by_text("Reading saved")).to_be_visible()
    kept = Reading.objects.latest("seq").taken_at
    assert abs(kept - taken) < timedelta(seconds=30)


def test_a_step_over_the_hour_that_comes_twice_sends_the_very_moment(
    served: str, person: Makes, clock: TestClock
) -> None:
    """At 01:02 for the second time, five minutes earlier was 01:57 for the first."""
    first = clock.travel_to(clock.now().replace(year=2026, month=11, day=1, hour=5, minute=40))
    visit = predosed(clock)
    clock.travel_to(first + timedelta(minutes=22))
    nurse = person(zone=WRONG["zone"]).signed_in(visit.nurse)
    nurse.go(f"/sessions/{visit.id}/reading/")
    for _ in range(2):
        nurse.page.get_by_role("button", name="5 minutes earlier").click()
    expect(nurse.page.get_by_label(re.compile("Taken at"))).to_have_value("01:52")
    fill_reading(nurse)
    nurse.tap("Save reading")
    asked = nurse.page.get_by_text("01:52, 10 min ago. Is this the time?")
    expect(asked.first).to_be_visible()
    nurse.page.get_by_label("Yes, this is the time").check()
    nurse.page.get_by_label("Why entered late").fill("Called away")
    nurse.tap("Save reading")
    expect(nurse.page.get_by_text("Reading saved")).to_be_visible()
    at = Reading.objects.latest("seq").taken_at
    assert (at.hour, at.minute) == (5, 52)


def test_a_dose_reads_back_what_its_time_does_and_asks_before_it_counts(
    served: str, person: Makes, clock: TestClock
) -> None:
    visit = predosed(clock)
    given = clock.forward(minutes=1)
    clock.forward(minutes=20)
    nurse = person(zone=WRONG["zone"]).signed_in(visit.nurse)
    nurse.go(f"/sessions/{visit.id}/dose/")
    local, ends = given.astimezone(visit.site.tz), given + timedelta(minutes=120)
    told = f"20 min ago; the window then ends at {ends.astimezone(visit.site.tz):%H:%M}"
    field = nurse.page.get_by_label(re.compile("Given at"))
    field.fill(f"{local:%H%M}")
    expect(nurse.page.locator("[data-read-back=id_started_at]")).to_have_text(told)
    nurse.page.get_by_label("Lot number").fill("A1")
    nurse.page.get_by_label(re.compile("Expiry date")).fill("2027-05-31")
    nurse.page.locator("label.tile", has_text="Born").click()
    nurse.page.locator("label.tile", has_text="Both sprays").click()
    nurse.tap("Save dose")
    expect(
        nurse.page.get_by_text(f"{local:%H:%M}, {told}. Is this the time?").first
    ).to_be_visible()
    assert not Dose.objects.exists()
    assert nurse.violations() == []
    nurse.page.get_by_label("Yes, this is the time").check()
    nurse.page.get_by_label("Why entered late").fill("Called away")
    # The tick was for that time, not for another.
    field.fill(f"{local - timedelta(minutes=1):%H%M}")
    nurse.tap("Save dose")
    expect(nurse.page.get_by_label("Yes, this is the time")).not_to_be_checked()
    field.fill(f"{local:%H%M}")
    nurse.tap("Save dose")
    nurse.page.get_by_label("Yes, this is the time").check()
    nurse.tap("Save dose")
    expect(nurse.page.get_by_text("Device 1 saved")).to_be_visible()
    assert Dose.objects.get().started_at == given.replace(second=0, microsecond=0)


def test_two_sites_in_two_tabs_keep_what_was_typed_and_save_it_at_its_own_site(
    visit: Visit, person: Makes, clock: TestClock
) -> None:
    other = SiteFactory.create(name="Harbor", time_zone="America/Chicago")
    MembershipFactory.create(staff=visit.nurse, site=other, role="nurse")
    nurse = person().signed_in(visit.nurse)
    nurse.go("/")
    nurse.choose_site(visit.site.name)
    clock.forward(minutes=35)
    nurse.go(f"/sessions/{visit.id}/reading/?slot=40")
    fill_reading(nurse, systolic=122)
    second = Person(nurse.context, nurse.served)
    second.go("/")
    second.choose_site("Harbor")
    nurse.tap("Save reading")
    expect(nurse.page.get_by_text(f"This session is at {visit.site.name}")).to_be_visible()
    assert nurse.violations() == []
    assert not Reading.objects.filter(slot=40).exists()
    nurse.tap(f"Work at {visit.site.name}")
    expect(nurse.page.get_by_label("Systolic")).to_have_value("122")
    nurse.tap("Save reading")
    shown = f"{clock.now().astimezone(visit.site.tz):%H:%M}"
    expect(nurse.page.get_by_text(f"Reading saved at {shown}")).to_be_visible()
    assert Reading.objects.get(slot=40).systolic == 122
    nurse.errors = [e for e in nurse.errors if "404" not in e]
