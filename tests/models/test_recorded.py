"""What tells of a page's sessions changes with all that the page shows, and with little else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from clinic import clock as clinic_clock
from clinic import tablets
from clinic.models import Site, Tablet
from clinic.models.constant import Row
from clinic.models.tablet import Seen
from monitoring.models import recorded
from tests.clock import TestClock
from tests.factories.people import SiteFactory, TabletFactory
from tests.factories.record import PatientFactory
from tests.factories.visits import Visit, discharged, observed, planned, predosed, signed

pytestmark = pytest.mark.django_db


def at_the_same_site(clock: TestClock, build: Callable[..., Visit], beside: Visit) -> Visit:
    return build(clock, site=beside.site, patient=PatientFactory.create(site=beside.site))


def on_board(visit: Visit) -> list[Row]:
    return recorded.on_board(visit.site.pk, clinic_clock.now() + timedelta(days=1)).rows


def around(visit: Visit) -> list[Row]:
    return recorded.around(visit.site.pk, visit.id).rows


@pytest.mark.parametrize("told", [on_board, around])
def test_a_reading_of_the_session_is_told(
    clock: TestClock, told: Callable[[Visit], list[Row]]
) -> None:
    visit = observed(clock)
    before = told(visit)
    assert told(visit) == before
    visit.read()
    assert told(visit) != before


@pytest.mark.parametrize("told", [on_board, around])
def test_what_is_recorded_in_the_patients_earlier_session_is_told(
    clock: TestClock, told: Callable[[Visit], list[Row]]
) -> None:
    earlier = discharged(clock)
    clock.forward(minutes=24 * 60)
    visit = predosed(clock, site=earlier.site, patient=earlier.patient)
    before = told(visit)
    earlier.amend()
    assert told(visit) != before


def test_the_board_tells_of_each_session_of_the_site_and_of_no_other_site(
    clock: TestClock,
) -> None:
    visit = observed(clock)
    beside, elsewhere = at_the_same_site(clock, observed, visit), observed(clock)
    before = on_board(visit)
    elsewhere.read()
    assert on_board(visit) == before
    beside.read()
    assert on_board(visit) != before
    assert len(before) == 2 + 1
    at_the_same_site(clock, planned, visit)
    assert len(on_board(visit)) == 3 + 1


@pytest.mark.parametrize(("build", "is_told"), [(predosed, True), (observed, False)])
def test_a_reading_beside_is_told_while_the_session_rests_on_who_is_on_site(
    clock: TestClock, build: Callable[..., Visit], is_told: bool
) -> None:
    visit = build(clock)
    beside = at_the_same_site(clock, observed, visit)
    before = around(visit)
    beside.read()
    assert (around(visit) != before) == is_told


def test_a_session_tells_who_else_is_watched(clock: TestClock) -> None:
    visit = observed(clock)
    before = around(visit)
    beside = at_the_same_site(clock, signed, visit)
    with_two = around(visit)
    assert with_two != before
    beside.leave()
    assert around(visit) == before


@pytest.mark.parametrize("told", [on_board, around])
def test_it_is_one_statement(
    clock: TestClock,
    told: Callable[[Visit], list[Row]],
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    visit = observed(clock)
    with django_assert_num_queries(1):
        assert told(visit)


def test_a_floor_without_sessions_still_tells_of_the_organisation() -> None:
    site = SiteFactory.create()
    assert recorded.on_board(site.pk, clinic_clock.now()) == recorded.around(site.pk, site.pk)


def told_of(site: Site) -> tuple[list[Seen], list[Seen]]:
    return (
        recorded.on_board(site.pk, clinic_clock.now()).tablets,
        recorded.around(site.pk, site.pk).tablets,
    )


def test_the_tablets_of_the_site_are_told_as_their_rows_have_them(clock: TestClock) -> None:
    visit = observed(clock)
    TabletFactory.create(site=visit.site, name="Room 2", on_screen=visit.id)
    TabletFactory.create(site=visit.site, name="Room 1", unsent=[[str(visit.id), 2, 1_700_000_000]])
    TabletFactory.create()
    gone = TabletFactory.create(site=visit.site)
    Tablet.objects.filter(pk=gone.pk).update(revoked_at=clock.now(), revoked_by=visit.nurse)
    as_models = tablets.in_use(visit.site)
    assert told_of(visit.site) == (as_models, as_models)
    assert [tablet.name for tablet in as_models] == ["Room 1", "Room 2"]


@pytest.mark.parametrize("told", [on_board, around])
def test_a_tablet_that_was_heard_of_again_moves_no_version(
    clock: TestClock, told: Callable[[Visit], list[Row]]
) -> None:
    """What it means for a page is said by `clinic.tablets.absent`, not by the minute itself."""
    visit = observed(clock)
    tablet = TabletFactory.create(site=visit.site)
    before = told(visit)
    Tablet.objects.filter(pk=tablet.pk).update(last_seen_at=clock.now() + timedelta(minutes=1))
    assert told(visit) == before
