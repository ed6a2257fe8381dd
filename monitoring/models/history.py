"""The earlier sessions of a patient, as plain data for the rules: one query, whatever their number.

They are those of this patient's row, which belongs to one site. A person whom another site of the
organisation treats has another row there, and nobody here is told of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from clinic.models.constant import Constant
from monitoring.rules.history import Earlier, History
from monitoring.rules.questions import CONTRAINDICATIONS

if TYPE_CHECKING:
    from monitoring.models import Patient, Session

_LOADED = "admitted_sessions"


def load_history(sessions: Sequence[Session]) -> None:
    """Load with `sessions` the admitted sessions of their patients, in one query."""
    patients = {session.patient_id: session.patient for session in sessions}
    earlier: dict[UUID, list[Session]] = {id: [] for id in patients}
    for session in _ADMITTED.rows(list(patients)):
        earlier[session.patient_id].append(session)
    for session in sessions:
        vars(session.patient)[_LOADED] = earlier[session.patient_id]


def _admitted(patients: list[UUID]) -> QuerySet[Session]:
    """The sessions of `patients` in which they arrived, with whether a Yes to a contraindication
    stands in it."""
    from monitoring.models import Admission, Session
    from monitoring.models.standing import standing

    admissions = standing(Admission)
    later = admissions.filter(session=OuterRef("session"), seq__gt=OuterRef("seq"))
    yes = Q(*((question, True) for question in CONTRAINDICATIONS), _connector=Q.OR)
    latest = admissions.filter(~Exists(later), yes, session=OuterRef("pk"))
    admitted = Session.objects.filter(patient_id__in=patients, admitted_at__isnull=False)
    return admitted.order_by("admitted_at").annotate(is_contraindicated=Exists(latest))


_ADMITTED = Constant(_admitted)


def history_of(session: Session) -> History | None:
    """None where it was not loaded. The day is that of the first dose, of the arrival or, until
    then, of the plan, at the site."""
    loaded: list[Any] | None = vars(session.patient).get(_LOADED)
    if loaded is None:
        return None
    zone = session.site.tz
    began = session.first_dose_at or session.admitted_at or session.planned_for
    on = began.astimezone(zone).date()
    earlier = [
        Earlier(
            on=(other.first_dose_at or other.admitted_at).astimezone(zone).date(),
            is_dosed=other.first_dose_at is not None,
            indication=other.indication,
            is_contraindicated=other.is_contraindicated,
        )
        for other in loaded
        if other.pk != session.pk
    ]
    return History(
        on=on,
        age=session.patient.age_on(on),
        earlier=tuple(sorted((e for e in earlier if e.on <= on), key=lambda e: e.on)),
    )


def dosed_sessions(patient: Patient) -> QuerySet[Session]:
    """The sessions of the patient in which a dose was given, the latest first."""
    return patient.sessions.filter(first_dose_at__isnull=False).order_by("-first_dose_at")
