"""The earlier sessions of a patient, as plain data for the rules: one query, whatever their number.

They are those of this patient's row, which belongs to one site. A person whom another site of the
organisation treats has another row there, and nobody here is told of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from clinic.models.row import name_of
from monitoring.rules.history import Earlier, History
from monitoring.rules.questions import CONTRAINDICATIONS

if TYPE_CHECKING:
    from monitoring.models import Patient, Session

_LOADED = "admitted_sessions"


def with_history() -> Prefetch[Any]:
    """Loads with sessions the admitted sessions of their patients."""
    from monitoring.models import Admission, Session, Strike

    taken_out = Q(needs_confirmation=False) | Q(confirmation__is_confirmed=True)
    struck = Strike.objects.filter(taken_out, noun=name_of(Admission), target=OuterRef("pk"))
    standing = Admission.objects.filter(~Exists(struck))
    later = standing.filter(session=OuterRef("session"), seq__gt=OuterRef("seq"))
    yes = Q(*((question, True) for question in CONTRAINDICATIONS), _connector=Q.OR)
    latest = standing.filter(~Exists(later), yes, session=OuterRef("pk"))
    admitted = Session.objects.filter(admitted_at__isnull=False).order_by("admitted_at")
    return Prefetch(
        "patient__sessions", admitted.annotate(is_contraindicated=Exists(latest)), to_attr=_LOADED
    )


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
