"""Monitoring forms of the demo: nearly all filed, one overdue, the latest still due, and one whose
record was amended since."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from random import Random

from clinic.models import Staff
from monitoring.actions import amend_patient, answer_form, file_form
from monitoring.actions.file_form import Filing
from monitoring.management.demo.past import Clock, new_id
from monitoring.management.demo.people import MAIN
from monitoring.models import Patient, Session
from monitoring.models.filled_form import FilledForm, digest_of, form_of
from monitoring.rules.form_due import DAYS, days_left
from monitoring.rules.rems_form import Field

LATEST_DAYS = 3
"""What was given so few days ago is not filed yet."""
ANSWERED_DAYS = 28
"""Before that the clinic answered on paper: each form of a demo that is built costs time."""


def play_forms(clock: Clock, rng: Random) -> None:
    """After everything else that is told of these sessions: the clock of one never goes back."""
    filer = Staff.objects.prefetch_related("memberships").get(username="samuel")
    found = Session.objects.filter(phase="closed", form_due_at__isnull=False)
    sessions = list(found.select_related("site").order_by("form_due_at", "pk"))
    overdue = [s for s in sessions if s.site.name == MAIN and _day(s, clock) > DAYS][-1:]
    filed: list[Session] = []
    for session in sessions:
        if session in overdue or _day(session, clock) <= LATEST_DAYS:
            continue
        _file(session, filer, clock, rng)
        filed += [session] if session.site.name == MAIN else []
    courses = Counter(session.patient_id for session in filed)
    if filed:
        _rename(min(reversed(filed), key=lambda s: courses[s.patient_id]), clock, rng)


def _day(session: Session, clock: Clock) -> int:
    """How many calendar days ago it was, at its site."""
    due = session.form_due_at or clock.present
    return DAYS - days_left(due, clock.present, session.site.tz)


def _file(session: Session, filer: Staff, clock: Clock, rng: Random) -> None:
    """The next day but one: the observer's answers, then the fax."""
    form = _form(session)
    if _day(session, clock) > ANSWERED_DAYS:
        clock.move_to((form.source.ended_at or clock.present) + timedelta(hours=27))
        _fax(session, form, filer, clock, rng)
        return
    observer = Staff.objects.prefetch_related("memberships").get(pk=form.monitor.pk)
    clock.move_to((form.source.ended_at or clock.present) + timedelta(hours=26))
    answer_form(
        session.pk,
        observer,
        id=new_id(clock.now(), rng),
        seen=None,
        answers={field.key: _answer(field) for field in form.asked},
        reason="",
    )
    clock.forward(seconds=3600)
    _fax(session, _form(session), filer, clock, rng)


def _fax(session: Session, form: FilledForm, filer: Staff, clock: Clock, rng: Random) -> None:
    file_form(
        session.pk,
        filer,
        id=new_id(clock.now(), rng),
        filing=Filing(
            seen=digest_of(form.copy),
            filed_on=clock.now().astimezone(session.site.tz).date(),
            way="fax",
            reference=f"FAX-{rng.randrange(10**6):06}",
            gaps_reason="Answered on the official form",
        ),
    )


def _form(session: Session) -> FilledForm:
    whole = Session.objects.whole(session.pk)
    form = form_of(whole) if whole else None
    if form is None:
        raise LookupError(session.pk)
    return form


def _answer(field: Field) -> object:
    """Nothing happened that the readings do not tell; who was not signed for was not ready."""
    if field.kind == "ready":
        return "not_ready"
    return None if field.only_if else field.key.startswith("vitals")


def _rename(session: Session, clock: Clock, rng: Random) -> None:
    """The name of the patient is put right after the form was filed."""
    patient = Patient.objects.get(pk=session.patient_id)
    clock.forward(seconds=3600)
    nurse = session.departure.recorded_by
    amend_patient(
        patient.pk,
        Staff.objects.prefetch_related("memberships").get(pk=nurse.pk),
        id=new_id(clock.now(), rng),
        amended=patient.amended,
        values={n: getattr(patient, n) for n in Patient.AMENDED}
        | {"given_name": f"{patient.given_name} M."},
        reason="Middle initial, as on the insurance card",
    )
