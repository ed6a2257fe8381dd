"""A tablet rings where a person switched that on; a screen that goes dark says so; and after a save
the next patient is one tap away."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Makes, Person
from tests.browser.hands import save_reading
from tests.clock import TestClock
from tests.factories.record import PatientFactory
from tests.factories.visits import Visit, at_forty, dosed

HEARD = """
window.heard = [];
const start = AudioScheduledSourceNode.prototype.start;
OscillatorNode.prototype.start = function (...at) {
  window.heard.push("tone");
  return start.apply(this, at);
};
Object.defineProperty(navigator, "vibrate", { value: (how) => window.heard.push(how.length) });
"""
HELD = """
localStorage.setItem("alarm", "on");
let isTouched = false;
let isHeard = false;
addEventListener("pointerdown", () => { isTouched = true; });
Object.defineProperty(AudioContext.prototype, "state",
  { get: () => (isHeard ? "running" : "suspended") });
AudioContext.prototype.resume = function () {
  isHeard = isTouched;
  this.dispatchEvent(new Event("statechange"));
};
"""
DARK = """navigator.wakeLock.request = async () => { throw new DOMException("no"); };"""
AWAKE = """
window.lock = new EventTarget();
navigator.wakeLock.request = async () => window.lock;
"""


@pytest.fixture
def visit(served: str, clock: TestClock) -> Visit:
    return at_forty(clock)


@pytest.fixture
def nurse(visit: Visit, person: Makes) -> Person:
    return person().signed_in(visit.nurse)


def heard(nurse: Person) -> list[object]:
    return list(nurse.page.evaluate("heard.splice(0)"))


def pass_minutes(nurse: Person, clock: TestClock, minutes: int) -> None:
    clock.forward(minutes=minutes)
    nurse.page.clock.run_for(minutes * 60_000)


def test_a_tablet_rings_once_for_each_thing_and_only_when_switched_on(
    visit: Visit, nurse: Person, clock: TestClock
) -> None:
    page = nurse.page
    page.add_init_script(HEARD)
    page.clock.install()
    nurse.go("/")
    pass_minutes(nurse, clock, 7)
    assert heard(nurse) == []
    nurse.tap("Sound and vibration: off")
    expect(page.get_by_role("button", name="Sound and vibration: on")).to_be_visible()
    page.wait_for_function("() => new AudioContext().state === 'running'")
    nurse.tap("Try it")
    assert heard(nurse) == ["tone"] * 3 + [5]
    # Overdue when it was switched on: who did saw that. Urgent ten minutes after it was due.
    pass_minutes(nurse, clock, 1)
    assert heard(nurse) == []
    pass_minutes(nurse, clock, 3)
    page.wait_for_function("() => heard.length === 3")
    assert heard(nurse) == ["tone"] * 2 + [3]
    assert nurse.violations() == []
    nurse.go(f"/sessions/{visit.id}/")
    pass_minutes(nurse, clock, 1)
    assert heard(nurse) == []


def test_a_second_emergency_of_the_same_patient_rings_again(
    visit: Visit, nurse: Person, clock: TestClock
) -> None:
    page = nurse.page
    page.add_init_script(HEARD)
    page.clock.install()
    nurse.go("/")
    nurse.tap("Sound and vibration: off")
    page.wait_for_function("() => new AudioContext().state === 'running'")
    for systolic in (201, 205):
        clock.forward(minutes=1)
        visit.read(systolic=systolic)
        page.clock.run_for(11_000)
        page.wait_for_function("() => heard.length === 4")
        assert heard(nurse) == ["tone"] * 3 + [5]
    page.clock.run_for(11_000)
    assert heard(nurse) == []


def test_a_sound_that_the_browser_holds_back_is_said_until_the_page_is_touched(
    visit: Visit, nurse: Person
) -> None:
    page = nurse.page
    page.add_init_script(HELD)
    nurse.go(f"/sessions/{visit.id}/")
    held = page.get_by_text("this browser holds it back")
    expect(held).to_be_visible()
    assert nurse.violations() == []
    page.get_by_role("heading", name="Observing").click()
    expect(held).to_be_hidden()


def test_a_session_says_when_the_screen_may_go_dark(visit: Visit, person: Makes) -> None:
    for script, is_dark in ((DARK, True), (AWAKE, False)):
        nurse = person().signed_in(visit.nurse)
        nurse.page.add_init_script(script)
        nurse.go(f"/sessions/{visit.id}/")
        line = nurse.page.get_by_text("lets the screen go dark")
        expect(line).to_be_visible(visible=is_dark)
    nurse.page.evaluate("lock.dispatchEvent(new Event('release'))")
    expect(line).to_be_visible()


def test_after_a_save_the_next_patient_is_one_tap_away(
    visit: Visit, nurse: Person, clock: TestClock
) -> None:
    start = clock.now()
    patient = PatientFactory.create(site=visit.site, family_name="Later")
    clock.travel_to(start)
    clock.forward(minutes=-40)
    other = dosed(clock, site=visit.site, patient=patient)
    clock.travel_to(start)
    nurse.go(f"/sessions/{visit.id}/reading/?slot=40")
    save_reading(nurse)
    ways = nurse.page.get_by_role("navigation", name="Go on")
    expect(ways.get_by_role("link", name="Board")).to_have_attribute("href", "/")
    expect(ways.get_by_role("link")).to_have_count(2)
    assert nurse.violations() == []
    ways.get_by_role("link", name="LATER").click()
    expect(nurse.page.get_by_label("Systolic")).to_be_visible()
    assert str(other.id) in nurse.page.url
    # Who only looks at the session is not sent on.
    nurse.go(f"/sessions/{visit.id}/")
    expect(ways).to_have_count(0)
