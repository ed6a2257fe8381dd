"""What the report is made from: deviations, and minutes on both clocks."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from monitoring.reports.session_report import SessionReport, load, session_report
from tests.clock import TestClock
from tests.factories.people import SiteFactory
from tests.factories.visits import Visit, discharged, observed, planned

pytestmark = pytest.mark.django_db


def report(visit: Visit) -> SessionReport:
    session = load(visit.site, visit.id)
    assert session is not None
    return session_report(session, visit.clock.now())


def test_both_clocks_are_counted_from_first_and_last_device(clock: TestClock) -> None:
    visit = discharged(clock, planned_mg=84)
    spans = {s.code: s for s in report(visit).spans}

    assert spans["last_dose"].from_first == 10
    assert spans["last_dose"].from_last is None
    assert (spans["window"].from_first, spans["window"].from_last) == (130, 120)
    departed = spans["departure"]
    assert departed.from_last is not None
    assert departed.from_first == departed.from_last + 10


def test_minutes_are_counted_in_utc_across_a_change_of_clocks(clock: TestClock) -> None:
    clock.travel_to(clock.now().replace(month=3, day=8, hour=5, minute=30))
    visit = observed(clock, site=SiteFactory.create(time_zone="America/New_York"))
    visit.leave("against_advice")
    departed = next(s for s in report(visit).spans if s.code == "departure")

    assert departed.from_first == 120


def test_a_window_that_outlasted_the_stay_was_not_reached(clock: TestClock) -> None:
    visit = observed(clock, through=60)
    visit.leave("transferred")
    codes = [s.code for s in report(visit).spans]

    assert codes == ["last_dose", "departure", "window_unreached"]


def test_before_the_dose_there_is_no_clock(clock: TestClock) -> None:
    assert report(planned(clock)).spans == ()


def test_a_closed_session_is_over_and_an_open_one_is_not(clock: TestClock) -> None:
    assert report(discharged(clock)).is_over
    assert not report(observed(clock)).is_over


def test_another_sites_session_is_not_loaded(clock: TestClock) -> None:
    visit = planned(clock)

    assert load(SiteFactory.create(), visit.id) is None


def test_a_longer_course_costs_no_more_queries(clock: TestClock) -> None:
    visit = observed(clock)

    def asked() -> int:
        with CaptureQueriesContext(connection) as captured:
            report(visit)
        return len(captured)

    few = asked()
    for _ in range(5):
        clock.travel_to(clock.now() + timedelta(minutes=1))
        visit.read()
        visit.event()
    assert asked() == few <= 13
