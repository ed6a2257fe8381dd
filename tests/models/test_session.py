"""How sessions are found, and what the database refuses of the row itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from clinic.ids import uuid7
from monitoring.models import Session
from tests.clock import TestClock
from tests.factories.people import SiteFactory
from tests.factories.visits import (
    Visit,
    admitted,
    discharged,
    dosed,
    observed,
    planned,
    signed,
)

pytestmark = pytest.mark.django_db


def insert(visit: Visit, **changed: Any) -> None:
    """A session row as no verb would write it."""
    given = {
        "id": uuid7(),
        "patient": visit.patient,
        "site": visit.site,
        "protocol_version": visit.version,
        "planned_for": visit.clock.now(),
        "planned_mg": 56,
        "is_first_treatment": False,
        "planned_at": visit.clock.now(),
        "planned_by": visit.nurse,
    }
    with transaction.atomic():
        Session.objects.create(**(given | changed))


def test_a_plain_row_is_kept_so_that_the_refusals_below_mean_something(clock: TestClock) -> None:
    visit = planned(clock)
    insert(visit)
    assert Session.objects.filter(patient=visit.patient).count() == 2


@pytest.mark.parametrize(
    "changed",
    [
        {"phase": "asleep"},
        {"phase": "arrived"},
        {"phase": "cleared"},
        {"phase": "closed"},
        {"phase": "cancelled"},
        {"cancel_reason": "Rang"},
        {"outcome": "discharged"},
        {"planned_mg": 0},
    ],
    ids=str,
)
def test_a_phase_never_disagrees_with_the_row(clock: TestClock, changed: dict[str, Any]) -> None:
    visit = planned(clock)
    with pytest.raises(IntegrityError):
        insert(visit, **changed)


def test_the_board_shows_what_is_open_and_what_is_planned_until_then(clock: TestClock) -> None:
    site = SiteFactory.create()
    now = clock.now()
    later = planned(clock, site=site, planned_for=now + timedelta(hours=3))
    soon = planned(clock, site=site, planned_for=now + timedelta(hours=1))
    arrived = admitted(clock, site=site)
    running = dosed(clock, site=site)
    discharged(clock, site=site)
    planned(clock)
    shown = Session.objects.at(site).on_board(now + timedelta(hours=2))
    assert {s.pk for s in shown} == {soon.id, arrived.id, running.id}
    assert later.session not in shown


def test_in_progress_is_from_arrival_to_departure(clock: TestClock) -> None:
    visits = [planned(clock), admitted(clock), dosed(clock), signed(clock), discharged(clock)]
    open_ids = set(Session.objects.in_progress().values_list("pk", flat=True))
    assert [v.id in open_ids for v in visits] == [False, True, True, True, False]
    assert [v.session.is_open for v in visits] == [False, True, True, True, False]


@pytest.mark.parametrize("build", [planned, admitted, dosed, observed, signed, discharged])
def test_the_page_reads_the_same_course_as_the_verbs(clock: TestClock, build: Any) -> None:
    visit = build(clock)
    shown = Session.objects.all().for_page(visit.id)
    assert shown is not None
    page, whole = shown.facts_loaded(), visit.session.facts()
    assert (page.readings, page.doses, page.events) == (whole.readings, whole.doses, whole.events)
    assert (page.phase, page.clearance, page.departure) == (
        whole.phase,
        whole.clearance,
        whole.departure,
    )


def test_a_course_loaded_for_recording_says_that_it_is_not_whole(clock: TestClock) -> None:
    visit = signed(clock)
    lean = Session.objects.with_observations().get(pk=visit.id).facts_loaded()
    whole = visit.session.facts()
    assert (lean.is_whole, whole.is_whole) == (False, True)
    assert lean.readings == whole.readings
    assert lean.clearance == whole.clearance
    assert Session.objects.all().for_page(uuid7()) is None
