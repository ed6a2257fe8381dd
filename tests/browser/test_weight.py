"""What a tablet fetches before it shows its first screen, as the browser counts it on the wire."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import expect

from tests.browser.conftest import Makes, Person
from tests.clock import TestClock
from tests.factories.people import SiteFactory
from tests.factories.record import PatientFactory
from tests.factories.visits import Visit, observed

MOST_BYTES, MOST_REQUESTS = 60_000, 8


class Wire:
    """Bytes and requests of a page that was never opened in this browser."""

    def __init__(self, person: Person) -> None:
        self.requests: list[str] = []
        self.bytes = 0
        session = person.context.new_cdp_session(person.page)
        session.on("Network.requestWillBeSent", self._sent)
        session.on("Network.loadingFinished", self._finished)
        session.send("Network.enable")

    def _sent(self, event: dict[str, Any]) -> None:
        self.requests.append(event["request"]["url"])

    def _finished(self, event: dict[str, Any]) -> None:
        self.bytes += int(event["encodedDataLength"])


def twelve(clock: TestClock) -> Visit:
    """The last of twelve sessions that are open at one site, with readings."""
    site = SiteFactory.create()
    start = clock.now()
    for _ in range(12):
        clock.travel_to(start)
        visit = observed(clock, through=40, site=site, patient=PatientFactory.create(site=site))
    return visit


def test_the_board_with_twelve_cards_is_light(served: str, person: Makes, clock: TestClock) -> None:
    nurse = person().signed_in(twelve(clock).nurse)
    wire = Wire(nurse)
    nurse.go("/")
    nurse.page.wait_for_load_state("networkidle")
    assert nurse.page.locator(".card-session").count() == 12
    assert 20_000 < wire.bytes <= MOST_BYTES
    assert len(wire.requests) <= MOST_REQUESTS, wire.requests


def test_the_page_to_sign_in_at_is_light(served: str, person: Makes) -> None:
    stranger = person()
    wire = Wire(stranger)
    stranger.go("/sign-in/")
    stranger.page.wait_for_load_state("networkidle")
    assert 10_000 < wire.bytes <= MOST_BYTES
    assert len(wire.requests) <= MOST_REQUESTS, wire.requests


def test_a_board_without_news_is_told_so_and_named_for_its_next_question(
    served: str, person: Makes, clock: TestClock
) -> None:
    nurse = person().signed_in(observed(clock, through=40).nurse)
    nurse.page.clock.install()
    nurse.go("/")
    cards = nurse.page.locator("#cards")
    opened = cards.get_attribute("data-version") or ""
    with nurse.page.expect_response(lambda answer: f"version={opened}" in answer.url) as told:
        nurse.page.clock.run_for(10_500)
    assert told.value.status == 204
    expect(cards).to_have_attribute("data-version", re.compile(rf"^{opened}\.\w+\.\d+$"))
