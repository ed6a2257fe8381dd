"""The demo clinic: built through the verbs, the same by seed, and never mixed with real data."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client
from pytest_django import Settings

from clinic import clock as clinic_clock
from clinic.models import Membership, Site, Staff
from monitoring.management.demo.people import MAIN
from monitoring.models import Departure, Patient, Reading, Session
from monitoring.rules.flags import unanswered
from monitoring.rules.readiness import before_clearance, clearance_state, needs_decision
from monitoring.rules.schedule import next_slot
from tests.clock import TestClock
from tests.factories.logged import insert
from tests.factories.people import StaffFactory

pytestmark = pytest.mark.django_db


def build(**options: Any) -> str:
    out = StringIO()
    call_command("demo", stdout=out, **{"days": 6, **options})
    return out.getvalue()


def content() -> list[tuple[object, ...]]:
    readings = Reading.objects.order_by("session__patient__mrn", "taken_at", "seq")
    return list(
        readings.values_list(
            "pk", "session_id", "session__patient__mrn", "taken_at", "systolic", "dissociation"
        )
    )


def open_at_main() -> list[Session]:
    main = Site.objects.get(name=MAIN)
    return list(Session.objects.at(main).in_progress().with_record())


def test_the_demo_is_two_sites_six_staff_and_forty_patients(clock: TestClock) -> None:
    build()

    assert Site.objects.count() == 2
    assert len({s.time_zone for s in Site.objects.all()}) == 2
    assert Staff.objects.count() == 6
    assert Patient.objects.count() == 40
    assert Membership.objects.filter(staff__username="thomas").count() == 2


def test_todays_board_has_a_session_in_every_phase(clock: TestClock) -> None:
    build()

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


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 3, 8, 8, 30, tzinfo=UTC),
        datetime(2026, 3, 11, 4, 50, tzinfo=UTC),
        datetime(2025, 11, 2, 7, 15, tzinfo=UTC),
        datetime(2026, 1, 1, 6, 5, tzinfo=UTC),
        datetime(2024, 2, 29, 18, 0, tzinfo=UTC),
    ],
    ids=["clocks go forward", "before midnight", "clocks go back", "new year", "leap day"],
)
def test_the_board_is_alive_at_any_hour(clock: TestClock, moment: datetime) -> None:
    clock.travel_to(moment)
    build()
    main = Site.objects.get(name=MAIN)
    midnight = moment.astimezone(main.tz).replace(hour=0, minute=0) + timedelta(days=1)
    shown = Session.objects.at(main).on_board(midnight)

    assert 10 <= shown.in_progress().count() <= 12
    assert shown.filter(phase="planned").count() == 2


def test_the_same_seed_at_the_same_moment_builds_the_same_clinic(clock: TestClock) -> None:
    before = transaction.savepoint()
    build(seed=7, days=14)
    first = content()
    transaction.savepoint_rollback(before)
    build(seed=7, days=14)

    assert content() == first
    assert len(first) > 200


def test_nothing_is_recorded_after_now_and_the_clock_is_given_back(
    clock: TestClock, caplog: pytest.LogCaptureFixture
) -> None:
    moment = clock.now()
    build()

    # The demo tells a story in its order: a reading entered late leaves no clock that went back.
    assert "clock went back" not in caplog.text
    assert clinic_clock.now == clock.now
    assert clock.now() == moment
    assert not Reading.objects.filter(recorded_at__gt=moment).exists()


def test_the_demo_prints_who_can_sign_in_and_they_can(
    clock: TestClock, client: Client, settings: Settings
) -> None:
    settings.CLINIC_DEMO_PASSWORD = "a-password-of-ours"
    out = build()

    assert "rosa" in out
    assert "a-password-of-ours" in out
    assert client.login(username="rosa", password="a-password-of-ours")


def test_the_demo_refuses_a_database_that_holds_a_patient_and_changes_nothing(
    clock: TestClock,
) -> None:
    site = insert(Site(name="Real clinic"))
    Patient.objects.create(
        site=site,
        mrn="1",
        family_name="A",
        given_name="B",
        date_of_birth=clock.now().date(),
        sex="female",
        created_at=clock.now(),
    )

    for if_empty in (False, True):
        with pytest.raises(CommandError, match="not of the demo"):
            build(if_empty=if_empty)
    assert Patient.objects.count() == 1
    assert Staff.objects.count() == 0


def test_the_demo_refuses_a_database_that_holds_only_staff(clock: TestClock) -> None:
    StaffFactory.create(username="someone")

    with pytest.raises(CommandError, match="not of the demo"):
        build()


def test_with_if_empty_a_demo_that_is_there_is_kept_with_all_that_was_added(
    clock: TestClock,
) -> None:
    build()
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


def test_a_build_that_was_broken_off_is_not_taken_for_a_demo(
    clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def power_cut(*args: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("monitoring.management.demo.build.play_today", power_cut)
    with pytest.raises(KeyboardInterrupt):
        build(days=4)

    assert not any(s.has_usable_password() for s in Staff.objects.all())
    with pytest.raises(CommandError, match="not finished"):
        build(if_empty=True)
