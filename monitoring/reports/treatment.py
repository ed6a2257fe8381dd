"""A patient's course of treatment, with the worst values of each.

Week one predicts later weeks, so the last session's worst values stand at the start of the next
(CLINICAL 4). They are shown as they are; nothing is relaxed from them.
"""

from __future__ import annotations

from uuid import UUID

from django.db.models import F, Max, Min, Q, QuerySet

from clinic.pages.keyset import Order
from monitoring.models import Patient, Reading, Session
from monitoring.models.standing import struck

NEWEST_FIRST = Order(("planned_for", "pk"), is_down=True)


def course_of_treatment(patient: Patient) -> QuerySet[Session]:
    """Newest first; each with `lowest_sedation` and `highest_dissociation` after the dose.

    Of readings that count: those that were entered once the patient had left do not (CLINICAL 4).
    """
    sessions = Session.objects.filter(patient=patient)
    after_dose = Q(reading__taken_at__gt=F("first_dose_at"), reading__replaced_by=None)
    is_late = Q(reading__pk__in=_entered_after_leaving(patient))
    counted = after_dose & ~is_late & ~Q(struck(Reading, "reading__pk"))
    found = sessions.annotate(
        lowest_sedation=Min("reading__sedation", filter=counted),
        highest_dissociation=Max("reading__dissociation", filter=counted),
    )
    return NEWEST_FIRST.of(found.select_related("protocol_version", "prescriber"))


def _entered_after_leaving(patient: Patient) -> list[UUID]:
    """The readings that were first entered once the patient had left, with their corrections.

    One that was entered in time and corrected later, however often, counts as corrected.
    """
    late = Reading.objects.filter(session__patient=patient, after_departure=True)
    found: list[UUID] = []
    for id, replaces in late.order_by("seq").values_list("pk", "replaces"):
        if replaces is None or replaces in found:
            found.append(id)
    return found


def last_dosed(patient: Patient) -> Session | None:
    """The latest session that is over and in which a dose was given."""
    return course_of_treatment(patient).filter(phase="closed").first()
