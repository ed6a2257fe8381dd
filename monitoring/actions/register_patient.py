"""Add a patient to a site."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction

from clinic import access, clock
from clinic.access import Permission
from clinic.models import Site, Staff
from clinic.trail import chain
from monitoring.actions.outcome import NotAllowed, repeated
from monitoring.actions.patient_values import ask, whole, with_mrn
from monitoring.actions.record import verb
from monitoring.models import Patient


@verb
def register_patient(
    site: Site,
    by: Staff,
    *,
    id: UUID,
    mrn: str,
    family_name: str,
    given_name: str = "",
    date_of_birth: date,
    sex: str,
    allergies: str = "",
    cautions: str = "",
    telephone: str = "",
    rems_enrolled_on: date | None = None,
    confirmed: Collection[str] = (),
) -> Patient:
    """The same `id` sent twice is one patient. Who has one name alone has it as family name.

    `confirmed` are the answers that were given to questions of a refusal (see `ask`). Raises
    Conflict when the MRN is someone's, Refused at each field that is empty and needed, holds
    a hidden character, or is a birth after today, NotAllowed.
    """
    if not access.may(by, Permission.REGISTER_PATIENT, site):
        raise NotAllowed(Permission.REGISTER_PATIENT.value)
    given = whole(
        {
            "mrn": mrn,
            "family_name": family_name,
            "given_name": given_name,
            "date_of_birth": date_of_birth,
            "sex": sex,
            "allergies": allergies,
            "cautions": cautions,
            "telephone": telephone,
            "rems_enrolled_on": rems_enrolled_on,
        },
        site,
    )
    own = {"id": id, "site_id": site.pk, **given}
    if sent := Patient.objects.filter(pk=id, site=site).first():
        return repeated(sent, **own)
    if theirs := with_mrn(given["mrn"]):
        return repeated(theirs, **own)
    # Not asked about itself: a second tap may have come in between.
    ask(given, site, confirmed, own=id)
    patient = Patient(id=id, site=site, created_at=clock.now(), **given)
    try:
        with transaction.atomic():
            patient.save(force_insert=True)
            rows = chain.rows_of(patient)
            chain.append(id, "patient", "register_patient", rows=rows, actor_id=by.pk, is_new=True)
    except IntegrityError:
        # The number was registered between the question and the answer, perhaps by a second tap.
        theirs = with_mrn(given["mrn"])
        if theirs is None:
            raise
        return repeated(theirs, **own)
    return patient
