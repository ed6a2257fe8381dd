"""The patient at the top of every page about one."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from clinic import clock
from clinic.pages import moments
from monitoring.models import Patient, Session


@dataclass(frozen=True, slots=True)
class Banner:
    patient_id: UUID
    name: str
    born: str
    age: int
    sex: str
    mrn: str
    allergies: str
    cautions: str
    room: str = ""


def patient_banner(patient: Patient, room: str = "") -> Banner:
    """Age is of today, by the date at the site."""
    return Banner(
        patient_id=patient.pk,
        name=patient.banner_name,
        born=moments.day(patient.date_of_birth),
        age=patient.age_on(timezone.localtime(clock.now()).date()),
        sex=patient.get_sex_display(),
        mrn=patient.mrn,
        allergies=patient.allergies or _("Not known"),
        cautions=patient.cautions,
        room=room,
    )


def session_banner(session: Session) -> Banner:
    return patient_banner(session.patient, session.room)
