"""A nurse records her time with a patient; the administrator reads the page of the minutes."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from monitoring.models import AccessEntry, StaffContact
from tests.browser.conftest import Person
from tests.clock import TestClock
from tests.factories.people import person as staff
from tests.factories.visits import ready_to_sign


def test_contact_is_recorded_between_signature_and_door_and_read_apart_from_observation(
    served: str, clock: TestClock, person: Callable[..., Person]
) -> None:
    visit = ready_to_sign(clock)
    visit.sign()
    nurse = person().signed_in(visit.nurse)
    page = nurse.page
    nurse.go(f"/sessions/{visit.id}/contact/")
    began = clock.now().astimezone(visit.site.tz)
    page.get_by_label("From").fill(f"{(began.hour - 1) % 24:02}:{began.minute:02}")
    page.get_by_label("Patients at once").fill("3")
    nurse.tap("Save contact")
    expect(page.get_by_text("3 patients at once.").first).to_be_visible()
    page.get_by_label("Yes, the number is right").check()
    nurse.tap("Save contact")
    expect(page.get_by_text("Contact saved")).to_be_visible()
    expect(page.get_by_role("heading", name="Cleared")).to_be_visible()
    assert StaffContact.objects.get().is_number_confirmed

    visit.leave()
    administrator = person().signed_in(staff(visit.site, "administrator"))
    page = administrator.page
    administrator.go(f"/sessions/{visit.id}/report/")
    administrator.tap("Minutes")
    expect(page.get_by_text("The two kinds of minutes are not added.")).to_be_visible()
    row = page.get_by_role("row", name=visit.nurse.printed_name).first
    expect(row).to_contain_text("60")
    expect(row).to_contain_text("More than two at once")
    expect(page.get_by_role("rowheader", name="G2082")).to_be_visible()
    expect(page.get_by_role("rowheader", name="99415")).to_have_count(0)
    assert administrator.prints("/minutes/") == 204
    assert AccessEntry.objects.filter(action="printed", page="minutes").count() == 1
