"""A clearance is not signed on a tablet that holds what the server does not have."""

from __future__ import annotations

from playwright.sync_api import expect

from monitoring.models import Clearance
from tests.browser.conftest import Makes
from tests.browser.hands import fill_reading, sign
from tests.browser.outbox_hands import cut, forgive, mend, save_offline, wait_until_sent
from tests.clock import TestClock
from tests.factories.people import PASSWORD, TabletFactory
from tests.factories.visits import ready_to_sign


def test_a_clearance_waits_for_what_a_nurse_left_on_the_tablet(
    served_tls: str, person_tls: Makes, clock: TestClock
) -> None:
    visit = ready_to_sign(clock)
    tablet = TabletFactory.create(site=visit.site)
    device = person_tls().hold(tablet).signed_in(visit.nurse)
    page, bar = device.page, device.page.locator("[data-unsent]")
    device.go(f"/sessions/{visit.id}/reading/")
    fill_reading(device, systolic=131)
    cut(device)
    save_offline(device, 131)
    page.goto("about:blank")
    mend(device)
    device.context.clear_cookies()
    # The clinician has contact, but for what would send the reading.
    page.route("**/reading/**", lambda route: route.abort())
    device.hold(tablet).signed_in(visit.clinician)
    device.go(f"/sessions/{visit.id}/clearance/")
    sign(device, PASSWORD)
    words = "This waits until what is on this tablet has reached the server: 1."
    expect(bar).to_contain_text(words)
    assert device.violations() == []
    assert not Clearance.objects.exists()
    # What was typed stays; once the reading has arrived, it is read before it is signed.
    expect(page.get_by_label("Ready to leave after")).to_have_value("100")
    page.unroute("**/reading/**")
    page.evaluate("dispatchEvent(new Event('online'))")
    wait_until_sent(device)
    expect(bar).to_be_hidden()
    device.go(f"/sessions/{visit.id}/clearance/")
    page.get_by_label("Your password").fill(PASSWORD)
    device.tap("Sign clearance")
    expect(page.get_by_text("Clearance signed at")).to_be_visible()
    signed = Clearance.objects.get()
    visit.session.refresh_from_db()
    assert signed.through_seq == visit.session.last_seq
    forgive(device)
