"""What is mended in a session: struck, amended, reviewed; each method is one verb."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from clinic.ids import uuid7
from clinic.models import Staff
from clinic.models.row import name_of
from monitoring import actions
from monitoring.models import (
    Amendment,
    Patient,
    PatientAmendment,
    Reading,
    Review,
    SessionFact,
    Strike,
    StrikeConfirmation,
)
from tests.factories.filled import filled


class Mended:
    """A session with its people, for `Visit`."""

    id: UUID
    nurse: Staff
    clinician: Staff
    patient: Patient

    def strike(self, row: SessionFact, *, by: Staff | None = None, **given: Any) -> Strike:
        return actions.strike(
            self.id,
            by or self.nurse,
            **filled(
                given,
                id=uuid7(),
                noun=name_of(row),
                target=row.pk,
                kind="wrong_patient",
                reason="Meant for chair 2",
            ),
        )

    def confirm(self, strike: Strike, **given: Any) -> StrikeConfirmation:
        return actions.confirm_strike(
            self.id,
            given.pop("by", self.clinician),
            strike_id=strike.pk,
            **filled(given, id=uuid7(), is_confirmed=True, reason=""),
        )

    def amend(self, **given: Any) -> Amendment:
        return actions.amend_record(
            self.id,
            self.nurse,
            **filled(
                given,
                id=uuid7(),
                about="session",
                about_id=None,
                text="The escort was the sister",
                reason="Written down wrongly",
            ),
        )

    def amend_patient(self, **changes: Any) -> PatientAmendment:
        patient = Patient.objects.get(pk=self.patient.pk)
        values = {name: getattr(patient, name) for name in Patient.AMENDED}
        return actions.amend_patient(
            patient.pk,
            self.nurse,
            id=uuid7(),
            amended=patient.amended,
            values={**values, **changes},
            reason="Told us today",
        )

    def review(self, reading: Reading, **given: Any) -> Review:
        return actions.review_reading(
            self.id,
            self.clinician,
            **filled(
                given,
                id=uuid7(),
                reading_id=reading.pk,
                assessment="Entered from paper, taken before departure",
                action_taken="Rang the patient: well",
            ),
        )
