"""A card that was kept is the one that would be made anew."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from clinic.access import Permission
from clinic.models import Site
from monitoring.web.floor import floor
from monitoring.web.floor.floor import Floor
from monitoring.web.presenters.cards import Card
from tests.clock import TestClock
from tests.factories.logged import save
from tests.factories.people import SiteFactory
from tests.factories.record import PatientFactory
from tests.factories.visits import Visit, admitted, dosed, observed, planned, ready_to_sign, signed
from tests.sequences.machine import Clinic
from tests.sequences.steps import STEPS

pytestmark = pytest.mark.django_db
EVERY = frozenset(Permission)
NURSE = frozenset({Permission.VIEW_BOARD, Permission.RECORD_READING})


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    floor._kept.clear()
    yield
    floor._kept.clear()


def cards(site: Site, now: datetime, permissions: frozenset[Permission] = EVERY) -> list[Card]:
    site = Site.objects.get(pk=site.pk)
    local = timezone.localtime(now, site.tz)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    found = Floor.read(site, now, midnight, permissions).cards()
    return sorted((timed.card for timed in found), key=lambda one: one.id)


def anew(site: Site, now: datetime, permissions: frozenset[Permission] = EVERY) -> list[Card]:
    before = floor._kept.copy()
    floor._kept.clear()
    made = cards(site, now, permissions)
    floor._kept.clear()
    floor._kept.update(before)
    return made


def queries(site: Site, now: datetime) -> int:
    with CaptureQueriesContext(connection) as asked:
        cards(site, now)
    return len(asked) - 1  # The site is read by the test itself.


class OnTheBoard(Clinic):
    """Every verb on two sessions, and the time that passes; the board is asked after each."""

    def _step(self, visit: Visit, name: str) -> bool:
        has_written = super()._step(visit, name)
        for one in self.visits:
            for permissions in (EVERY, NURSE):
                now = self.clock.now()
                assert cards(one.site, now, permissions) == anew(one.site, now, permissions)
        return has_written

    def _check(self, visit: Visit) -> None:
        """The record itself is looked at elsewhere."""


def test_cards_are_those_made_anew_after_any_order_of_verbs_and_waits(clock: TestClock) -> None:
    own = {"clock": clock, "taken": Counter(), "written": Counter(), "orders": set()}
    run_state_machine_as_test(
        type("OnTheBoardAtAnHour", (OnTheBoard,), own),
        settings=settings(
            max_examples=1,
            stateful_step_count=20,
            database=None,
            derandomize=False,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_a_card_is_the_one_made_anew_as_time_goes_on(clock: TestClock) -> None:
    visit = dosed(clock)
    for minute in range(0, 150, 4):
        if minute in {44, 96}:
            visit.read()
        assert cards(visit.site, clock.now()) == anew(visit.site, clock.now()), minute
        clock.forward(minutes=4)


def test_a_card_that_is_kept_costs_no_query_and_a_new_reading_costs_that_of_its_session(
    clock: TestClock,
) -> None:
    site, opening, visits = SiteFactory.create(), clock.now(), []
    for _ in range(3):
        clock.travel_to(opening)
        visits.append(observed(clock, site=site, patient=PatientFactory.create(site=site)))
    cards(site, clock.now())
    assert queries(site, clock.now()) == 1
    visits[0].read()
    assert queries(site, clock.now()) == 2
    assert queries(site, clock.now()) == 1


def test_a_card_is_kept_for_those_alone_who_may_do_the_same(clock: TestClock) -> None:
    visit = ready_to_sign(clock)
    nurse, clinician = (
        [one.action.href for one in cards(visit.site, clock.now(), permissions)]
        for permissions in (NURSE, EVERY)
    )
    assert nurse != clinician
    assert nurse == [one.action.href for one in anew(visit.site, clock.now(), NURSE)]


@pytest.mark.parametrize("change", ["patient", "site", "observer", "room"])
def test_a_card_changes_with_what_stands_beside_its_session(clock: TestClock, change: str) -> None:
    visit = observed(clock)
    before = cards(visit.site, clock.now())
    assert before == cards(visit.site, clock.now())
    session = visit.session
    if change == "patient":
        assert STEPS["amend patient"](visit) is not None
    elif change == "site":
        visit.site.time_zone = "Asia/Kolkata"
        save(visit.site, "time_zone")
    elif change == "observer":
        assert session.observer is not None
        session.observer.credentials = "DNP"
        save(session.observer, "credentials")
    else:
        session.room = "Another"
        session.save(update_fields=["room"])
    with timezone.override(Site.objects.get(pk=visit.site.pk).tz):
        assert cards(visit.site, clock.now()) == anew(visit.site, clock.now())
    assert cards(visit.site, clock.now()) != before or change in {"patient", "site"}


def test_a_card_is_not_kept_over_midnight_or_for_a_clock_that_went_back(clock: TestClock) -> None:
    visit = planned(clock)
    now = clock.now()
    cards(visit.site, now)
    (kept,) = floor._kept.values()
    local = timezone.localtime(now, visit.site.tz)
    assert timezone.localtime(kept.until - timedelta(seconds=1), visit.site.tz).day == local.day
    assert kept.since == now
    with CaptureQueriesContext(connection) as asked:
        cards(visit.site, now - timedelta(minutes=1))
    assert len(asked) > 2


def test_before_the_dose_a_card_is_made_anew_for_other_sessions_change_it(
    clock: TestClock,
) -> None:
    visit = admitted(clock)
    cards(visit.site, clock.now())
    assert not floor._kept


def test_a_process_keeps_so_many_cards_and_no_more(
    clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(floor, "MOST", 2)
    site, opening = SiteFactory.create(), clock.now()
    for _ in range(4):
        clock.travel_to(opening)
        signed(clock, site=site, patient=PatientFactory.create(site=site))
    cards(site, clock.now())
    assert len(floor._kept) == 2
    assert cards(site, clock.now()) == anew(site, clock.now())
