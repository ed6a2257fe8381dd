"""The report of one session: deviations first, then the whole record of the session.

On the screen, on paper and as a PDF: the same parts, in a skeleton of each.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from clinic import clock
from clinic.access import Permission
from clinic.models import ChainHead
from clinic.pages import moments
from clinic.pages.addresses import reverse
from clinic.pages.protect import page
from clinic.request import ClinicRequest
from monitoring.models import Session
from monitoring.reports.content import Reader, content
from monitoring.reports.session_report import load, session_report
from monitoring.web.lookup import log_read, not_here, read
from monitoring.web.review.paper import as_pdf
from monitoring.web.session.strike import arrival, strikable


@require_safe
@page(Permission.VIEW_SESSION)
def report(request: ClinicRequest, session_id: UUID) -> HttpResponse:
    session = _found(request, session_id)
    read(request, session)
    return _page(request, session)


@require_safe
@page(Permission.VIEW_SESSION)
def report_pdf(request: ClinicRequest, session_id: UUID) -> HttpResponse:
    """The same as a file, kept as exported; where none can be made, the page says so."""
    session = _found(request, session_id)
    if (made := as_pdf(_shown(request, session))) is None:
        read(request, session)
        return _page(request, session, is_pdf_missing=True)
    log_read(request, "exported", [session.patient_id], session.pk)
    return made


def _found(request: ClinicRequest, session_id: UUID) -> Session:
    session = load(request.site, session_id)
    if session is None:
        raise not_here(request, session_id)
    return session


def _shown(request: ClinicRequest, session: Session) -> dict[str, Any]:
    """What screen, paper and PDF show alike."""
    now = clock.now()
    reader = Reader(request.user.printed_name, now)
    return {
        **content(session_report(session, now), reader),
        "parts": "report/_parts.html",
        "heading": _("Session report"),
        "heading_at": moments.day(session.planned_for),
        "head": ChainHead.objects.filter(pk=session.pk).first(),
    }


def _page(
    request: ClinicRequest, session: Session, *, is_pdf_missing: bool = False
) -> HttpResponse:
    permissions: frozenset[Permission] = request.permissions
    offered = strikable(session.rows, request.user, permissions, session.phase)
    context = {
        **_shown(request, session),
        "arrival": arrival(session.rows, offered),
        "is_printable": True,
        "area": "register" if Permission.VIEW_REGISTER in permissions else "patients",
        "pdf_address": reverse("session-report-pdf", args=[session.pk]),
        "is_pdf_missing": is_pdf_missing,
    }
    status = 503 if is_pdf_missing else 200
    return render(request, "report/report.html", context, status=status)
