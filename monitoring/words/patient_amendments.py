"""What was amended about a patient: old and new value, who, when and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.db import models
from django.utils.translation import gettext as _

from clinic.pages import moments
from clinic.trail.canonical import parse
from monitoring.models import Patient, PatientAmendment


@dataclass(frozen=True, slots=True)
class Change:
    label: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class ShownAmendment:
    """One amendment as a person reads it."""

    changes: tuple[Change, ...]
    reason: str
    by: str
    at: datetime


def patient_amendments(patient: Patient) -> list[ShownAmendment]:
    """All amendments of the patient, the latest first."""
    found = patient.amendments.select_related("recorded_by").order_by("-number")
    return [
        ShownAmendment(changes(row), row.reason, row.recorded_by.printed_name, row.recorded_at)
        for row in found
    ]


def changes(amendment: PatientAmendment) -> tuple[Change, ...]:
    """What the amendment changed, in the order of the form."""
    named = [n for n in Patient.AMENDED if n in amendment.changes]
    old = {n: amendment.changes[n][0] for n in named}
    new = {n: amendment.changes[n][1] for n in named}
    return tuple(Change(_label(n), _value(n, old), _value(n, new)) for n in named)


def _label(name: str) -> str:
    field = cast("models.Field[Any, Any]", Patient._meta.get_field(name))
    return str(field.verbose_name)


def _value(name: str, row: Mapping[str, Any]) -> str:
    """A value as the patient's page shows it; empty is said in words."""
    patient = parse(Patient, {name: row[name]})
    value = getattr(patient, name)
    if name == "sex":
        return str(Patient.Sex(value).label) if value else _("none")
    if name in {"date_of_birth", "rems_enrolled_on"}:
        return moments.day(value) if value else _("none")
    return str(value) or _("none")
