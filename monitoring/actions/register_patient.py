"""Add a patient to a site."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction

from clinic.access import Permission
from clinic.models import Site, Staff
from clinic.trail import chain
from clinic.verbs import Work, same_or_conflict, sent_before, verb
from monitoring.actions.patient_values import ask, whole, with_mrn
from monitoring.models import Patient


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPatient:
    """What is kept of a patient, by the names of `Patient.AMENDED`. A person with only one name has
    it as family name; empty allergies mean not known."""

    mrn: str
    family_name: str
    given_name: str = ""
    date_of_birth: date
    sex: str
    allergies: str = ""
    cautions: str = ""
    telephone: str = ""
    rems_enrolled_on: date | None = None


@verb(Permission.REGISTER_PATIENT)
def register_patient(
    work: Work,
    site: Site,
    by: Staff,
    *,
    id: UUID,
    patient: NewPatient,
    confirmed: Collection[str] = (),
) -> Patient:
    """The same `id` sent twice is one patient.

    `confirmed` are the answers that were given to questions of a refusal (see `ask`). Raises
    Conflict when the MRN is someone's, Refused at each field that is empty and needed, holds
    a hidden character, or is a birth after today, NotAllowed.
    """
    work.require(by, site)
    given = whole(asdict(patient), site)
    own = {"id": id, "site_id": site.pk, **given}
    if sent := sent_before(Patient.objects.filter(pk=id, site=site), id, own):
        return sent
    if theirs := with_mrn(given["mrn"]):
        return same_or_conflict(theirs, own)
    # Not asked about itself: a second tap may have come in between.
    ask(given, site, confirmed, own=id)
    return _insert(work, Patient(created_at=work.now, **own), own)


def _insert(work: Work, patient: Patient, own: Mapping[str, object]) -> Patient:
    """`patient` with its first entry; or the one who came in between with the same number, by a
    second tap. Raises Conflict where that is someone else."""
    by, name = work.by, work.declared.name
    try:
        with transaction.atomic():
            rows = chain.rows_of(work.insert(patient))
            actor = by.pk if by else None
            chain.append(patient.pk, "patient", name, rows=rows, actor_id=actor, is_new=True)
    except IntegrityError:
        if (theirs := with_mrn(patient.mrn)) is None:
            raise
        return same_or_conflict(theirs, own)
    return patient
