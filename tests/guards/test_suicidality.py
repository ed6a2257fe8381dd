"""No signature over suicidality that no clinician has reviewed, whoever writes to the database."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from monitoring.models import Clearance
from tests.clock import TestClock
from tests.guards.examples import signed
from tests.guards.raw import copy
from tests.guards.world import Clinic, Visit, open_clinic

pytestmark = pytest.mark.usefixtures("owner")
NO = {f"cssrs_{number}": False for number in range(1, 7)}
POSITIVE: dict[str, dict[str, Any]] = {
    "item 9": {"phq9_item9": 1},
    "question 4": NO | {"cssrs_2": True, "cssrs_4": True},
    "question 5": NO | {"cssrs_2": True, "cssrs_5": True},
    "behaviour": NO | {"cssrs_6": True},
}
NEGATIVE: dict[str, dict[str, Any]] = {
    "item 9": {"phq9_item9": 0, "phq9_total": 24},
    "questions 1 to 3": NO | {"cssrs_1": True, "cssrs_2": True, "cssrs_3": True},
    "not done": {"not_done": "refused"},
}


def sign(visit: Visit, like: Clearance, clock: TestClock) -> None:
    with transaction.atomic():
        copy(
            like,
            session_id=visit.id,
            through_seq=visit.row.last_seq,
            signed_by_id=visit.clinic.clinician.id,
            signed_at=clock.now(),
        )


def test_each_positive_one_waits_for_a_review_and_no_other_does(
    clinic: Clinic, clock: TestClock
) -> None:
    like = Clearance.objects.get(session=signed(open_clinic("South"), clock).id)
    visit = Visit(clinic, clock).ready()
    for given in NEGATIVE.values():
        visit.screen(**given)
    found = [visit.screen(**given) for given in POSITIVE.values()]
    found.append(visit.event("symptom", symptoms=("suicidal_thoughts", "nausea")))
    for event in found:
        with pytest.raises(IntegrityError, match="suicidality_reviewed"):
            sign(visit, like, clock)
        visit.respond(event.pk)
        with pytest.raises(IntegrityError, match="suicidality_reviewed"):
            sign(visit, like, clock)
        visit.review_event(event.pk)
    sign(visit, like, clock)


def test_a_review_that_was_struck_reviews_nothing(clinic: Clinic, clock: TestClock) -> None:
    like = Clearance.objects.get(session=signed(open_clinic("South"), clock).id)
    visit = Visit(clinic, clock).ready()
    found = visit.screen(phq9_item9=1)
    review = visit.review_event(found.pk)
    visit.strike(review, by=visit.clinician)
    with pytest.raises(IntegrityError, match="suicidality_reviewed"):
        sign(visit, like, clock)
    visit.strike(found, by=visit.clinician)
    sign(visit, like, clock)
