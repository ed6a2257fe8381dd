"""The end of an infusion, from which its window runs."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from clinic.ids import uuid7
from monitoring import actions
from monitoring.actions import Conflict
from monitoring.rules.protocol import KETAMINE_IV
from tests.actions.refusals import refused
from tests.clock import TestClock
from tests.factories.visits import Visit, predosed

pytestmark = pytest.mark.django_db


def end(visit: Visit, **changed: Any) -> Any:
    given: dict[str, Any] = {
        "id": uuid7(),
        "ended_at": visit.clock.now(),
        "mg": Decimal(36),
        "is_complete": True,
    }
    return actions.end_infusion(visit.id, visit.nurse, **(given | changed))


@pytest.fixture
def infusion(clock: TestClock) -> Visit:
    visit = predosed(clock, protocol=KETAMINE_IV, planned_mg=36)
    visit.dose()
    clock.forward(minutes=40)
    return visit


def test_the_window_of_an_infusion_runs_from_its_end(clock: TestClock, infusion: Visit) -> None:
    assert infusion.session.phase == "dosing"
    assert infusion.session.facts().window_ends_at is None
    end(infusion)
    session = infusion.session
    assert session.phase == "observing"
    assert session.facts().window_ends_at == clock.now() + timedelta(minutes=120)
    assert session.first_dose_at == clock.now() - timedelta(minutes=40)


def test_an_infusion_ends_once_after_it_began_within_its_order(
    clock: TestClock, infusion: Visit
) -> None:
    with refused("before_start", "ended_at"):
        end(infusion, ended_at=clock.now() - timedelta(minutes=41))
    with refused("future", "ended_at"):
        end(infusion, ended_at=clock.now() + timedelta(minutes=3))
    with refused("not_within_order", "mg"):
        end(infusion, mg=Decimal("36.1"))
    with refused("required", "partial_detail"):
        end(infusion, mg=Decimal(20), is_complete=False)
    same = uuid7()
    given = {"id": same, "mg": Decimal(20), "is_complete": False, "partial_detail": "Vein lost"}
    made = end(infusion, **given)
    assert end(infusion, **given) == made
    with pytest.raises(Conflict):
        end(infusion, **(given | {"mg": Decimal(30)}))
    assert infusion.session.given_mg == 20
    with refused("wrong_phase"):
        end(infusion)


def test_a_nasal_session_has_no_infusion_to_end(clock: TestClock) -> None:
    visit = predosed(clock)
    visit.dose()
    with refused("no_infusion_running"):
        end(visit)


def test_less_than_was_ordered_is_not_complete(infusion: Visit) -> None:
    with refused("less_than_ordered", "mg"):
        end(infusion, mg=Decimal("35.9"), is_complete=True)
    assert infusion.session.phase == "dosing"


def test_an_infusion_that_was_stopped_still_needs_its_end(
    clock: TestClock, infusion: Visit
) -> None:
    infusion.decide("do_not_give", reason="Vomited")
    assert infusion.session.phase == "dosing"
    end(infusion, mg=Decimal(12), is_complete=False, partial_detail="Stopped at 40 min")
    assert infusion.session.phase == "observing"
    assert infusion.session.facts().window_ends_at == clock.now() + timedelta(minutes=120)


def test_what_was_not_given_is_refused_beside_complete(infusion: Visit) -> None:
    with refused("complete_and_partial", "partial_detail"):
        end(infusion, partial_detail="Vein lost")
