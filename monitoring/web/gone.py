"""What is shown in the place of a form about a fact that counts no more."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from clinic.pages import drafts
from clinic.request import ClinicRequest
from monitoring.models import Session
from monitoring.models.row import Correctable
from monitoring.web.record_page import SessionPage
from monitoring.words.strikes import strike_notes
from monitoring.words.timeline import described


def gone(
    request: ClinicRequest, session: Session, heading: str, noun: str, id: UUID, words: str = ""
) -> HttpResponse | None:
    """The page that says what became of the fact `id`, and by whom; `words` where it is known.

    None where the fact stands, and for what is sent: its form keeps what was typed.
    """
    if request.method != "GET" or drafts.ASKS in request.headers:
        return None
    note = words or _became(session, id)
    if not note:
        return None
    page = SessionPage(
        session=session,
        heading=heading,
        button="",
        template="strike/gone.html",
        context=lambda: {"named": described(session, session.facts(), noun, id), "note": note},
    )
    return render(request, page.template, page.shown_with(forms.Form()))


def _became(session: Session, id: UUID) -> str:
    """That it was struck or replaced; empty while it counts."""
    note = strike_notes(session.rows).get(id)
    if note is not None and note.is_struck:
        return note.words
    corrections = (row for row in session.rows.every() if isinstance(row, Correctable))
    if theirs := next((row for row in corrections if row.replaces_id == id), None):
        params = {"by": theirs.recorded_by.printed_name, "reason": theirs.correction_reason}
        return _("Replaced by a correction of %(by)s: %(reason)s") % params
    return ""
