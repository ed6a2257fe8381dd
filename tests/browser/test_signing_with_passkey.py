"""A clinician adds a passkey and signs with it; what it does not prove is refused, and nothing that
was written is lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import CDPSession, Route, expect

from clinic.models import TrailEntry
from monitoring.models import Clearance
from tests.browser.conftest import Person
from tests.clock import TestClock
from tests.factories.passkeys import Passkey
from tests.factories.people import PASSWORD
from tests.factories.visits import Visit, ready_to_sign

WORDS = "Coughing fit, settled, stays with her sister"


class Passkeys:
    """The device of a person: it keeps passkeys, and is unlocked by a touch or not."""

    def __init__(self, person: Person) -> None:
        self.devtools: CDPSession = person.context.new_cdp_session(person.page)
        self.devtools.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        made = self.devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        self.id = made["authenticatorId"]

    def unlocks(self, is_unlocked: bool) -> None:
        self._send("setUserVerified", isUserVerified=is_unlocked)

    def kept(self) -> int:
        return len(self._send("getCredentials")["credentials"])

    def _send(self, command: str, **given: Any) -> dict[str, Any]:
        found: dict[str, Any] = self.devtools.send(
            f"WebAuthn.{command}", {"authenticatorId": self.id} | given
        )
        return found


def add_passkey(person: Person) -> Passkeys:
    device = Passkeys(person)
    person.go("/account/passkeys/add/")
    person.page.get_by_label("Your password").fill(PASSWORD)
    person.tap("Confirm")
    person.tap("Add the passkey")
    expect(person.page.get_by_role("button", name="Show the codes")).to_be_visible()
    assert device.kept() == 1
    return device


def write(person: Person) -> None:
    page = person.page
    for box in page.get_by_role("checkbox").all():
        box.check()
    page.locator("label.tile", has_text="Born").click()
    page.get_by_role("group", name="Serious adverse event").get_by_label("No").check()
    page.get_by_label("Ready to leave after").fill("101")
    for caution in page.locator("textarea").all():
        caution.fill(WORDS)


def all_is_still_there(person: Person) -> bool:
    page = person.page
    boxes = [box.is_checked() for box in page.get_by_role("checkbox").all()]
    cautions = [text.input_value() for text in page.locator("textarea").all()]
    minutes = page.get_by_label("Ready to leave after").input_value()
    answer = page.get_by_role("group", name="Serious adverse event").get_by_label("No")
    return bool(
        boxes and all(boxes) and cautions and set(cautions) == {WORDS}
        and minutes == "101" and answer.is_checked()
    )  # fmt: skip


@pytest.fixture
def visit(clock: TestClock, committed_db: None) -> Visit:
    made = ready_to_sign(clock)
    made.read(systolic=158)
    return made


def tries(visit: Visit) -> int:
    return TrailEntry.objects.filter(chain=visit.clinician.pk, verb="sign_failed").count()


def test_a_clinician_adds_a_passkey_and_signs_with_it(
    person: Callable[..., Person], visit: Visit
) -> None:
    clinician = person().signed_in(visit.clinician)
    device = add_passkey(clinician)
    clinician.go(f"/sessions/{visit.id}/clearance/")
    write(clinician)

    # Without a touch that unlocks it, it proves nothing: the browser says so, and nothing is sent.
    device.unlocks(False)
    clinician.tap("Sign with passkey")
    expect(clinician.page.get_by_text("The passkey was not used.")).to_be_visible()
    assert all_is_still_there(clinician)
    assert not Clearance.objects.exists()

    device.unlocks(True)
    clinician.tap("Sign with passkey")
    expect(clinician.page.get_by_text("Clearance signed").first).to_be_visible()
    assert visit.session.phase == "cleared"
    assert Clearance.objects.get().proof == "passkey"
    assert Clearance.objects.get().signed_by == visit.clinician
    clinician.go(f"/sessions/{visit.id}/report/")
    proof = clinician.page.locator("li").filter(has_text="Signed with").last
    expect(proof).to_contain_text("Passkey")


def test_an_answer_that_came_too_late_is_refused_and_the_password_still_signs(
    person: Callable[..., Person], visit: Visit, clock: TestClock
) -> None:
    clinician = person().signed_in(visit.clinician)
    add_passkey(clinician)
    clinician.go(f"/sessions/{visit.id}/clearance/")
    write(clinician)

    def slowly(route: Route) -> None:
        clock.forward(minutes=6)
        route.continue_()

    clinician.page.route("**/clearance/", slowly, times=1)
    clinician.tap("Sign with passkey")
    summary = clinician.page.locator("[data-error-summary]")
    expect(summary).to_contain_text("The passkey did not show that it is you")
    expect(summary).to_be_focused()
    assert all_is_still_there(clinician)
    assert tries(visit) == 1
    assert clinician.violations() == []

    clinician.page.get_by_label("Your password").fill(PASSWORD)
    clinician.tap("Sign clearance")
    expect(clinician.page.get_by_text("Clearance signed").first).to_be_visible()
    assert Clearance.objects.get().proof == "password"


def test_a_password_that_the_browser_filled_in_does_not_stand_in_the_way(
    person: Callable[..., Person], visit: Visit
) -> None:
    clinician = person().signed_in(visit.clinician)
    add_passkey(clinician)
    clinician.go(f"/sessions/{visit.id}/clearance/")
    write(clinician)
    clinician.page.get_by_label("Your password").fill("filled in by the browser")
    clinician.tap("Sign with passkey")
    expect(clinician.page.get_by_text("Clearance signed").first).to_be_visible()
    assert tries(visit) == 0


def test_where_the_browser_cannot_the_button_is_not_offered(
    person: Callable[..., Person], visit: Visit
) -> None:
    # A passkey belongs to a host by its name, never by its number.
    clinician = person()
    clinician.served = clinician.served.replace("localhost", "127.0.0.1")
    clinician.signed_in(visit.clinician)
    Passkey.added(visit.clinician, "127.0.0.1")
    clinician.go(f"/sessions/{visit.id}/clearance/")
    expect(clinician.page.get_by_role("button", name="Sign clearance")).to_be_visible()
    expect(clinician.page.get_by_text("Sign with passkey")).to_be_hidden()
