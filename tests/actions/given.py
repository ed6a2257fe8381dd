"""Verbs called with all they take, but for what a test changes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from clinic.ids import uuid7
from monitoring import actions
from monitoring.actions.plan_session import Plan
from monitoring.actions.register_patient import NewPatient
from monitoring.actions.sign_clearance import challenge_of
from monitoring.models import Patient, Session
from tests.factories.visits import Visit


def plan(visit: Visit, **changed: Any) -> Session:
    given: dict[str, Any] = {
        "protocol_version_id": visit.version.pk,
        "planned_for": visit.clock.now(),
        "planned_mg": Decimal(56),
        "indication": "trd",
        "is_first_treatment": False,
    }
    return actions.plan_session(
        changed.pop("by", visit.nurse),
        id=changed.pop("id", None) or uuid7(),
        patient_id=changed.pop("patient_id", visit.patient.pk),
        plan=Plan(**(given | changed)),
    )


def register(visit: Visit, **changed: Any) -> Patient:
    given: dict[str, Any] = {
        "mrn": "A-1",
        "family_name": " Smith ",
        "given_name": "Jane",
        "date_of_birth": date(1945, 7, 14),
        "sex": "female",
    }
    by, id = changed.pop("by", visit.nurse), changed.pop("id", None) or uuid7()
    confirmed = changed.pop("confirmed", ())
    patient = NewPatient(**(given | changed))
    return actions.register_patient(visit.site, by, id=id, patient=patient, confirmed=confirmed)


def shown(visit: Visit) -> str:
    return challenge_of(visit.id, visit.session.last_seq)
