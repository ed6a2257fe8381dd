"""Whoever prints a page that shows patients is kept as having printed it."""

from __future__ import annotations

from datetime import datetime

from django.http import Http404, HttpResponse
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_POST

from clinic import clock
from clinic.pages import protect
from clinic.request import SignedInRequest
from monitoring.models import AccessEntry
from monitoring.proof import reads

LONGEST = 40


@protect.signed_in
@require_POST
def printed(request: SignedInRequest) -> HttpResponse:
    """The page itself says so, by its name and the moment at which it was shown: whom it showed
    its person then stands in the access log already, and is kept once more as printed."""
    page, at = request.POST.get("page", ""), _moment(request.POST.get("at", ""))
    if at is None or not 0 < len(page) <= LONGEST or "\x00" in page:
        raise Http404
    shown = list(
        AccessEntry.objects.filter(staff=request.user, page=page, at=at)
        .exclude(action=AccessEntry.Action.PRINTED)
        .select_related("site")
    )
    if not shown:
        raise Http404
    now = clock.now()
    for session_id in {entry.session_id for entry in shown}:
        read = reads.Read(request.user, shown[0].site, "printed", page, session_id)
        patients = reads.patients_of(e for e in shown if e.session_id == session_id)
        reads.log_reads(read, patients, now)
    return HttpResponse(status=204)


def _moment(text: str) -> datetime | None:
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found if found and found.tzinfo else None
