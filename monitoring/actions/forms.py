"""What the write path keeps of monitoring forms on a session: until when, filed, changed since."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from clinic.models import Staff
from clinic.trail import chain
from monitoring.models import Patient, Session
from monitoring.models import filled_form as forms
from monitoring.rules.facts import SessionFacts
from monitoring.rules.form_due import due_at, is_asked_for

OF_PATIENT = frozenset({"family_name", "given_name", "date_of_birth", "sex", "rems_enrolled_on"})
"""Columns of a patient that the form has."""


def due_of(session: Session, facts: SessionFacts, *, was_over: bool) -> datetime | None:
    """From when on the form of `session` is overdue; None where none is asked for. Of a session
    that had ended before forms were kept here none is known, and none is asked for afterwards."""
    first = facts.first_dose_at
    if first is None or not facts.protocol.rems:
        return None
    if session.form_due_at is None and (was_over or not is_asked_for(facts)):
        return None
    return due_at(first, session.site.tz)


def whole(session_id: UUID) -> Session:
    """The session with every noun, as this transaction has it."""
    found = Session.objects.whole(session_id)
    if found is None:
        raise Session.DoesNotExist
    return found


def is_changed(session_id: UUID) -> bool:
    return forms.is_changed(whole(session_id))


def mark_changed(patient: Patient, columns: Iterable[str], by: Staff, verb: str) -> None:
    """After an amendment of `patient`: on each session whose form was filed, whether the form now
    says otherwise, in its row and on its chain."""
    if OF_PATIENT.isdisjoint(columns):
        return
    filed = Session.objects.filter(patient=patient, form_filed_seq__isnull=False)
    for session in filed.select_for_update(of=("self",)).order_by("pk"):
        found = is_changed(session.pk)
        if found == session.form_changed:
            continue
        session.form_changed = found
        session.save(update_fields=["form_changed"])
        rows: chain.Rows = {"session": {str(session.pk): {"form_changed": found}}}
        chain.append(session.pk, "session", verb, rows=rows, actor_id=by.pk)
