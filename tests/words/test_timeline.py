"""When an entry was, on which day, and what was said of it since."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from clinic.ids import uuid7
from monitoring import actions
from monitoring.actions.correct_dose import DoseCorrection
from monitoring.models import Dose
from monitoring.words.timeline import Entry, described, timeline
from tests.clock import TestClock
from tests.factories.visits import Visit, discharged, dosed, planned

pytestmark = pytest.mark.django_db


def lines(visit: Visit) -> list[Entry]:
    with timezone.override(visit.site.tz):
        return timeline(visit.session, visit.session.facts())


def test_an_order_of_the_day_before_says_its_day_and_no_minutes(clock: TestClock) -> None:
    visit = planned(clock, planned_for=clock.now() + timedelta(days=1))
    (order,) = lines(visit)
    assert (order.is_other_day, order.minutes) == (True, None)


def test_of_a_session_past_midnight_the_minutes_go_on(clock: TestClock) -> None:
    clock.travel_to(clock.now().replace(hour=3, minute=40))
    visit = dosed(clock)
    clock.forward(minutes=30)
    visit.event(detail="Comfortable")
    note = lines(visit)[-1]
    assert (note.is_other_day, note.minutes) == (True, 35)


def test_what_comes_after_the_patient_has_left_has_no_minutes(clock: TestClock) -> None:
    visit = discharged(clock)
    clock.forward(minutes=30)
    visit.event("symptom", symptoms=["nausea"])
    assert lines(visit)[-1].minutes is None
    assert lines(visit)[1].minutes == 0


def test_a_correction_says_why_and_the_original_what_became_of_it(clock: TestClock) -> None:
    visit = dosed(clock)
    dose = Dose.objects.get(session=visit.id, number=1)
    actions.correct_dose(
        visit.id, visit.nurse, id=uuid7(), replaces=dose.pk, correction=DoseCorrection(lot="B7"),
        reason="Wrong carton",
    )  # fmt: skip
    original, corrected = (e for e in lines(visit) if e.what.startswith("Device 1"))
    assert (original.note, original.is_gone) == ("Replaced by a correction", True)
    assert (corrected.note, corrected.is_gone) == ("Correction: Wrong carton", False)
    said = described(visit.session, visit.session.facts(), "dose", dose.pk)
    assert "Device 1, 28 mg: lot A1234" in said
    assert visit.nurse.printed_name in said
