"""What the tab asks about a half-filled form that it keeps, and what it is told."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import Model
from django.http import HttpResponse
from django.utils.translation import gettext as _

from clinic.pages.moments import clock_seconds
from clinic.request import SignedInRequest

ASKS = "X-Draft"
"""The header by which a draft that was sent before asks whether it was saved; it holds its id."""
SAVED_AT = ("recorded_at", "signed_at", "planned_at", "created_at")
SAVED_BY = ("recorded_by_id", "signed_by_id", "planned_by_id")
COOKIE_LASTS = 60


def saved_as(request: SignedInRequest, kind: type[Model] | None) -> str:
    """That this person saved the row whose id is asked for, and when; empty when there is none."""
    try:
        sent = UUID(request.headers[ASKS])
    except ValueError:
        return ""
    row = kind._default_manager.filter(pk=sent).first() if kind else None
    if row is None or not _is_own(request, row):
        return ""
    at = saved_time(row)
    words = _("This was saved already, at %(at)s. The form is empty again.")
    return words % {"at": clock_seconds(at)}


def saved_time(row: Model) -> datetime:
    """When the server had it."""
    found: datetime = next(getattr(row, name) for name in SAVED_AT if hasattr(row, name))
    return found


def _is_own(request: SignedInRequest, row: Model) -> bool:
    """Saved by who asks; a patient, of whom no author is kept, at the site of who asks."""
    author = next((getattr(row, name) for name in SAVED_BY if hasattr(row, name)), None)
    if author:
        return bool(author == request.user.pk)
    return request.site is not None and getattr(row, "site_id", None) == request.site.pk


def confirm_saved(request: SignedInRequest, response: HttpResponse) -> None:
    """Name the form that was saved, for the script that forgets its draft; so not HttpOnly."""
    response.set_cookie(
        settings.DRAFT_COOKIE_NAME,
        str(UUID(request.POST["id"])),
        max_age=COOKIE_LASTS,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )
