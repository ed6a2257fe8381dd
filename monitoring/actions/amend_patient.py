"""Put right what is kept of a patient: a name, a date, an allergy, the enrolment."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from clinic.access import Permission
from clinic.models import Staff
from clinic.refusal import Conflict, NotAllowed, refuse
from clinic.trail import chain
from clinic.trail.canonical import Columns, columns
from clinic.verbs import Work, verb
from monitoring.actions.forms import mark_changed
from monitoring.actions.patient_values import ask, whole, with_mrn
from monitoring.actions.text import require_text
from monitoring.models import Patient, PatientAmendment


@verb(Permission.AMEND_PATIENT)
def amend_patient(
    work: Work,
    patient_id: UUID,
    by: Staff,
    *,
    id: UUID,
    amended: int,
    values: Mapping[str, Any],
    reason: str,
    confirmed: Collection[str] = (),
) -> PatientAmendment:
    """Change what differs in `values`, which names every column of `Patient.AMENDED`.

    `amended` is the number of amendments that the person saw. The old values are kept in the row
    that is answered; the database changes the patient with it. The same `id` sent twice is one
    amendment. `confirmed` are the answers that were given to questions of a refusal (see `ask`),
    which a new name or birth date raises. Raises Refused at each field, Conflict with the latest
    amendment when someone amended meanwhile and with the patient whose MRN it is, NotAllowed.
    """
    patients = Patient.objects.select_for_update(of=("self",)).select_related("site")
    patient = patients.filter(pk=patient_id).first()
    if patient is None:
        raise NotAllowed(work.declared.name)
    work.require(by, patient.site)
    given = whole({name: values[name] for name in Patient.AMENDED}, patient.site)
    why = require_text(reason, "reason")
    wanted = _columns(given)
    if sent := patient.amendments.filter(pk=id).first():
        return _repeated(sent, patient, wanted, why)
    if amended != patient.amended:
        raise Conflict(patient.amendments.latest("number"))
    changes = _changes(patient, wanted)
    if not changes:
        raise refuse("nothing_changed")
    _require_own_mrn(patient.pk, given["mrn"])
    if changes.keys() & {"family_name", "given_name", "date_of_birth"}:
        ask(given, patient.site, confirmed, patient.pk)
    amendment = PatientAmendment(
        id=id,
        patient=patient,
        number=amended + 1,
        changes=changes,
        reason=why,
        recorded_at=work.now,
        recorded_by=by,
    )
    _insert(work, amendment, given["mrn"])
    _append(work, amendment)
    mark_changed(patient, changes, by, work.declared.name)
    return amendment


def _insert(work: Work, amendment: PatientAmendment, mrn: str) -> None:
    """Raises Conflict with the patient who was given this MRN since it was asked about."""
    try:
        with transaction.atomic():
            work.insert(amendment)
    except IntegrityError:
        _require_own_mrn(amendment.patient_id, mrn)
        raise


def _require_own_mrn(patient_id: UUID, mrn: str) -> None:
    """Raises Conflict with another patient who has this MRN."""
    theirs = with_mrn(mrn)
    if theirs is not None and theirs.pk != patient_id:
        raise Conflict(theirs) from None


def _columns(values: Mapping[str, Any]) -> Columns:
    """`values` as JSON has them."""
    written = columns(Patient(**values))
    return {name: written[name] for name in values}


def _changes(patient: Patient, wanted: Columns) -> dict[str, list[Any]]:
    stands = columns(patient)
    return {n: [stands[n], value] for n, value in wanted.items() if stands[n] != value}


def _repeated(
    sent: PatientAmendment, patient: Patient, wanted: Columns, why: str
) -> PatientAmendment:
    """The amendment that a second sending of its id meets; a Conflict when it said other things."""
    then = columns(patient)
    for later in patient.amendments.filter(number__gt=sent.number).order_by("-number"):
        then |= {name: old for name, (old, _new) in later.changes.items()}
    if sent.reason != why or any(then[name] != value for name, value in wanted.items()):
        raise Conflict(sent)
    return sent


def _append(work: Work, amendment: PatientAmendment) -> None:
    changed = {name: new for name, (_old, new) in amendment.changes.items()}
    rows = chain.rows_of(amendment)
    rows["patient"] = {str(amendment.patient_id): {**changed, "amended": amendment.number}}
    chain.append(
        amendment.patient_id,
        "patient",
        work.declared.name,
        rows=rows,
        actor_id=amendment.recorded_by_id,
    )
