"""Finding what a page is about, at the request's site alone: anything else is 404."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django.http import Http404, HttpRequest

from clinic.models import Site, Staff
from monitoring.models import Session


def site_of(request: HttpRequest) -> Site:
    return cast(Site, request.site)


def staff_of(request: HttpRequest) -> Staff:
    return cast(Staff, request.user)


def session_or_404(request: HttpRequest, session_id: UUID) -> Session:
    """The session with its whole record."""
    found = Session.objects.at(site_of(request)).with_record().filter(pk=session_id).first()
    if found is None:
        raise Http404
    return found
