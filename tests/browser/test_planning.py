"""A session is planned: what is asked of one drug alone is shown with that drug alone."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from monitoring.actions import publish_protocol
from monitoring.rules.protocol import KETAMINE_IV
from tests.browser.conftest import Person
from tests.clock import TestClock
from tests.factories.visits import planned


def test_the_amounts_of_an_infusion_are_asked_with_the_infusion_alone(
    person: Callable[..., Person], clock: TestClock
) -> None:
    visit = planned(clock)
    publish_protocol(KETAMINE_IV, site=visit.site)
    clinician = person().signed_in(visit.clinician)
    clinician.go(f"/patients/{visit.patient.pk}/plan/")
    page = clinician.page
    weight, total = page.get_by_label("Weight (kg)"), page.get_by_label("56 mg")
    expect(weight).to_be_visible()
    page.get_by_label("SPRAVATO").check()
    expect(weight).to_be_hidden()
    page.get_by_label("Ketamine intravenous").check()
    expect(weight).to_be_visible()
    expect(total).to_be_hidden()
    weight.fill("72")
    page.get_by_label("SPRAVATO").check()
    expect(total).to_be_visible()
    expect(weight).to_be_visible()
