"""A medication: drug, dose, unit, route, who ordered it, what for; and what it did."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from clinic.ids import uuid7
from monitoring.actions import Conflict, record_medication
from monitoring.words.timeline import timeline
from tests.actions.refusals import refused
from tests.clock import TestClock
from tests.factories.visits import dosed, planned
from tests.sequences.steps import whole

pytestmark = pytest.mark.django_db


def test_severe_dissociation_lorazepam_and_what_it_did(clock: TestClock) -> None:
    """Scenario "severe dissociation, lorazepam"."""
    visit, same = dosed(clock), uuid7()
    clock.forward(minutes=30)
    reading = visit.read(30, dissociation=4)
    visit.respond(reading.pk, ordered="Lorazepam 1 mg under the tongue")
    made = visit.medicate(id=same, amount=Decimal("0.5"), route="sublingual")
    assert visit.medicate(id=same, amount=Decimal("0.5"), route="sublingual") == made
    with pytest.raises(Conflict):
        visit.medicate(id=same, amount=Decimal(5), route="sublingual")
    clock.forward(minutes=15)
    with refused("required", "medication"):
        visit.event("effect", detail="Calm")
    with refused("not_an_effect", "medication"):
        visit.event("note", medication_id=made.pk)
    effect = visit.event("effect", detail="Calm, dissociation 1", medication_id=made.pk)
    assert effect.answers_event == made
    said = [e.words for e in timeline(whole(visit), visit.session.facts())]
    lorazepam = (
        "Medication: Lorazepam 0.5 mg, Under the tongue, ordered by "
        f"{visit.clinician.printed_name}; Panic"
    )
    assert said[-2:] == [lorazepam, "Effect of a medication: Calm, dissociation 1"]


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({"drug": " "}, "required", "drug"),
        ({"ordered_by": ""}, "required", "ordered_by"),
        ({"detail": ""}, "required", "detail"),
        ({"unit": "spoon"}, "required", "unit"),
        ({"route": ""}, "required", "route"),
        ({"amount": None}, "not_positive", "amount"),
        ({"amount": Decimal(0)}, "not_positive", "amount"),
    ],
)
def test_each_part_of_it_is_asked_for(
    clock: TestClock, given: dict[str, Any], code: str, field: str
) -> None:
    with refused(code, field):
        dosed(clock).medicate(**given)


def test_it_is_given_while_the_patient_is_here_and_an_effect_comes_after_it(
    clock: TestClock,
) -> None:
    visit = dosed(clock)
    clock.forward(minutes=10)
    given = visit.medicate()
    with refused("before_medication", "at"):
        visit.event("effect", at=given.at - timedelta(minutes=3), medication_id=given.pk)
    with refused("wrong_phase"):
        planned(clock).medicate()
    assert record_medication.phases[0] == "arrived"
