"""After a save every form is empty, over TLS as over plain HTTP, and stays so on going back."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from clinic.models import Membership
from tests.browser.drafts import DRAFTS, FORM, filled
from tests.browser.fuzzed_clinic import Clinic
from tests.clinic.routes import BUTTONS
from tests.clock import TestClock
from tests.engine import IS_WHOLE
from tests.factories.logged import insert
from tests.factories.people import person as hire
from tests.factories.visits import predosed

FILL = """([form, body]) => {
  for (const [name, value] of Object.entries(body)) {
    for (const input of form.querySelectorAll(`[name="${name}"]:not([type=hidden])`)) {
      if (["radio", "checkbox"].includes(input.type)) {
        if (input.value === value) input.checked = true;
      } else input.value = value;
      input.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }
}"""
ANSWER = """(form) => form.querySelectorAll("[name^=confirm_], [name=another]")
  .forEach((box) => { box.checked = true; })"""


def save(page: Page, body: dict[str, str]) -> bool:
    """Fill the form in, send it, and say Yes to what it asks; whether it asked anything."""
    page.locator(FORM).first.evaluate(
        f"(form, body) => ({FILL})([form, body])", {k: v for k, v in body.items() if v}
    )
    for number in range(3):
        with page.expect_navigation():
            page.locator(FORM).first.evaluate("(form) => form.requestSubmit()")
        if page.locator("[data-error-summary]").count() == 0:
            return number > 0
        page.locator(FORM).first.evaluate(ANSWER)
    raise AssertionError(page.locator("[data-error-summary]").inner_text())


@pytest.mark.parametrize("transport", ["person_tls", "person"] if IS_WHOLE else ["person_tls"])
def test_after_a_save_every_form_is_empty_and_stays_so_on_going_back(
    request: pytest.FixtureRequest, clock: TestClock, transport: str
) -> None:
    make = request.getfixturevalue(transport)
    clinic = Clinic(clock)
    clinic.read, clinic.decided = (predosed(clock, site=clinic.site) for _ in range(2))
    staff = hire(clinic.site, "nurse")
    for role in ("clinician", "administrator"):
        insert(Membership(staff=staff, site=clinic.site, role=role))
    nurse = make().signed_in(staff)
    page = nurse.page
    # A browser that is enrolled is another one from then on; a corrected reading has no flag.
    left_out = BUTTONS | {"account-pin", "tablet-enrol"}
    forms = [f for f in clinic.forms() if f.route not in left_out]
    forms.sort(key=lambda f: f.route == "reading-correct")
    wrong, with_draft = [], 0
    for form in forms:
        body = form.body()
        nurse.go(form.path)
        assert page.locator(FORM).count() == 1, form.route
        with_draft += page.locator("form[data-draft]").count()
        is_asked = save(page, body)
        left, back = page.evaluate(DRAFTS), []
        # Behind a question the browser asks whether to send the old answer again: no form.
        if not is_asked:
            page.go_back()
            back = filled(page)
        nurse.go(form.path)
        if left or back or filled(page):
            wrong.append((form.route, left, back, filled(page)))
    # What is over has no page any more, such as a clearance that was withdrawn.
    nurse.errors = [e for e in nurse.errors if "404" not in e]
    assert wrong == []
    assert with_draft >= 20
