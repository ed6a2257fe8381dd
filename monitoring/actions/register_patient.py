"""Add a patient to a site."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction

from clinic import access, clock
from clinic.access import Permission
from clinic.models import Site, Staff
from monitoring.actions.outcome import NotAllowed, refuse, repeated
from monitoring.actions.record import require_text, verb
from monitoring.models import Patient
from monitoring.trail import chain


@verb
def register_patient(
    site: Site,
    by: Staff,
    *,
    id: UUID,
    mrn: str,
    family_name: str,
    given_name: str,
    date_of_birth: date,
    sex: str,
    allergies: str = "",
    cautions: str = "",
    rems_enrolled_on: date | None = None,
) -> Patient:
    """The same `id` sent twice is one patient. Raises Conflict when the MRN is someone's,
    Refused for an empty name or a birth after today, NotAllowed."""
    if not access.may(by, Permission.REGISTER_PATIENT, site):
        raise NotAllowed(Permission.REGISTER_PATIENT.value)
    given = {
        "mrn": mrn.strip(),
        "family_name": family_name.strip(),
        "given_name": given_name.strip(),
        "date_of_birth": date_of_birth,
        "sex": sex,
        "allergies": allergies.strip(),
        "cautions": cautions.strip(),
        "rems_enrolled_on": rems_enrolled_on,
    }
    own = {"id": id, "site_id": site.pk, **given}
    if sent := Patient.objects.filter(pk=id, site=site).first():
        return repeated(sent, **own)
    for name in ("mrn", "family_name", "given_name"):
        require_text(str(given[name]), name)
    if theirs := Patient.objects.filter(mrn=given["mrn"]).first():
        return repeated(theirs, **own)
    if date_of_birth > clock.now().astimezone(site.tz).date():
        raise refuse("born_in_future", "date_of_birth")
    patient = Patient(id=id, site=site, created_at=clock.now(), **given)
    try:
        with transaction.atomic():
            patient.save(force_insert=True)
            rows = chain.rows_of(patient)
            chain.append(id, "patient", "register_patient", rows=rows, actor_id=by.pk, is_new=True)
    except IntegrityError:
        # The number was registered between the question and the answer, perhaps by a second tap.
        theirs = Patient.objects.filter(mrn=given["mrn"]).first()
        if theirs is None:
            raise
        return repeated(theirs, **own)
    return patient
