"""Calling a planned session off."""

from __future__ import annotations

import pytest

from monitoring import actions
from tests.actions.refusals import refused
from tests.clock import TestClock
from tests.factories.visits import admitted, planned

pytestmark = pytest.mark.django_db


def test_a_planned_session_is_cancelled_with_a_reason(clock: TestClock) -> None:
    visit = planned(clock)
    with refused("required", "reason"):
        actions.cancel_session(visit.id, visit.nurse, reason="  ")
    session = actions.cancel_session(visit.id, visit.nurse, reason="Patient rang")
    assert (session.phase, session.cancelled_by) == ("cancelled", visit.nurse)


def test_a_session_that_began_is_not_cancelled(clock: TestClock) -> None:
    visit = admitted(clock)
    with refused("wrong_phase"):
        actions.cancel_session(visit.id, visit.nurse, reason="Patient rang")
