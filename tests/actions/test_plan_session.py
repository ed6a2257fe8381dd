"""Planning a session."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from clinic.ids import uuid7
from monitoring.actions import Conflict, NotAllowed
from monitoring.models import Session
from tests.actions.given import plan
from tests.actions.refusals import refused
from tests.clock import TestClock
from tests.factories.people import SiteFactory, person
from tests.factories.visits import planned

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("mg", [56, 84])
def test_a_session_is_planned_at_the_patients_site_in_an_allowed_total(
    clock: TestClock, mg: int
) -> None:
    session = plan(planned(clock), planned_mg=Decimal(mg))
    assert (session.phase, session.site, session.last_seq) == ("planned", session.patient.site, 0)


@pytest.mark.parametrize("mg", ["28", "27", "57", "112", "28.5"])
def test_no_other_total_is_planned(clock: TestClock, mg: str) -> None:
    with refused("order_total", "planned_mg"):
        plan(planned(clock), planned_mg=Decimal(mg))


@pytest.mark.parametrize("mg", ["0", "-28"])
def test_a_dose_is_above_zero(clock: TestClock, mg: str) -> None:
    with refused("not_positive", "planned_mg"):
        plan(planned(clock), planned_mg=Decimal(mg))


def test_a_first_treatment_of_84_mg_is_for_suicidal_ideation_alone(clock: TestClock) -> None:
    visit = planned(clock)
    with refused("order_first", "planned_mg"):
        plan(visit, planned_mg=Decimal(84), is_first_treatment=True)
    session = plan(visit, planned_mg=Decimal(84), is_first_treatment=True, indication="mdsi")
    assert session.planned_mg == 84


def test_the_same_plan_sent_twice_is_one_session(clock: TestClock) -> None:
    visit, same = planned(clock), uuid7()
    assert plan(visit, id=same) == plan(visit, id=same)
    assert Session.objects.count() == 2


def test_a_protocol_that_the_site_does_not_use_is_refused(clock: TestClock) -> None:
    visit, other = planned(clock), planned(clock)
    with refused("protocol_not_in_use", "protocol_version"):
        plan(visit, protocol_version_id=other.version.pk)


def test_planning_is_for_the_care_team_of_the_site(clock: TestClock) -> None:
    visit = planned(clock)
    for stranger in (person(visit.site, "administrator"), person(SiteFactory.create(), "nurse")):
        with pytest.raises(NotAllowed):
            plan(visit, by=stranger)
    visit.nurse.is_active = False
    with pytest.raises(NotAllowed):
        plan(visit)


def test_a_day_that_is_over_is_not_planned(clock: TestClock) -> None:
    visit = planned(clock)
    with refused("past", "day"):
        plan(visit, planned_for=clock.now() - timedelta(days=1, seconds=1))
    assert plan(visit, planned_for=clock.now() - timedelta(hours=2)).phase == "planned"


def test_another_plan_under_the_same_id_is_a_conflict(clock: TestClock) -> None:
    visit, same = planned(clock), uuid7()
    first = plan(visit, id=same)
    with pytest.raises(Conflict) as caught:
        plan(visit, id=same, planned_mg=Decimal(84))
    assert caught.value.theirs == first
