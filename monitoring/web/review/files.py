"""Everything of a site as a file, to leave with or for research."""

from __future__ import annotations

import tempfile
from collections.abc import Callable

from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from clinic import clock, standby
from clinic.access import Permission
from clinic.pages.protect import page
from clinic.request import ClinicRequest
from monitoring.reports.files import Tables, patients, whole, write
from monitoring.reports.pseudonyms import Recipient, research
from monitoring.web.lookup import log_read

LONGEST = 80


@require_safe
@page(Permission.VIEW_REGISTER, Permission.EXPORT)
def files(request: ClinicRequest, *, is_unnamed: bool = False) -> HttpResponse:
    """What there is; `is_unnamed`: files for research were asked for without a recipient."""
    context = {"is_unnamed": is_unnamed, "longest": LONGEST, "area": "register"}
    return render(request, "files/files.html", context)


@require_safe
@page(Permission.VIEW_REGISTER, Permission.EXPORT)
def whole_zip(request: ClinicRequest) -> HttpResponseBase:
    kept = patients(request.site)
    log_read(request, "exported", kept)
    return _file(request, "record", lambda: whole(request.site, kept))


@require_safe
@page(Permission.VIEW_REGISTER, Permission.EXPORT)
def research_zip(request: ClinicRequest) -> HttpResponseBase:
    name = request.GET.get("recipient", "").strip()
    if not name or len(name) > LONGEST:
        return files(request, is_unnamed=True)
    kept = patients(request.site)
    log_read(request, "exported", kept)
    return _file(request, "research", lambda: research(request.site, kept, Recipient(name)))


def _file(request: ClinicRequest, name: str, tables: Callable[[], Tables]) -> FileResponse:
    """Made whole in a file without a name, which ends with the answer."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 (the answer closes it)
    with standby.reading():
        write(file, tables)
    file.seek(0)
    day = timezone.localtime(clock.now(), request.site.tz).date()
    return FileResponse(
        file, as_attachment=True, filename=f"{name}-{day}.zip", content_type="application/zip"
    )
