"""The patient at the top of every page about one."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from clinic import clock
from clinic.pages import moments
from monitoring.models import Patient, Session
from monitoring.models.alike import has_alike


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
    is_alike: bool = False
    """Whether another patient of the site is called so, or nearly so and born on that day."""


def patient_banner(patient: Patient, room: str = "", *, is_marked: bool = True) -> Banner:
    """Age is of today, by the date at the site. Where `is_marked`, one query asks whether another
    patient is taken for this one; of the other nothing is shown."""
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
        is_alike=is_marked and has_alike(patient),
    )


def session_banner(session: Session, *, is_marked: bool = True) -> Banner:
    return patient_banner(session.patient, session.room, is_marked=is_marked)
