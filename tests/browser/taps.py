"""What a finger does on a shared tablet, counted."""

from __future__ import annotations

from django.contrib.auth.hashers import PBKDF2PasswordHasher
from playwright.sync_api import Page, expect

from clinic.models import Staff
from tests.browser.conftest import Person
from tests.factories.people import PIN

STORED = PBKDF2PasswordHasher().encode(PIN, "salt", iterations=1000)
"""The PIN as a deployment stores it, which a page without contact hashes itself."""


class Taps:
    """Counts what a finger does."""

    def __init__(self, device: Person) -> None:
        self.device, self.taps, self.digits = device, 0, 0

    def button(self, words: str) -> None:
        self.device.page.get_by_role("button", name=words, exact=True).tap()
        self.taps += 1

    def name(self, staff: Staff) -> None:
        self.device.page.locator(".tile", has_text=staff.printed_name).tap()
        self.taps += 1

    def pin(self, pin: str) -> None:
        type_pin(self.device.page, pin)
        self.digits += len(pin)


def type_pin(page: Page, pin: str) -> None:
    for digit in pin:
        page.locator(f"[data-digit='{digit}']").tap()


def come_back(device: Person, staff: Staff, pin: str = PIN) -> Taps:
    taps = Taps(device)
    taps.name(staff)
    taps.pin(pin)
    return taps


def make_sure(device: Person) -> None:
    """Compare the birth date with the patient: another person had the page open."""
    expect(device.page.get_by_role("heading", name="Whose page is this?")).to_be_visible()
    device.tap("Born 14-Jul-1958")
