"""On a slow tablet and a slow line the form for a reading accepts its first digit within two
seconds of a tap, and without a network, too: seconds of a machine that does nothing else. The
better of two counts."""

from __future__ import annotations

import time

from playwright.sync_api import expect

from tests.browser.conftest import Makes, Person
from tests.browser.outbox_hands import cut, forgive, open_session
from tests.clock import TestClock
from tests.factories.visits import dosed

MOST_SECONDS = 2
TRIES = 2
# As measured on 3G: 1.6 Mbit/s down, 750 kbit/s up, 150 ms there and back.
LINE = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1_600_000 / 8,
    "uploadThroughput": 750_000 / 8,
}


def first_digit(nurse: Person) -> float:
    """Seconds from the tap on the session to the digit in the field."""
    field = nurse.page.get_by_label("Systolic")
    before = crowding()
    began = time.monotonic()
    nurse.page.get_by_role("link", name="Record 40-minute reading").first.click()
    field.press_sequentially("1")
    expect(field).to_have_value("1")
    taken = time.monotonic() - began
    field.fill("")
    return taken / ((before + crowding()) / 2)


def crowding() -> float:
    """How many times as long as by itself a piece of work takes now, for the other tests beside."""
    began, used = time.monotonic(), time.process_time()
    sum(range(5_000_000))
    return max(1.0, (time.monotonic() - began) / (time.process_time() - used))


def test_the_first_digit_is_accepted_within_two_seconds(
    served_tls: str, person_tls: Makes, clock: TestClock
) -> None:
    visit = dosed(clock)
    clock.forward(minutes=35)
    nurse = person_tls().signed_in(visit.nurse)
    nurse.go(f"/sessions/{visit.id}/reading/?slot=40")
    slow = nurse.context.new_cdp_session(nurse.page)
    slow.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    slow.send("Network.enable")
    slow.send("Network.emulateNetworkConditions", LINE)
    online = []
    for _ in range(TRIES):
        nurse.go(f"/sessions/{visit.id}/")
        online.append(first_digit(nurse))
    open_session(nurse, visit)
    cut(nurse)
    offline = []
    for _ in range(TRIES):
        offline.append(first_digit(nurse))
        nurse.page.locator("[data-goes-on-form]").get_by_role("link", name="Back").click()
    assert min(online) < MOST_SECONDS, online
    assert min(offline) < MOST_SECONDS, offline
    forgive(nurse)
