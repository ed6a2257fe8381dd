"""A patient's course of treatment, with the worst values of each.

Week one predicts later weeks, so the last session's worst values stand at the start of the next
(CLINICAL 4). They are shown as they are; nothing is relaxed from them.
"""

from __future__ import annotations

from django.db.models import F, Max, Min, Q, QuerySet

from monitoring.models import Patient, Reading, Session
from monitoring.models.standing import struck

_ENTERED_IN_TIME = (
    Q(reading__after_departure=False)
    | Q(reading__replaces__after_departure=False)
    | Q(reading__replaces__replaces__after_departure=False)
)
"""A reading that was corrected once the patient had left, or even twice, counts as corrected."""
_COUNTED = _ENTERED_IN_TIME & Q(reading__taken_at__gt=F("first_dose_at"), reading__replaced_by=None)
"""Readings after the dose that no correction replaced; of these, those that were not struck."""


def course_of_treatment(patient: Patient) -> QuerySet[Session]:
    """Newest first; each with `lowest_sedation` and `highest_dissociation` after the dose."""
    sessions = Session.objects.filter(patient=patient)
    counted = _COUNTED & ~Q(struck(Reading, "reading__pk"))
    return (
        sessions.annotate(
            lowest_sedation=Min("reading__sedation", filter=counted),
            highest_dissociation=Max("reading__dissociation", filter=counted),
        )
        .select_related("protocol_version", "prescriber")
        .order_by("-planned_for", "-pk")
    )


def last_dosed(patient: Patient) -> Session | None:
    """The latest session that is over and in which a dose was given."""
    return course_of_treatment(patient).filter(phase="closed").first()
