"""The watch is offered, or taken over; more patients than the site's number are told."""

from __future__ import annotations

import pytest

from tests.actions.handovers import codes, offer, three
from tests.actions.refusals import refused
from tests.clock import TestClock
from tests.factories.people import SiteFactory, person
from tests.factories.visits import dosed

pytestmark = pytest.mark.django_db


def test_who_takes_over_himself_needs_no_one_to_accept(clock: TestClock) -> None:
    visit = dosed(clock)
    second = person(visit.site, "nurse")
    offer(visit, second, by=second)
    assert visit.session.observer_id == second.pk
    with refused("is_observer", "to"):
        offer(visit, second)


def test_a_handover_that_no_one_accepted_is_told_once_the_patient_has_left(
    clock: TestClock,
) -> None:
    visit = dosed(clock)
    offer(visit, person(visit.site, "nurse"))
    assert "handover_open" not in codes(visit)
    visit.leave("transferred")
    assert codes(visit).count("handover_open") == 1


@pytest.mark.parametrize(("limit", "told"), [(2, [0, 0, 1]), (3, [0, 0, 0])])
def test_more_patients_than_the_sites_number_is_a_deviation(
    clock: TestClock, limit: int, told: list[int]
) -> None:
    visits = three(clock, SiteFactory.create(watch_limit=limit))
    assert [codes(v).count("watched_many") for v in visits] == told
