"""The prescriber on site is handed over at any phase, and looked at before each device."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from clinic.models import Membership
from monitoring.rules.people import prescribers
from tests.actions.handovers import prescriber_leaves
from tests.actions.refusals import refused
from tests.clock import TestClock
from tests.factories.logged import save
from tests.factories.people import SiteFactory, person
from tests.factories.record import PatientFactory
from tests.factories.visits import Visit, admitted, dosed, predosed

pytestmark = pytest.mark.django_db


def test_the_prescriber_is_handed_over_after_the_dose_and_the_record_tells_from_when(
    clock: TestClock,
) -> None:
    visit = dosed(clock)
    second = person(visit.site, "clinician", credentials="MD")
    first = prescribers(visit.session.facts())[0]
    clock.forward(minutes=10)
    prescriber_leaves(visit, second)
    was, now = prescribers(visit.session.facts())
    assert (was.person, was.since, was.until) == (visit.clinician.pk, first.since, clock.now())
    assert (now.person, now.until) == (second.pk, None)
    assert visit.session.prescriber_id == second.pk


def test_only_an_active_clinician_of_the_site_takes_over_and_no_one_from_himself(
    clock: TestClock,
) -> None:
    visit = admitted(clock)
    for wrong in (visit.nurse, person(SiteFactory.create(), "clinician")):
        with refused("prescriber", "to"):
            prescriber_leaves(visit, wrong)
    with refused("is_prescriber", "to"):
        prescriber_leaves(visit, visit.clinician)


def test_no_one_leaves_before_being_named(clock: TestClock) -> None:
    visit = admitted(clock)
    second = person(visit.site, "clinician")
    with refused("before_named", "at"):
        prescriber_leaves(visit, second, at=clock.now() - timedelta(minutes=4))


def _deactivated(visit: Visit, other: Visit) -> None:
    visit.clinician.is_active = False
    save(visit.clinician)


def _role_ended(visit: Visit, other: Visit) -> None:
    Membership.objects.filter(staff=visit.clinician, site=visit.site).delete()


def _left(visit: Visit, other: Visit) -> None:
    """Handed over beside another patient: nobody is at two places of which one was left."""
    visit.clock.forward(minutes=1)
    prescriber_leaves(other, person(visit.site, "clinician"))


@pytest.mark.parametrize("gone", [_deactivated, _role_ended, _left])
def test_no_device_is_given_once_the_prescriber_on_site_is_gone(
    clock: TestClock, gone: Any
) -> None:
    visit = predosed(clock)
    other = admitted(
        clock,
        site=visit.site,
        people=(visit.nurse, visit.clinician),
        patient=PatientFactory.create(site=visit.site),
        version=visit.version,
    )
    visit.dose()
    gone(visit, other)
    clock.forward(minutes=5)
    with refused("prescriber_gone"):
        visit.dose()
    prescriber_leaves(visit, person(visit.site, "clinician"))
    assert visit.dose().number == 2
