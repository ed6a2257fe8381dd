"""The clinician's decision on the dose."""

from __future__ import annotations

from typing import Any

import pytest

from clinic.ids import uuid7
from monitoring import actions
from monitoring.actions import Conflict, NotAllowed
from monitoring.rules.entry import PRE_DOSE
from tests.actions.refusals import refused
from tests.clock import TestClock
from tests.factories.people import SiteFactory, person
from tests.factories.visits import admitted, predosed

pytestmark = pytest.mark.django_db
HIGH = {"systolic": 141, "diastolic": 90}


@pytest.mark.parametrize(
    ("predose", "needs"),
    [
        ({"systolic": 140, "diastolic": 90}, False),
        ({"systolic": 141, "diastolic": 90}, True),
        ({"systolic": 140, "diastolic": 91}, True),
    ],
)
def test_above_the_guide_a_clinician_decides_before_the_dose(
    clock: TestClock, predose: dict[str, int], needs: bool
) -> None:
    visit = predosed(clock, predose=predose)
    if needs:
        with refused("decision"):
            visit.dose()
        decision = visit.decide()
        assert visit.dose().decision == decision
    else:
        assert visit.dose().decision is None


def test_a_pressure_that_was_not_measured_needs_a_decision_too(clock: TestClock) -> None:
    visit = admitted(clock)
    visit.read(PRE_DOSE, systolic=None, diastolic=None, not_done={"blood_pressure": "refused"})
    with refused("decision"):
        visit.dose()
    visit.decide()
    visit.dose()


def test_a_decision_is_for_the_reading_it_was_taken_on(clock: TestClock) -> None:
    visit = predosed(clock, predose=HIGH)
    old = visit.session.facts().predose
    assert old is not None
    visit.decide()
    clock.forward(minutes=3)
    visit.read(PRE_DOSE, systolic=150)
    with refused("decision"):
        visit.dose()
    with refused("predose_changed"):
        visit.decide(reading_id=old.id)
    visit.decide()
    visit.dose()


def test_a_delay_holds_the_dose_until_another_decision(clock: TestClock) -> None:
    visit = predosed(clock)
    visit.decide("delay")
    with refused("decision"):
        visit.dose()
    visit.decide("give")
    visit.dose()


def test_a_decision_not_to_give_holds_the_dose(clock: TestClock) -> None:
    visit = predosed(clock)
    visit.decide("do_not_give")
    with refused("decided_not_to_give"):
        visit.dose()


def test_a_decision_needs_a_reason_and_a_known_outcome(clock: TestClock) -> None:
    visit = predosed(clock)
    with refused("required", "reason"):
        visit.decide(reason=" ")
    with refused("required", "outcome"):
        visit.decide("later")


def test_only_a_clinician_of_the_site_decides(clock: TestClock) -> None:
    visit = predosed(clock, predose=HIGH)
    predose = visit.session.facts().predose
    assert predose is not None
    for by in (visit.nurse, person(SiteFactory.create(), "clinician")):
        with pytest.raises(NotAllowed):
            actions.decide_dose(
                visit.id,
                by,
                id=uuid7(),
                outcome="give",
                reason="Fine",
                reading_id=predose.id,
                through_seq=2,
            )


def test_a_clinician_can_stop_the_rest_of_the_order(clock: TestClock) -> None:
    visit = predosed(clock, planned_mg=84)
    visit.dose()
    with refused("dose_begun", "outcome"):
        visit.decide("give")
    visit.decide("do_not_give", reason="Vomited")
    assert visit.session.phase == "observing"
    clock.forward(minutes=5)
    with refused("stopped"):
        visit.dose()
    visit.read()
    assert visit.session.phase == "observing"


def test_a_recheck_that_came_while_the_page_was_open_is_looked_at_first(clock: TestClock) -> None:
    visit = predosed(clock)
    shown = visit.session.last_seq
    alone: dict[str, Any] = dict.fromkeys(
        ("heart_rate", "spo2", "respiratory_rate", "sedation", "dissociation"), None
    )
    visit.read(systolic=172, diastolic=104, **alone)
    with refused("decision"):
        visit.dose()
    with refused("predose_changed"):
        visit.decide(through_seq=shown)
    visit.decide()
    assert visit.dose().number == 1


def test_the_same_decision_sent_twice_is_one_row_and_another_under_its_id_a_conflict(
    clock: TestClock,
) -> None:
    visit, same = predosed(clock), uuid7()
    first = visit.decide(id=same)
    assert visit.decide(id=same) == first
    with pytest.raises(Conflict):
        visit.decide("do_not_give", id=same)
    assert visit.session.decision_set.count() == 1
