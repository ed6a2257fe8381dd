"""Who signs is told what a tablet holds, also where it is locked and its author has gone."""

from __future__ import annotations

from playwright.sync_api import expect

from clinic.models import Tablet
from tests.browser.conftest import Makes
from tests.browser.outbox_hands import cut, forgive, mend, type_reading
from tests.clock import TestClock
from tests.factories.people import ShiftFactory, TabletFactory
from tests.factories.visits import dosed


def test_a_locked_tablet_that_holds_a_reading_says_so_to_who_signs(
    served_tls: str, person_tls: Makes, clock: TestClock
) -> None:
    visit = dosed(clock)
    clock.forward(minutes=35)
    kept = TabletFactory.create(site=visit.site, name="Room 2")
    ShiftFactory.create(tablet=kept)
    nurse = person_tls().hold(kept).signed_in(visit.nurse)
    type_reading(nurse, visit, 131)
    cut(nurse)
    nurse.tap("Save reading")
    expect(nurse.page.locator("[data-unsent]")).to_contain_text("1 on this tablet")
    # Her sign-in has ended when there is contact again.
    nurse.context.clear_cookies(name="__Host-sessionid")
    mend(nurse)
    nurse.page.clock.install(time=clock.now())
    nurse.go("/lock/")
    with nurse.page.expect_response("**/lock/"):
        nurse.page.clock.run_for(20_500)
    assert Tablet.objects.get().unsent[0][:2] == [str(visit.id), 1]
    assert nurse.violations() == []
    clinician = person_tls().signed_in(visit.clinician)
    clinician.go(f"/sessions/{visit.id}/clearance/")
    expect(
        clinician.page.get_by_text("Tablet Room 2 holds entries of this session")
    ).to_be_visible()
    assert clinician.violations() == []
    forgive(nurse)
