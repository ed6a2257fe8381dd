"""What is measured, answered and written down where all is well."""

from __future__ import annotations

from typing import Any

from monitoring.rules.questions import EU_CONCOMITANT, EU_CONTRAINDICATIONS, QUESTIONS

WELL: dict[str, int | None] = {
    "systolic": 122,
    "diastolic": 78,
    "heart_rate": 72,
    "spo2": 98,
    "oxygen": 0,
    "respiratory_rate": 14,
    "sedation": 5,
    "dissociation": 0,
}


def measured(changed: dict[str, Any]) -> dict[str, Any]:
    """A well set but for what is `changed`; where SpO2 is not measured, oxygen is not told."""
    without = {"oxygen": None} if changed.get("spo2", 0) is None else {}
    return WELL | without | changed


GOOD_ANSWERS: dict[str, bool | None] = {
    question: question not in {*EU_CONTRAINDICATIONS, *EU_CONCOMITANT} for question in QUESTIONS
}
ESCORT = {"escort_name": "Ann Smith", "escort_phone": "555 0101"}
LEAVING: dict[str, dict[str, Any]] = {
    "discharged": {
        **ESCORT,
        "transport": "Escort's car",
        "advice_given": True,
        "had_serious_event": False,
    },
    "transferred": {
        "destination": "General Hospital",
        "reason": "Chest pain",
        "transport": "Ambulance",
        "advice_given": True,
        "had_serious_event": True,
        "serious_event_detail": "Chest pain with a pressure of 210/120",
    },
    "against_advice": {
        "reason": "Has to be at work",
        "advice_given": True,
        "transport": "Taxi",
        "had_serious_event": False,
    },
    "left_unseen": {
        "reason": "The chair was empty; rang the patient, who is at home",
        "advice_given": False,
        "transport": "Not known",
        "had_serious_event": False,
    },
}
"""What is written down of each way to leave."""
