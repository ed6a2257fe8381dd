"""The demo clinic once it is built, through the verbs: all look at the same one."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from logging.handlers import BufferingHandler

import pytest
from django.core.management import CommandError
from django.test import Client, override_settings
from pytest_django import DjangoDbBlocker

from clinic import clock as clinic_clock
from clinic.models import Membership, Site, Staff
from monitoring.management.demo.people import MAIN, OTHER
from monitoring.models import Departure, Patient, Reading, Session
from monitoring.rules.flags import unanswered
from monitoring.rules.readiness import before_clearance, clearance_state, needs_decision
from monitoring.rules.schedule import next_slot
from monitoring.web.presenters.watch import loads
from tests.clock import TestClock
from tests.management.demo import build, content
from tests.shared import world

pytestmark = pytest.mark.django_db

OURS = "a-password-of-ours"


@dataclass(frozen=True)
class Built:
    out: str
    logged: list[str]
    moment: datetime
    is_clock_given_back: bool


@pytest.fixture(scope="module")
def built(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Built]:
    """The demo, for the tests that look at it, and what its building said."""
    handler = BufferingHandler(capacity=sys.maxsize)
    with world(django_db_blocker) as clock, override_settings(CLINIC_DEMO_PASSWORD=OURS):
        moment = clock.now()
        logging.getLogger().addHandler(handler)
        try:
            out = build()
        finally:
            logging.getLogger().removeHandler(handler)
        given_back = clinic_clock.now == clock.now and clock.now() == moment
        yield Built(out, [record.getMessage() for record in handler.buffer], moment, given_back)


def open_at_main() -> list[Session]:
    main = Site.objects.get(name=MAIN)
    return [Session.read(found.pk) for found in Session.objects.at(main).in_progress()]


def test_the_demo_is_two_sites_nine_people_and_forty_patients(
    clock: TestClock, built: Built
) -> None:
    assert Site.objects.count() == 2
    assert len({s.time_zone for s in Site.objects.all()}) == 2
    assert Staff.objects.count() == 9
    assert Patient.objects.count() == 40
    assert Membership.objects.filter(staff__username="thomas").count() == 2
    roles = set(Membership.objects.values_list("role", flat=True))
    assert roles == {"nurse", "clinician", "administrator", "auditor"}


def test_todays_board_has_a_session_in_every_phase(clock: TestClock, built: Built) -> None:
    sessions = open_at_main()
    assert 10 <= len(sessions) <= 12
    assert len({s.room for s in sessions}) == len(sessions)
    assert {s.phase for s in sessions} == {"arrived", "dosing", "observing", "cleared"}
    every_session = [s.facts() for s in sessions]
    now = clock.now()
    dosed = [c for c in every_session if c.doses]
    assert any(needs_decision(c) for c in every_session if not c.doses)
    assert {s.state for c in dosed if (s := next_slot(c, now))} >= {"due", "overdue", "upcoming"}
    assert any(unanswered(c) for c in dosed)
    assert any(not before_clearance(c, now) for c in dosed if clearance_state(c, now) == "none")
    assert any(clearance_state(c, now) == "stands" for c in dosed)
    assert any(now - c.first_dose_at > timedelta(minutes=150) for c in dosed if c.first_dose_at)
    assert any(c.protocol.is_infusion for c in dosed)
    planned = Session.objects.filter(phase="planned", site__name=MAIN)
    assert all(s.planned_for > now for s in planned)
    assert Departure.objects.filter(left_at__date=now.date()).exists()


def test_one_nurse_watches_too_many_at_the_smaller_site_alone(
    clock: TestClock, built: Built
) -> None:
    found = {
        site.name: [
            (load.name, load.count, load.limit)
            for load in loads(
                (s.observer for s in Session.objects.at(site).in_progress().with_people()), site
            )
        ]
        for site in Site.objects.all()
    }
    assert found == {MAIN: [], OTHER: [("Nina Park, RN", 3, 2)]}


def test_someone_is_to_come_at_any_hour_of_the_working_day(clock: TestClock, built: Built) -> None:
    main = Site.objects.get(name=MAIN)
    planned = Session.objects.at(main).filter(phase="planned").order_by("planned_for")
    times = [clock.now(), *(s.planned_for for s in planned)]

    assert max(later - at for at, later in pairwise(times)) <= timedelta(minutes=45)
    assert times[-1].astimezone(main.tz).hour == 17


def test_nothing_is_recorded_after_now_and_the_clock_is_given_back(built: Built) -> None:
    # The demo tells a story in its order: a reading entered late leaves no clock that went back.
    assert not [line for line in built.logged if "clock went back" in line]
    assert built.is_clock_given_back
    assert not Reading.objects.filter(recorded_at__gt=built.moment).exists()


def test_the_demo_prints_who_can_sign_in_and_they_can(
    clock: TestClock, client: Client, built: Built
) -> None:
    assert "rosa" in built.out
    assert OURS in built.out
    assert client.login(username="rosa", password=OURS)


def test_with_if_empty_a_demo_that_is_there_is_kept_with_all_that_was_added(
    clock: TestClock, built: Built
) -> None:
    Patient.objects.create(
        site=Site.objects.get(name=MAIN),
        mrn="ADDED",
        family_name="A",
        given_name="B",
        date_of_birth=clock.now().date(),
        sex="female",
        created_at=clock.now(),
    )
    before = content()
    clock.forward(minutes=60)
    out = build(if_empty=True)

    assert "rosa" in out
    assert content() == before
    assert Patient.objects.filter(mrn="ADDED").exists()
    with pytest.raises(CommandError, match="here already"):
        build()
