"""Midnight, the changes of the clocks, and a tablet whose own clock and zone are wrong: what counts
is the server's time, what is shown is the site's."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from monitoring.models import Reading
from tests.browser.conftest import Makes
from tests.browser.hands import fill_reading, save_reading
from tests.clock import TestClock
from tests.factories.visits import dosed, predosed


def utc(year: int, month: int, day: int, hour: int, minute: int) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "off"),
    [("Pacific/Auckland", timedelta(hours=-24)), ("UTC", timedelta(minutes=7))],
)
def test_a_reading_is_of_the_servers_time_whatever_the_tablet_says(
    served: str, person: Makes, clock: TestClock, zone: str, off: timedelta
) -> None:
    visit = dosed(clock)
    clock.forward(minutes=35)
    nurse = person(zone=zone)
    nurse.page.clock.install(time=clock.now() + off)
    nurse.signed_in(visit.nurse)
    nurse.go(f"/sessions/{visit.id}/")
    slot = nurse.page.locator(".slot", has_text="40 min")
    expect(slot).to_contain_text("due now")
    nurse.tap("Record 40-minute reading")
    save_reading(nurse)
    kept = Reading.objects.latest("seq")
    assert (kept.slot, kept.taken_at) == (40, clock.now())
    expect(slot).to_contain_text(f"{clock.now().astimezone(visit.site.tz):%H:%M}")


@pytest.mark.parametrize(
    ("now", "back", "shown", "is_meant"),
    [
        pytest.param((2026, 3, 11, 4, 4), 6, "23:58", (2026, 3, 11, 3, 58), id="midnight"),
        pytest.param((2026, 3, 8, 7, 4), 7, "01:57", (2026, 3, 8, 6, 57), id="put forward"),
        pytest.param((2026, 11, 1, 6, 2), 6, "01:56", (2026, 11, 1, 5, 56), id="put back"),
    ],
)
def test_a_step_back_over_midnight_and_a_change_of_the_clocks_is_the_minute_meant(
    served: str,
    person: Makes,
    clock: TestClock,
    now: tuple[int, int, int, int, int],
    back: int,
    shown: str,
    is_meant: tuple[int, int, int, int, int],
) -> None:
    """At a site in New York, on a tablet in Tokyo, a day behind."""
    at, meant = utc(*now), utc(*is_meant)
    clock.travel_to(at - timedelta(minutes=20))
    visit = predosed(clock)
    clock.travel_to(at)
    nurse = person(zone="Asia/Tokyo")
    nurse.page.clock.install(time=at - timedelta(hours=24))
    nurse.signed_in(visit.nurse)
    nurse.go(f"/sessions/{visit.id}/reading/")
    nurse.page.get_by_role("button", name="5 minutes earlier").click()
    for _ in range(back - 5):
        nurse.page.get_by_role("button", name="1 minute earlier").click()
    expect(nurse.page.get_by_label(re.compile("Taken at"))).to_have_value(shown)
    nurse.page.locator("summary", has_text="entered late").click()
    nurse.page.get_by_label("Why entered late").fill("Called away")
    fill_reading(nurse)
    nurse.tap("Save reading")
    answer = nurse.page.get_by_label("Yes, this is the time")
    saved = nurse.page.get_by_text("Reading saved")
    expect(answer.or_(saved).first).to_be_visible()
    if answer.count():
        answer.check()
        nurse.tap("Save reading")
    expect(saved).to_be_visible()
    assert Reading.objects.latest("seq").taken_at.replace(second=0, microsecond=0) == meant


def test_a_clock_that_is_set_while_the_page_is_open_moves_nothing(
    served: str, person: Makes, clock: TestClock
) -> None:
    visit = dosed(clock)
    clock.forward(minutes=35)
    nurse = person()
    page = nurse.page
    page.clock.install(time=clock.now())
    nurse.signed_in(visit.nurse)
    nurse.go(f"/sessions/{visit.id}/")
    slot = page.locator(".slot", has_text="60 min")
    expect(slot).to_contain_text("in 20 min")
    # Set ahead by as long as no one touches a page that is left, it would be locked.
    for off in (timedelta(hours=-24), timedelta(hours=-23, minutes=-48)):
        page.clock.set_system_time(clock.now() + off)
        page.clock.run_for(6_000)
        expect(slot).to_contain_text("in 20 min")
    nurse.context.set_offline(True)
    page.clock.set_system_time(clock.now() - timedelta(hours=48))
    page.clock.run_for(36_000)
    since = f"{clock.now().astimezone(visit.site.tz):%H:%M}"
    expect(page.get_by_text(f"No contact with the server since {since}")).to_be_visible()
    expect(slot).to_contain_text("in 20 min")
    nurse.errors.clear()
