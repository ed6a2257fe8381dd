"""Taking a clearance back."""

from __future__ import annotations

from typing import Any

import pytest

from clinic.ids import uuid7
from monitoring import actions
from monitoring.actions import Conflict, NotAllowed
from monitoring.models import Clearance
from tests.actions.refusals import refused
from tests.clock import TestClock
from tests.factories.visits import discharged, signed

pytestmark = pytest.mark.django_db


def test_a_clearance_is_taken_back_with_a_reason(clock: TestClock) -> None:
    visit = signed(clock)
    clearance = visit.session.standing_clearance
    assert clearance is not None
    with refused("required", "reason"):
        visit.withdraw(clearance, reason=" ")
    with refused("unknown_clearance"):
        visit.withdraw(Clearance(id=uuid7()))
    with pytest.raises(NotAllowed):
        actions.withdraw_clearance(
            visit.id, visit.nurse, id=uuid7(), clearance_id=clearance.pk, reason="Dizzy"
        )
    visit.withdraw(clearance)
    assert visit.session.phase == "observing"
    with pytest.raises(Conflict):
        visit.withdraw(clearance)
    with refused("clearance_withdrawn", "kind"):
        visit.leave()


def test_a_withdrawal_sent_twice_is_one(clock: TestClock) -> None:
    visit, same = signed(clock), uuid7()
    given: dict[str, Any] = {
        "id": same,
        "clearance_id": visit.session.standing_clearance_id,
        "reason": "Dizzy",
    }
    first = actions.withdraw_clearance(visit.id, visit.clinician, **given)
    assert actions.withdraw_clearance(visit.id, visit.clinician, **given) == first


def test_another_reason_under_the_same_id_is_a_conflict(clock: TestClock) -> None:
    visit, same = signed(clock), uuid7()
    given: dict[str, Any] = {"id": same, "clearance_id": visit.session.standing_clearance_id}
    actions.withdraw_clearance(visit.id, visit.clinician, reason="Dizzy", **given)
    with pytest.raises(Conflict):
        actions.withdraw_clearance(visit.id, visit.clinician, reason="Mistake", **given)


def test_nothing_is_taken_back_after_departure(clock: TestClock) -> None:
    visit = discharged(clock)
    with refused("wrong_phase"):
        visit.withdraw(visit.session.clearance_set.get())
