"""An overdue monitoring form is filed; the record is amended, and it is filed again."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from monitoring.models import AccessEntry, FormFiling
from tests.browser.conftest import Person
from tests.clock import TestClock
from tests.factories.people import PASSWORD
from tests.factories.people import person as staff
from tests.factories.visits import discharged


def say_filed(administrator: Person, day: str, reference: str) -> None:
    page = administrator.page
    page.get_by_label("Filed on").fill(day)
    page.locator("label.tile", has_text="Fax").click()
    page.get_by_label("Reference").fill(reference)
    if (why := page.get_by_label("Why required fields are empty")).count():
        why.fill("Answered on the official form")
    administrator.tap("Save filing")
    expect(page.get_by_text("Filing saved")).to_be_visible()


def test_an_overdue_form_is_filed_amended_seen_to_differ_and_filed_again(
    served: str, clock: TestClock, person: Callable[..., Person]
) -> None:
    visit = discharged(clock)
    visit.answer_form()
    clock.forward(minutes=60 * 24 * 9)
    day = clock.now().astimezone(visit.site.tz).strftime("%d-%b-%Y")
    by = staff(visit.site, "administrator")
    administrator = person()
    page = administrator.page
    administrator.go("/")
    page.get_by_label("User name").fill(by.username)
    page.get_by_label("Password").fill(PASSWORD)
    administrator.tap("Sign in", exact=True)
    administrator.tap("1 monitoring form is overdue.")
    expect(page.get_by_text("Overdue by 2 days")).to_be_visible()
    page.locator(f"a[href='/sessions/{visit.id}/form/']").click()
    administrator.tap("It was filed")
    say_filed(administrator, day, "FAX-1")

    was = visit.patient.family_name
    visit.amend_patient(family_name="Ziegler")
    administrator.go("/")
    administrator.tap("1 filed form no longer agrees with the record.")
    expect(page.get_by_text("Changed since it was filed")).to_be_visible()
    page.locator(f"a[href='/sessions/{visit.id}/form/']").click()
    row = page.get_by_role("row", name="Last name")
    expect(row).to_contain_text(was)
    expect(row).to_contain_text("Ziegler")
    administrator.tap("It was filed again")
    say_filed(administrator, day, "FAX-2")
    expect(page.get_by_text("Changed since it was filed")).to_have_count(0)
    first, second = FormFiling.objects.order_by("seq")
    assert (was in first.copy, "Ziegler" in second.copy) == (True, True)

    administrator.tap("Copy for paper")
    assert administrator.prints("/form/print/") == 204
    assert AccessEntry.objects.filter(action="printed", page="form-print").count() == 1
    administrator.go("/forms/")
    expect(page.get_by_text("No form is to be filed.")).to_be_visible()
