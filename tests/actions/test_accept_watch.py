"""The watch passes once the one whom it names accepts it."""

from __future__ import annotations

import pytest

from monitoring import actions
from monitoring.models import Session
from monitoring.rules.people import observers, offered
from tests.actions.handovers import accept, codes, offer, three
from tests.actions.refusals import refused
from tests.clock import TestClock
from tests.factories.people import SiteFactory, person
from tests.factories.record import PatientFactory
from tests.factories.visits import admitted, dosed

pytestmark = pytest.mark.django_db


def test_the_watch_passes_when_the_one_it_names_accepts_it(clock: TestClock) -> None:
    visit = dosed(clock)
    second = person(visit.site, "nurse")
    handover = offer(visit, second)
    assert [s.person for s in observers(visit.session.facts())] == [visit.nurse.pk]
    clock.forward(minutes=3)
    accept(visit, handover, second)
    was, now = observers(visit.session.facts())
    assert (was.until, now.since, now.person) == (clock.now(), clock.now(), second.pk)
    assert visit.session.observer_id == second.pk
    assert accept(visit, handover, second) == accept(visit, handover, second)
    assert offered(visit.session.facts()) is None


def test_no_one_else_accepts(clock: TestClock) -> None:
    visit = dosed(clock)
    handover = offer(visit, person(visit.site, "nurse"))
    with pytest.raises(actions.NotAllowed):
        accept(visit, handover, visit.clinician)


def test_a_later_offer_takes_the_place_of_one_that_waits(clock: TestClock) -> None:
    visit = dosed(clock)
    second, third = person(visit.site, "nurse"), person(visit.site, "nurse")
    earlier = offer(visit, second)
    later = offer(visit, third)
    with refused("offer_changed"):
        accept(visit, earlier, second)
    accept(visit, later, third)
    assert visit.session.observer_id == third.pk


def test_who_accepts_a_third_patient_is_told_of_too(clock: TestClock) -> None:
    site = SiteFactory.create()
    mine = three(clock, site)[0]
    other = admitted(
        clock, site=site, version=mine.version, patient=PatientFactory.create(site=site)
    )
    accept(other, offer(other, mine.nurse), mine.nurse)
    assert "watched_many" in codes(other)
    assert Session.objects.filter(observer=mine.nurse).count() == 4
