"""Ordering: by a prescriber, before the dose, within the protocol; the latest order counts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from clinic.ids import uuid7
from clinic.models import TrailEntry
from monitoring import actions
from monitoring.actions.plan_session import Plan
from monitoring.models import Order, Session
from monitoring.rules.deviations import deviations
from tests.actions.refusals import refused
from tests.clock import TestClock
from tests.factories.visits import Visit, admitted, dosed, planned, predosed

pytestmark = pytest.mark.django_db


def _plan(visit: Visit, by: Any, **given: Any) -> Session:
    return actions.plan_session(
        by,
        id=uuid7(),
        order_id=given.pop("order_id", None),
        patient_id=visit.patient.pk,
        plan=Plan(
            protocol_version_id=visit.version.pk,
            planned_for=visit.clock.now(),
            planned_mg=Decimal(56),
            indication="trd",
            is_first_treatment=False,
            **given,
        ),
    )


def test_a_clinician_who_plans_a_session_orders_it_in_the_same_step(clock: TestClock) -> None:
    visit = planned(clock)
    why = {"treatment_phase": "induction", "planned_reason": "Second week"}
    session = _plan(visit, visit.clinician, order_id=uuid7(), **why)
    order = session.order_set.get()
    assert (order.mg, order.treatment_phase) == (Decimal(56), "induction")
    assert order.reason == "Second week"
    assert (order.recorded_by, order.printed_name) == (
        session.planned_by,
        visit.clinician.printed_name,
    )
    assert Session.objects.get(pk=session.pk).last_seq == order.seq == 1
    assert TrailEntry.objects.filter(chain=session.pk).count() == 1


def test_a_clinicians_plan_says_the_phase_and_why(clock: TestClock) -> None:
    visit = planned(clock)
    with refused("unanswered", "treatment_phase"):
        _plan(visit, visit.clinician, order_id=uuid7(), planned_reason="Second week")
    with refused("required", "reason"):
        _plan(visit, visit.clinician, order_id=uuid7(), treatment_phase="induction")


def test_a_nurse_plans_and_does_not_order(clock: TestClock) -> None:
    visit = planned(clock)
    with pytest.raises(actions.NotAllowed):
        _plan(visit, visit.nurse, order_id=uuid7(), treatment_phase="induction", planned_reason="x")
    assert not _plan(visit, visit.nurse).order_set.exists()


def test_nothing_is_given_before_a_clinician_has_ordered_it(clock: TestClock) -> None:
    visit = predosed(clock, is_ordered=False)
    with refused("order_missing"):
        visit.dose()
    visit.order()
    assert visit.dose().mg == 28


def test_a_later_order_takes_the_place_of_an_earlier_one(clock: TestClock) -> None:
    visit = admitted(clock, planned_mg=84)
    visit.order(56, reason="Dizzy for long after the last 84")
    session = visit.session
    assert (session.planned_mg, session.facts().devices_open) == (Decimal(56), 2)
    (found,) = (d for d in deviations(session.facts(), clock.now()) if d.code == "order_changed")
    assert (found.params["was"], found.params["mg"]) == ("84", "56")
    assert session.deviation_count == 1


def test_after_the_first_dose_the_order_stays(clock: TestClock) -> None:
    visit = dosed(clock)
    with refused("wrong_phase"):
        visit.order(84)


@pytest.mark.parametrize(
    ("mg", "code"), [(0, "not_positive"), (27, "order_total"), (112, "order_total")]
)
def test_the_amount_is_one_that_the_protocol_allows(clock: TestClock, mg: int, code: str) -> None:
    with refused(code, "planned_mg"):
        planned(clock, is_ordered=False).order(mg)


def test_a_first_treatment_is_not_ordered_above_its_greatest_dose(clock: TestClock) -> None:
    visit = planned(clock, is_ordered=False, is_first_treatment=True)
    with refused("order_first", "planned_mg"):
        visit.order(84)
    assert visit.order(56).mg == 56


def test_two_who_order_at_once_see_each_others_order(clock: TestClock) -> None:
    visit = planned(clock, is_ordered=False)
    visit.order(56, replaces_id=None)
    with refused("order_changed"):
        visit.order(84, replaces_id=None)
    assert visit.session.planned_mg == 56


def test_the_same_order_sent_twice_is_one(clock: TestClock) -> None:
    visit, same = planned(clock, is_ordered=False), uuid7()
    assert visit.order(id=same, replaces_id=None) == visit.order(id=same, replaces_id=None)
    assert Order.objects.filter(session=visit.id).count() == 1
