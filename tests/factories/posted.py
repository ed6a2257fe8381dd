"""Forms as a browser sends them, all filled in rightly."""

from __future__ import annotations

import re
from typing import Any

from django.test import Client

from clinic.ids import uuid7
from monitoring.rules.questions import CHECKLIST
from tests.factories.answers import ESCORT, GOOD_ANSWERS
from tests.factories.people import PASSWORD
from tests.factories.visits import Visit

READING = {
    "systolic": "130", "diastolic": "82", "heart_rate": "70", "spo2": "98", "oxygen": "0",
    "respiratory_rate": "14", "sedation": "5", "dissociation": "0",
}  # fmt: skip


def send(client: Client, visit: Visit, query: str = "", **changed: str) -> Any:
    """Send a reading, filled in rightly but for `changed`, to its page with that query."""
    body = READING | {"id": str(uuid7())} | changed
    return client.post(f"/sessions/{visit.id}/reading/{query}", body)


def text_of(answer: Any) -> str:
    """The page in one line."""
    return re.sub(r"\s+", " ", answer.content.decode())


def kept(answer: Any, name: str) -> str:
    """The value that stands in the input `name` of the page."""
    found = re.search(rf'<input[^>]*name="{name}"[^>]*value="([^"]*)"', answer.content.decode())
    assert found, name
    return found[1]


def admission(visit: Visit) -> dict[str, str]:
    answers = {q: "yes" if a else "no" for q, a in GOOD_ANSWERS.items() if a is not None}
    return answers | ESCORT | {"prescriber": str(visit.clinician.pk), "room": "Chair 9"}


def clearance(visit: Visit) -> dict[str, str]:
    return dict.fromkeys(CHECKLIST, "on") | {
        "through_seq": str(visit.session.last_seq),
        "had_serious_event": "no",
        "ready_minutes": "95",
        "identified_by": "mrn",
        "password": PASSWORD,
    }


def plan(visit: Visit) -> dict[str, str]:
    return {
        "day": "2026-03-20",
        "time": "09:30",
        "protocol_version": str(visit.version.pk),
        "total": "56",
        "indication": "trd",
        "is_first_treatment": "no",
        "treatment_phase": "maintenance",
        "planned_reason": "As last time",
    }


def decision(visit: Visit) -> dict[str, str]:
    predose = visit.session.facts().predose
    assert predose is not None
    return {
        "reading": str(predose.id),
        "through_seq": str(visit.session.last_seq),
        "outcome": "give",
        "reason": "Weighed",
    }


def withdrawal(visit: Visit) -> dict[str, str]:
    return {"clearance": str(visit.session.standing_clearance_id), "reason": "Dizzy"}


PATIENT = {
    "mrn": "NEW-1", "family_name": "New", "given_name": "Ada", "date_of_birth": "1960-02-01",
    "sex": "female",
}  # fmt: skip
