"""How often a finger touches the glass, or another key than a digit is pressed: counted."""

from __future__ import annotations

from decimal import Decimal

import pytest
from playwright.sync_api import Locator, expect

from monitoring.models import Dose, Reading
from tests.browser.conftest import Makes, Person
from tests.clock import TestClock
from tests.factories.visits import Visit, observed, predosed

NUMBERS = {"Systolic": "131", "Diastolic": "78", "Heart rate": "72", "SpO₂": "97"}


class Finger:
    """Taps and types on the tablet of `person`, and counts all but digits."""

    def __init__(self, person: Person) -> None:
        self.page, self.count = person.page, 0

    def tap(self, target: Locator) -> None:
        target.tap()
        self.count += 1

    def button(self, words: str) -> None:
        self.tap(self.page.get_by_role("button", name=words, exact=True))

    def tile(self, words: str) -> None:
        self.tap(self.page.locator("label", has_text=words).first)

    def number(self, label: str, digits: str) -> None:
        assert digits.isdecimal()
        self.tap(self.page.get_by_label(label))
        self.page.keyboard.type(digits)


@pytest.fixture
def visit(served: str, clock: TestClock) -> Visit:
    made = observed(clock, through=40)
    clock.forward(minutes=20)
    return made


def test_a_full_set_takes_at_most_sixteen_beyond_its_digits(visit: Visit, person: Makes) -> None:
    nurse = person().signed_in(visit.nurse)
    nurse.go(f"/sessions/{visit.id}/")
    finger = Finger(nurse)
    finger.tap(nurse.page.locator(".btn-primary").first)
    for label, digits in (NUMBERS | {"Respiratory rate": "14"}).items():
        finger.number(label, digits)
    for words in ("Room air", "Responds readily to name", "None · 0"):
        finger.tile(words)
    finger.button("Save reading")
    expect(nurse.page.get_by_text("Reading saved")).to_be_visible()
    assert finger.count <= 16
    saved = Reading.objects.get(session=visit.id, systolic=131)
    assert (saved.sedation, saved.dissociation, saved.slot) == (5, 0, 60)
    assert saved.oxygen == Decimal(0)


def test_correcting_one_value_takes_at_most_six_and_its_digits(visit: Visit, person: Makes) -> None:
    nurse = person().signed_in(visit.nurse)
    nurse.go(f"/sessions/{visit.id}/")
    wrong = visit.session.reading_set.latest("seq")
    finger = Finger(nurse)
    finger.tap(nurse.page.locator(f"a[href$='/reading/{wrong.pk}/correct/']").first)
    finger.number("Systolic", "126")
    finger.tile("Typed wrongly")
    finger.button("Save correction")
    expect(nurse.page.get_by_text("Correction saved")).to_be_visible()
    assert finger.count <= 6
    right = Reading.objects.get(replaces=wrong)
    assert (right.systolic, right.correction_reason) == (126, "Typed wrongly")


def test_a_further_device_of_the_same_lot_takes_at_most_four(
    served: str, clock: TestClock, person: Makes
) -> None:
    """On its form: whose it is, that the lot is the same, what left the device, and Save."""
    visit = predosed(clock)
    visit.dose()
    clock.forward(minutes=5)
    nurse = person().signed_in(visit.nurse)
    nurse.go(f"/sessions/{visit.id}/dose/")
    finger = Finger(nurse)
    for words in ("MRN", "Same lot as device 1", "Both sprays"):
        finger.tile(words)
    finger.button("Save dose")
    nurse.page.wait_for_url(f"**/sessions/{visit.id}/")
    assert finger.count <= 4
    first, second = Dose.objects.filter(session=visit.id).order_by("seq")
    assert (second.lot, second.expiry) == (first.lot, first.expiry)
