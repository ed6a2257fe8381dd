"""How the demo clinic is built: on an empty database alone, and the same by seed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError
from django.db import transaction

from clinic.models import Site, Staff
from monitoring.management.demo.people import MAIN
from monitoring.models import Patient, Session
from tests.clock import TestClock
from tests.engine import IS_WHOLE
from tests.factories.logged import insert
from tests.factories.people import StaffFactory
from tests.management.demo import build, content

pytestmark = pytest.mark.django_db

MOMENTS = {
    "clocks go forward": datetime(2026, 3, 8, 8, 30, tzinfo=UTC),
    "before midnight": datetime(2026, 3, 11, 4, 50, tzinfo=UTC),
    "clocks go back": datetime(2025, 11, 2, 7, 15, tzinfo=UTC),
    "after midnight": datetime(2026, 11, 27, 6, 29, tzinfo=UTC),
    "new year": datetime(2026, 1, 1, 6, 5, tzinfo=UTC),
    "leap day": datetime(2024, 2, 29, 18, 0, tzinfo=UTC),
}
DAYS = {"after midnight": 14}
"""So long a past that the day before asks a decision which the day itself does not."""
TRIED = list(MOMENTS) if IS_WHOLE else ["clocks go forward", "before midnight"]
"""`make test` tries the two nearest to the bounds of a day; `make test-all` tries each."""


@pytest.mark.parametrize("when", TRIED)
def test_the_board_is_alive_at_any_hour(clock: TestClock, when: str) -> None:
    moment = MOMENTS[when]
    clock.travel_to(moment)
    build(days=DAYS.get(when, 6))
    main = Site.objects.get(name=MAIN)
    midnight = moment.astimezone(main.tz).replace(hour=0, minute=0) + timedelta(days=1)
    shown = Session.objects.at(main).on_board(midnight)

    assert 10 <= shown.in_progress().count() <= 12
    assert shown.filter(phase="planned").count() >= 2


def test_the_same_seed_at_the_same_moment_builds_the_same_clinic(clock: TestClock) -> None:
    before = transaction.savepoint()
    build(seed=7, days=4)
    first = content()
    transaction.savepoint_rollback(before)
    build(seed=7, days=4)

    assert content() == first
    assert len(first) > 50


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
