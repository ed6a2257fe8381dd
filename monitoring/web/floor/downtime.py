"""The downtime sheet: what a site needs on paper when the record does not open."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from clinic import clock
from clinic.access import Permission
from clinic.pages.protect import page
from clinic.request import ClinicRequest
from monitoring.reports.downtime import of_site
from monitoring.web.lookup import log_read


@require_safe
@page(Permission.VIEW_BOARD)
def downtime(request: ClinicRequest) -> HttpResponse:
    """Every session in progress at the site, each on a sheet of its own, and an empty one."""
    now = clock.now()
    shown = of_site(request.site, now)
    log_read(request, "listed", [sheet.session.patient_id for sheet in shown["sheets"]])
    context = {
        **shown,
        "made": now,
        "enters": Permission.RECORD_READING in request.permissions,
        "is_printable": True,
        "area": "board",
    }
    return render(request, "downtime/downtime.html", context)
