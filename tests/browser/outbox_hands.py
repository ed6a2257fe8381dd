"""What the scenarios of the outbox share: cutting a tablet off, and counting what has arrived."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from clinic.models import Staff
from monitoring.models import Reading
from tests.browser.conftest import PATIENCE, Person
from tests.browser.hands import fill_reading
from tests.factories.visits import Visit


def rows(visit: Visit, by: Staff | None = None) -> list[int | None]:
    """The systolic values recorded after the dose, by that person where one is named."""
    found = Reading.objects.filter(session=visit.id, taken_at__gt=visit.session.first_dose_at)
    found = found.filter(recorded_by=by) if by else found
    return list(found.order_by("seq").values_list("systolic", flat=True))


def type_reading(nurse: Person, visit: Visit, systolic: int) -> None:
    nurse.go(f"/sessions/{visit.id}/reading/?slot=40")
    fill_reading(nurse, systolic=systolic)


def open_session(nurse: Person, visit: Visit) -> None:
    """With the form for a reading kept in the page, for when there is no network."""
    nurse.go(f"/sessions/{visit.id}/")
    wait_until_form_is_kept(nurse)


def wait_until_form_is_kept(nurse: Person) -> None:
    expect(nurse.page.locator("[data-goes-on-form][data-is-kept]")).to_have_count(1)


def wait_until_sent(nurse: Person) -> None:
    """Nothing waits on the tablet any more."""
    for _ in range(PATIENCE // 100):
        if nurse.page.evaluate("localStorage.getItem('unsent')") is None:
            return
        nurse.page.wait_for_timeout(100)
    raise AssertionError("it was not sent")


def cut(nurse: Person) -> None:
    """Nothing reaches the server, from this moment on."""
    nurse.context.route("**/*", lambda route: route.abort("internetdisconnected"))
    nurse.context.set_offline(True)


def mend(nurse: Person) -> None:
    nurse.context.unroute("**/*")
    nurse.context.set_offline(False)


def forgive(nurse: Person) -> None:
    """A network that is gone is an error to the console alone."""
    lost = re.compile(
        "ERR_(FAILED|INTERNET_DISCONNECTED|EMPTY_RESPONSE|CONNECTION_REFUSED)|40[013]"
        # A poll that was on its way.
        "|htmx:(afterRequest|sendError)"
    )
    nurse.errors = [e for e in nurse.errors if not lost.search(e)]


def save_offline(nurse: Person, systolic: int) -> None:
    """One more set on the form that is open; it is kept on the tablet."""
    another = nurse.page.get_by_role("button", name="Enter another")
    if another.is_visible():
        another.click()
    fill_reading(nurse, systolic=systolic)
    nurse.tap("Save reading")
    expect(nurse.page.locator("[data-outbox-note]")).to_be_visible()
