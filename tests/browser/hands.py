"""What a person does on a page again and again."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from playwright.sync_api import expect
from pypdf import PdfReader

from tests.browser.conftest import Person


def fill_reading(nurse: Person, systolic: int = 124, diastolic: int = 78, **scales: str) -> None:
    page = nurse.page
    page.get_by_label("Systolic").fill(str(systolic))
    page.get_by_label("Diastolic").fill(str(diastolic))
    page.get_by_label("Heart rate").first.fill("74")
    page.get_by_label("SpO₂").first.fill("97")
    page.get_by_label("Room air").check()
    page.get_by_label("Respiratory rate").first.fill("14")
    page.get_by_label(scales.get("sedation", "Responds readily to name · 5")).check()
    page.get_by_label(scales.get("dissociation", "None · 0"), exact=True).check()


def save_reading(nurse: Person, **values: Any) -> None:
    fill_reading(nurse, **values)
    nurse.tap("Save reading")
    expect(nurse.page.get_by_text("Reading saved")).to_be_visible()


def answer(nurse: Person, question: str, word: str) -> None:
    group = nurse.page.get_by_role("group", name=question)
    group.get_by_label(word, exact=True).check()


def admit(nurse: Person, clinician: str) -> None:
    answer(nurse, "Name and date of birth confirmed", "Yes")
    for question in ("Aneurysmal", "intracerebral", "Hypersensitivity"):
        answer(nurse, question, "No")
    answer(nurse, "Last food", "More than 2 hours ago")
    answer(nurse, "Last liquids", "More than 30 minutes ago")
    answer(nurse, "Last nasal", "More than 1 hour ago, or none")
    for medication in (
        "Benzodiazepine",
        "Non-benzodiazepine sedative hypnotic",
        "Opioid",
        "Psychostimulant",
        "MAO inhibitor",
        "Alcohol",
    ):
        group = nurse.page.get_by_role("group", name=medication, exact=True)
        group.get_by_label("No", exact=True).check()
    answer(nurse, "Someone else takes", "Yes")
    nurse.page.get_by_label("Who takes the patient home").fill("Ann Smith")
    nurse.page.get_by_label("Their telephone").fill("555 0101")
    answer(nurse, "Advised not to drive", "Yes")
    nurse.page.get_by_label("Prescriber on site").select_option(label=clinician)
    nurse.page.get_by_label("Room or chair").fill("Chair 4")
    nurse.tap("Save admission")
    expect(nurse.page.get_by_text("Admission saved")).to_be_visible()


def give_device(nurse: Person) -> None:
    nurse.page.locator("label.tile", has_text="Born").click()
    nurse.page.get_by_label("Lot number").fill("S2611C")
    nurse.page.get_by_label("Expiry date").fill("2027-05-31")
    nurse.page.get_by_label("Both sprays: no dot left").check()
    nurse.tap("Save dose")


def sign(clinician: Person, password: str) -> None:
    page = clinician.page
    for box in page.get_by_role("checkbox").all():
        box.check()
    page.locator("label.tile", has_text="Born").click()
    page.get_by_role("group", name="Serious adverse event").get_by_label("No").check()
    page.get_by_label("Ready to leave after").fill("100")
    for caution in page.locator("textarea").all():
        caution.fill("Known hypertension, falling, stays with her sister")
    page.get_by_label("Your password").fill(password)
    clinician.tap("Sign clearance")


def sheets_of(printed: bytes) -> list[str]:
    """The text of each sheet of a PDF."""
    return [sheet.extract_text() for sheet in PdfReader(BytesIO(printed)).pages]
