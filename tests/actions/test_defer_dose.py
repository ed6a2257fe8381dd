"""Ending a session without a dose."""

from __future__ import annotations

import pytest

from monitoring import actions
from tests.actions.refusals import refused
from tests.clock import TestClock
from tests.factories.visits import admitted, dosed

pytestmark = pytest.mark.django_db


def test_a_dose_is_not_deferred_once_given(clock: TestClock) -> None:
    visit = dosed(clock)
    with refused("wrong_phase"):
        actions.defer_dose(visit.id, visit.nurse, reason="Late")


def test_a_patient_who_has_arrived_can_leave_undosed_with_a_reason(clock: TestClock) -> None:
    visit = admitted(clock)
    session = actions.defer_dose(visit.id, visit.nurse, reason="Feels unwell")
    assert session.phase == "cancelled"
    with refused("wrong_phase"):
        visit.read(0)


def test_nobody_is_sent_home_with_suicidality_that_no_clinician_reviewed(clock: TestClock) -> None:
    visit = admitted(clock)
    found = visit.screen(phq9_item9=2)
    with refused("review_first"):
        actions.defer_dose(visit.id, visit.nurse, reason="Unwell")
    visit.review_event(found.pk)
    actions.defer_dose(visit.id, visit.nurse, reason="Unwell")
    assert visit.session.phase == "cancelled"
