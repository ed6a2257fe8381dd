"""What an entry wrote is told of entries, too, that no verb wrote."""

from __future__ import annotations

import json
from uuid import UUID

import pytest

from clinic.models import TrailEntry
from monitoring.words.trail import contents
from tests.clock import TestClock
from tests.factories.visits import planned

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ({"reading": {"1": {"replaces_id": "no id", "systolic": 120}}}, "not readable"),
        ({"reading": {"1": {"systolic": 120}}}, "Systolic: 120"),
        ({"reading": {"1": {"taken_at": "no time"}}}, "not readable"),
        ({"reading": {"1": {"systolic": [1]}}}, "not readable"),
        ({"patientamendment": {"1": {"changes": {"sex": ["x"]}}}}, "not readable"),
        ({"session": {"1": {"last_seq": 4, "phase": "dosing"}}}, ""),
        ({"of no name": {"1": {"a": 1}}}, ""),
        ("no rows", ""),
    ],
)
def test_what_no_verb_wrote_ends_no_page(rows: object, words: str) -> None:
    entry = TrailEntry(pk=UUID(int=1), payload=json.dumps({"rows": rows, "detail": {}}))
    assert contents([entry]) == {entry.pk: words}


def test_a_planned_session_says_its_part_of_the_treatment_once_and_in_words(
    clock: TestClock,
) -> None:
    visit = planned(clock)
    entry = TrailEntry.objects.get(chain=visit.id, verb="plan_session")
    (said,) = contents([entry]).values()
    (order,) = visit.session.order_set.all()
    assert said.count(order.get_treatment_phase_display()) == 1
    assert order.treatment_phase not in said
