"""What people do once the patient has left: print, amend, review, ask what was signed."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from clinic.models import TrailEntry
from monitoring.models import AccessEntry, Amendment, Review
from tests.browser.conftest import Person
from tests.browser.hands import sheets_of
from tests.clock import TestClock
from tests.factories.people import person as staff
from tests.factories.visits import Visit, discharged


@pytest.fixture
def visit(served: str, clock: TestClock) -> Visit:
    return discharged(clock)


def test_an_amendment_is_written_and_marked(
    visit: Visit, person: Callable[..., Person], clock: TestClock
) -> None:
    nurse = person().signed_in(visit.nurse)
    nurse.go(f"/sessions/{visit.id}/")
    nurse.tap("Amend")
    page = nurse.page
    page.get_by_label("Reason for the amendment").fill("Written down wrongly")
    page.get_by_label("What is amended").select_option(label="Session as a whole")
    nurse.tap("Save amendment")
    expect(page.get_by_text("Not saved yet")).to_be_visible()
    expect(page.get_by_label("Reason for the amendment")).to_have_value("Written down wrongly")
    page.get_by_label("Amendment", exact=True).fill("The escort was the sister")
    nurse.tap("Save amendment")
    expect(page.get_by_text("Amendment saved")).to_be_visible()
    expect(page.get_by_role("heading", name="Amendments")).to_be_visible()
    nurse.tap("Report")
    expect(page.get_by_text("The escort was the sister")).to_be_visible()
    amendment = Amendment.objects.get()
    told = TrailEntry.objects.filter(chain=visit.id).latest("seq")
    assert (told.verb, told.actor) == ("amend_record", visit.nurse)
    assert told.device, "the tablet is named on the trail"
    assert amendment.recorded_by == visit.nurse


def test_a_late_reading_is_found_on_the_board_and_answered_in_two_taps(
    visit: Visit, person: Callable[..., Person], clock: TestClock
) -> None:
    visit.read(systolic=183, diastolic=102)
    clinician = person().signed_in(visit.clinician)
    clinician.go("/")
    clinician.tap("1 entry came after the patient had left")
    clinician.tap("Review")
    page = clinician.page
    expect(page.get_by_text("183/102")).to_be_visible()
    page.get_by_label("What this reading means").fill("Taken before departure")
    page.get_by_label("What was done").fill("Rang the patient: well")
    clinician.tap("Save review")
    expect(page.get_by_text("Review saved")).to_be_visible()
    expect(page.get_by_text("Reviewed", exact=True)).to_be_visible()
    assert Review.objects.get().recorded_by == visit.clinician
    clinician.go("/")
    expect(page.get_by_text("arrived after the patient had left")).to_have_count(0)


def test_what_was_signed_and_whether_it_stands_are_one_tap_from_the_report(
    visit: Visit, person: Callable[..., Person], clock: TestClock
) -> None:
    visit.read(systolic=183, diastolic=102)
    administrator = person().signed_in(staff(visit.site, "administrator"))
    page = administrator.page
    administrator.go(f"/sessions/{visit.id}/report/")
    with page.expect_download() as download:
        administrator.tap("PDF")
    assert download.value.path().read_bytes().startswith(b"%PDF-")
    assert AccessEntry.objects.filter(action="exported", page="session-report-pdf").count() == 1
    administrator.tap("As signed")
    expect(page.get_by_text("This is what was signed")).to_be_visible()
    expect(page.get_by_text("Changed since")).to_be_visible()
    administrator.tap("Report")
    administrator.tap("Verify")
    expect(page.get_by_role("heading", name="Verification")).to_be_visible()
    expect(page.get_by_text("Entries of the trail, each with its keyed digest")).to_be_visible()


def test_printing_is_kept_and_found_by_the_administrator(
    visit: Visit, person: Callable[..., Person], clock: TestClock
) -> None:
    nurse = person().signed_in(visit.nurse)
    nurse.go(f"/sessions/{visit.id}/report/")
    assert nurse.prints("/report/") == 204
    assert AccessEntry.objects.filter(action="printed", staff=visit.nurse).count() == 1
    administrator = person().signed_in(staff(visit.site, "administrator"))
    administrator.go("/access/")
    page = administrator.page
    page.get_by_label("What").select_option(label="Printed")
    page.get_by_label("Patient: name or MRN").fill(visit.patient.mrn)
    administrator.tap("Show")
    row = page.get_by_role("row").filter(has_text=visit.nurse.printed_name)
    expect(row).to_have_count(1)
    expect(row).to_contain_text("Printed")
    with page.expect_download() as download:
        administrator.tap("Export as CSV")
    text = download.value.path().read_text(encoding="utf-8-sig")
    assert visit.patient.mrn in text
    assert "printed" in text


def test_the_report_that_is_printed_marks_what_was_amended(
    visit: Visit, person: Callable[..., Person], clock: TestClock
) -> None:
    reading = visit.session.reading_set.last()
    assert reading
    visit.amend(about="reading", about_id=reading.pk, text="Right arm, not left")
    nurse = person().signed_in(visit.nurse)
    nurse.go(f"/sessions/{visit.id}/report/")
    nurse.page.emulate_media(media="print")
    expect(nurse.page.get_by_role("heading", name="Amendments")).to_be_visible()
    expect(nurse.page.get_by_text("Amended: Right arm, not left")).to_be_visible()
    expect(nurse.page.get_by_text("Chain head after")).to_be_visible()
    expect(nurse.page.get_by_role("link", name="As signed")).to_be_hidden()
    sheets = sheets_of(nurse.page.pdf())
    assert len(sheets) == 2
    for sheet in sheets:
        assert visit.patient.mrn in sheet
        assert f"read by {visit.nurse.printed_name}" in " ".join(sheet.split())
    # Sheets on which the readings go on begin with one, and with no recorder of the one before.
    heights = ("3in", "3.07in", "3.14in", "3.21in")
    small = [page for h in heights for page in sheets_of(nurse.page.pdf(width="8.5in", height=h))]
    first = re.findall(r"MOAA/S\s+Dissociation\s+(.*)", "".join(small))
    assert len(first) > len(heights)
    assert not any(words.startswith(visit.nurse.printed_name) for words in first)
