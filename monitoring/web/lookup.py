"""Finding what a page is about, at the request's site alone: anything else is 404."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast
from uuid import UUID

from django.http import Http404, HttpRequest

from clinic.models import Site, Staff
from monitoring.models import Session
from monitoring.reports.session_report import load
from monitoring.trail import reads


def site_of(request: HttpRequest) -> Site:
    return cast(Site, request.site)


def staff_of(request: HttpRequest) -> Staff:
    return cast(Staff, request.user)


def read(request: HttpRequest, session: Session, action: str = "opened") -> None:
    """Keep that this person was shown the session; a form that was sent is kept by its verb."""
    if request.method == "GET":
        keep_read(request, action, [session.patient_id], session.pk)


def keep_read(
    request: HttpRequest,
    action: str,
    patients: Iterable[UUID],
    session_id: UUID | None = None,
) -> None:
    page = str(request.resolver_match and request.resolver_match.url_name)
    reads.keep(staff_of(request), site_of(request), action, page, patients, session_id)


def session_or_404(request: HttpRequest, session_id: UUID) -> Session:
    """The session with its whole record; that it was opened is kept."""
    found = load(site_of(request), session_id)
    if found is None:
        raise Http404
    read(request, found)
    return found
