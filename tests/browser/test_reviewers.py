"""An administrator and an auditor do their day: what is exported, what is printed, who may what."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from playwright.sync_api import expect

from clinic.ids import uuid7
from clinic.models import Site, Staff
from monitoring.models import AccessEntry, Session
from tests.browser.conftest import Person
from tests.browser.hands import sheets_of
from tests.clock import TestClock
from tests.factories.people import PASSWORD, SiteFactory
from tests.factories.people import person as staff
from tests.factories.record import PatientFactory
from tests.factories.visits import discharged, planned

MANY = 1000


def plans(clock: TestClock, site: Site, many: int = MANY) -> None:
    """So many planned sessions: copies of one, a week apart."""
    plan = planned(clock, site=site, patient=PatientFactory.create(site=site)).session
    values = {f.attname: getattr(plan, f.attname) for f in Session._meta.local_concrete_fields}
    Session.objects.bulk_create(
        Session(
            **values
            | {
                "id": uuid7(),
                "planned_for": plan.planned_for + timedelta(weeks=week),
                "last_seq": 0,
                "prescriber_id": None,
            }
        )
        for week in range(1, many)
    )


def begins(reviewer: Person, who: Any) -> None:
    """Signs in at the clinic's address, and is at the register."""
    reviewer.go("/")
    page = reviewer.page
    page.get_by_label("User name").fill(who.username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="Sessions", exact=True)).to_be_visible()


def test_an_administrator_exports_what_is_filtered_and_finds_who_printed(
    person: Callable[..., Person], clock: TestClock
) -> None:
    site = SiteFactory.create()
    visit = discharged(clock, site=site, patient=PatientFactory.create(site=site))
    plans(clock, site)
    administrator = person()
    begins(administrator, staff(site, "administrator"))
    page = administrator.page
    administrator.go("/sessions/?outcome=planned")
    expect(page.get_by_text("1000 sessions, as of")).to_be_visible()
    for _ in range(2):
        administrator.tap("Next", exact=True)
        expect(page.get_by_role("link", name="Previous")).to_be_visible()
    with page.expect_download() as download:
        administrator.tap("Export as CSV")
    text = download.value.path().read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len({row["Session"] for row in rows}) == len(rows) == MANY
    assert {row["How it ended"] for row in rows} == {"Planned"}
    administrator.go("/sessions/?outcome=discharged")
    page.get_by_role("row").nth(1).get_by_role("link").click()
    assert administrator.prints("/report/") == 204
    administrator.tap("Access")
    row = page.get_by_role("row").filter(has_text="Printed")
    expect(row).to_contain_text(visit.patient.banner_name)
    assert AccessEntry.objects.filter(action="exported").count() == 1


def test_each_printed_sheet_of_a_list_says_what_it_is_filtered_by_and_by_whom_it_was_printed(
    person: Callable[..., Person], clock: TestClock
) -> None:
    site = SiteFactory.create()
    visit = discharged(clock, site=site, patient=PatientFactory.create(site=site))
    plans(clock, site, 60)
    for _ in range(3):
        visit.amend()
    administrator = person().signed_in(staff(site, "administrator"))
    who = f"printed by {Staff.objects.get(memberships__role='administrator').printed_name}"
    for path, filtered in (
        ("/sessions/?outcome=planned&size=50", "Filtered by How it ended: Planned"),
        ("/access/?action=listed", "Filtered by"),
        ("/trail/?patient=" + visit.patient.mrn, f"Patient: name or MRN: {visit.patient.mrn}"),
        ("/forms/", who),
    ):
        administrator.go(path)
        small = administrator.page.pdf(width="8.5in", height="7in")
        sheets = [" ".join(sheet.split()) for sheet in sheets_of(small)]
        assert len(sheets) > 1 or not path.startswith("/sessions"), path
        for sheet in sheets:
            assert sheet.count(who) == 1, path
            assert filtered in sheet, path


def test_an_auditor_finds_who_gave_whom_which_role_and_a_failed_sign_in(
    person: Callable[..., Person], clock: TestClock
) -> None:
    site = SiteFactory.create()
    administrator, nurse = staff(site, "administrator"), staff(site, "nurse")
    giver = person()
    begins(giver, administrator)
    giver.tap("Staff")
    giver.page.get_by_role("row").filter(has_text=nurse.printed_name).get_by_role("link").click()
    giver.page.get_by_label("Auditor").check()
    giver.tap("Save roles")
    giver.page.get_by_label("Your password").fill(PASSWORD)
    giver.tap("Confirm")
    expect(giver.page.get_by_text("Roles saved")).to_be_visible()
    person().sign_in(nurse, "wrong")
    auditor = person()
    begins(auditor, staff(site, "auditor"))
    page = auditor.page
    auditor.tap("Trail")
    page.get_by_label("What was done").select_option(label="Roles changed")
    page.get_by_label("Done by").select_option(label=administrator.printed_name)
    auditor.tap("Show", exact=True)
    row = page.get_by_role("row").filter(has_text=nurse.printed_name)
    expect(row).to_contain_text("Auditor")
    expect(row).to_contain_text(administrator.printed_name)
    assert auditor.violations() == []
    auditor.go("/trail/?verb=sign_in_failed")
    expect(page.get_by_role("row").filter(has_text=nurse.printed_name)).to_have_count(1)
    expect(page.get_by_role("button", name="Sign out").nth(1)).to_have_count(0)
