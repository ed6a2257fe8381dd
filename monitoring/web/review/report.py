"""The report of one session: deviations first, then the whole record of the session."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from clinic import clock
from clinic.access import Permission
from clinic.models import ChainHead
from clinic.pages.protect import page
from clinic.request import ClinicRequest
from monitoring.reports.content import content
from monitoring.reports.session_report import load, session_report
from monitoring.web.lookup import not_here, read
from monitoring.web.session.strike import arrival, strikable


@require_safe
@page(Permission.VIEW_SESSION)
def report(request: ClinicRequest, session_id: UUID) -> HttpResponse:
    session = load(request.site, session_id)
    if session is None:
        raise not_here(request, session_id)
    read(request, session)
    permissions: frozenset[Permission] = request.permissions
    offered = strikable(session.rows, request.user, permissions, session.phase)
    context = {
        **content(session_report(session, clock.now())),
        "arrival": arrival(session.rows, offered),
        "is_printable": True,
        "area": "register" if Permission.VIEW_REGISTER in permissions else "patients",
        "head": ChainHead.objects.filter(pk=session_id).first(),
    }
    return render(request, "report/report.html", context)
