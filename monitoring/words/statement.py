"""The statement that a clinician signs, whole, in words."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from monitoring.models import Session
from monitoring.rules.facts import SessionFacts
from monitoring.rules.questions import CHECKLIST
from monitoring.words.given import given


def statement(session: Session, facts: SessionFacts, signer: str) -> str:
    """Names the patient, the dose, both clocks, the window and what the signature covers."""
    first, last, ends = facts.first_dose_at, facts.last_dose_at, facts.window_ends_at
    if first is None or last is None or ends is None:
        return ""
    patient = session.patient
    lines = [
        _("I, %(signer)s, clear %(name)s, born %(born)s, MRN %(mrn)s, to leave after observation.")
        % {
            "signer": signer,
            "name": patient.banner_name,
            "born": f"{patient.date_of_birth:%d-%b-%Y}",
            "mrn": patient.mrn,
        },
        _("%(given)s of %(drug)s: first dose %(first)s, last dose %(last)s, window ended %(ends)s.")
        % {
            "given": given(facts),
            "drug": _(facts.protocol.drug),
            "first": _local(session, first),
            "last": _local(session, last),
            "ends": _local(session, ends),
        },
        *(_(CHECKLIST[key]) + "." for key in facts.protocol.checklist),
        _("This covers the record up to entry %(seq)s (%(count)s readings).")
        % {"seq": facts.last_seq, "count": len(facts.standing_readings)},
    ]
    return "\n".join(lines)


def _local(session: Session, moment: datetime) -> str:
    """On the clock of the session's site."""
    return f"{moment.astimezone(session.site.tz):%d-%b-%Y %H:%M}"
