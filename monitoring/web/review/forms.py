"""Monitoring forms as they are read: the list, the form of one session, and copies for paper."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from clinic import clock
from clinic.access import Permission
from clinic.models import Staff
from clinic.pages import keyset
from clinic.pages.addresses import reverse
from clinic.pages.protect import page
from clinic.request import ClinicRequest
from monitoring import actions
from monitoring.models import FormFiling, Reading, Session
from monitoring.models.filled_form import FilledForm, form_of
from monitoring.models.on_site import observers_at
from monitoring.reports import form_state
from monitoring.rules.form_due import FormState, days_late, days_left
from monitoring.rules.form_source import value_of
from monitoring.web.lookup import log_read, open_session
from monitoring.words import form as words
from monitoring.words.banner import session_banner

PAGE_SIZE = 50


@require_safe
@page(Permission.VIEW_FORMS)
def form_list(request: ClinicRequest) -> HttpResponse:
    """Every form that is to be filed, by the days that are left, and those to be filed again."""
    now = clock.now()
    lists = form_state.lists_to_file(request.site, now)
    shown = form_state.to_file(request.site, now, lists, request.GET, PAGE_SIZE)
    log_read(request, "listed", [row.session.patient_id for row in shown.rows])
    context = {
        "rows": shown.rows,
        "shown": shown,
        **keyset.told(shown, *(part.found for part in lists)),
        "as_of": now,
        "area": area_of(request),
    }
    return render(request, "forms/list.html", context)


@require_safe
@page(Permission.VIEW_FORMS)
def form(request: ClinicRequest, session_id: UUID) -> HttpResponse:
    """The form of one session, each field with its value and where it comes from."""
    session = open_session(request, session_id)
    filled, now = form_of(session, chosen_monitor(request, session)), clock.now()
    permissions: frozenset[Permission] = request.permissions
    context = {
        **_about(request, session),
        "filled": filled,
        "state": state_of(session, filled),
        "left": days_left(session.form_due_at, now, request.site.tz) if session.form_due_at else 0,
        "parts": _linked(request, session, filled) if filled else [],
        "changes": words.changes(filled) if filled else [],
        "is_serious": filled is not None and value_of(filled.source, "serious") is True,
        "filings": session.rows.of(FormFiling),
        "late_by": _late_by(session),
        "can_answer": actions.answer_form.is_offered(permissions, session.phase),
        "can_file": actions.file_form.is_offered(permissions, session.phase),
    }
    return render(request, "forms/form.html", context)


@require_safe
@page(Permission.VIEW_FORMS)
def form_print(request: ClinicRequest, session_id: UUID) -> HttpResponse:
    """The form as it is now, in the official form's order, for paper."""
    session = open_session(request, session_id)
    filled = form_of(session, chosen_monitor(request, session))
    if filled is None:
        raise Http404
    context = {
        **_about(request, session),
        "parts": words.parts(filled),
        "revision": filled.revision,
        "as_of": clock.now(),
        "is_printable": True,
    }
    return render(request, "forms/copy.html", context)


@require_safe
@page(Permission.VIEW_FORMS)
def form_copy(request: ClinicRequest, session_id: UUID, filing_id: UUID) -> HttpResponse:
    """A form exactly as it was filed."""
    session = open_session(request, session_id)
    filing = session.rows.find(FormFiling, filing_id)
    if filing is None:
        raise Http404
    context = {
        **_about(request, session),
        "parts": words.parts_of_copy(filing),
        "revision": words.revision_of(filing),
        "filing": filing,
        "as_of": clock.now(),
        "is_printable": True,
    }
    return render(request, "forms/copy.html", context)


def _late_by(session: Session) -> int:
    """By how many days the form was filed late the first time: what changes later is filed again
    without a last day."""
    filings = session.rows.of(FormFiling)
    if not filings or session.form_due_at is None:
        return 0
    return days_late(session.form_due_at, filings[0].filed_on, session.site.tz)


def area_of(request: ClinicRequest) -> str:
    """Under which part of the header: that from which the forms are reached."""
    return "register" if Permission.VIEW_REGISTER in request.permissions else "board"


def _about(request: ClinicRequest, session: Session) -> dict[str, Any]:
    return {
        "session": session,
        "banner": session_banner(session, is_marked=False),
        "area": area_of(request),
    }


def state_of(session: Session, filled: FilledForm | None) -> FormState:
    """As on the list; a form whose setting or person changed says so here whenever it is read."""
    state = form_state.form_state(session, clock.now())
    return "changed" if state == "filed" and filled and filled.changed else state


def chosen_monitor(request: ClinicRequest, session: Session) -> Staff | None:
    """Who is to be named as having conducted the monitoring, where another was chosen than the
    record names."""
    try:
        chosen = UUID(request.GET.get("monitor", ""))
    except ValueError:
        return None
    return next((p for p in monitors(session) if p.pk == chosen), None)


def monitors(session: Session) -> list[Staff]:
    """Whoever may be named: who took a reading, and who may watch here."""
    found = {r.recorded_by_id: r.recorded_by for r in session.rows.of(Reading)}
    found |= {person.pk: person for person in observers_at(session.site_id)}
    return sorted(found.values(), key=lambda p: (p.last_name, p.first_name, str(p.pk)))


def _linked(
    request: ClinicRequest, session: Session, filled: FilledForm
) -> list[tuple[str, list[tuple[words.Line, str]]]]:
    """Each section with its lines, each line with the address of what it comes from."""
    return [
        (part.heading, [(line, _address(request, session, filled, line.of)) for line in part.lines])
        for part in words.parts(filled)
    ]


def _address(request: ClinicRequest, session: Session, filled: FilledForm, origin: str) -> str:
    """Where what a field comes from is read and put right; empty where this person sees no such
    page."""
    permissions: frozenset[Permission] = request.permissions
    if origin == "patient":
        return reverse("patient", args=[session.patient_id])
    if origin == "site":
        return reverse("site") if Permission.AMEND_SITE in permissions else ""
    if origin == "monitor":
        if filled.monitor == request.user:
            return reverse("own-contact")
        may_manage = Permission.MANAGE_STAFF in permissions
        return reverse("person", args=[filled.monitor.pk]) if may_manage else ""
    if origin == "observer":
        may_answer = actions.answer_form.is_offered(permissions, session.phase)
        return reverse("form-answers", args=[session.pk]) if may_answer else ""
    return "" if origin == "hand" else reverse("session-report", args=[session.pk])
