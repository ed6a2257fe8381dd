"""Shared tablets of a site are known by a signed cookie."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.http.response import HttpResponseBase

from clinic import clock
from clinic.actions.sessions import note_use
from clinic.models import Tablet
from clinic.request import PublicRequest

YEAR = 365 * 24 * 60 * 60
DAY = 24 * 60 * 60
UNUSED_FOR = timedelta(days=30)
"""A tablet that no one used for so long, or a cookie of it that is so old, is none any more."""
SEEN_EVERY = timedelta(minutes=5)


def current(request: PublicRequest) -> Tablet | None:
    """The tablet that sent the request: None for a browser that was never enrolled, at no cost, for
    one that was revoked or not used for so long, and for the cookie of one in another browser."""
    found = request.get_signed_cookie(settings.TABLET_COOKIE_NAME, "", max_age=UNUSED_FOR)
    if not found:
        return None
    in_use = Tablet.objects.filter(revoked_at=None, last_seen_at__gt=clock.now() - UNUSED_FOR)
    device = request.device
    tablet = in_use.select_related("site").filter(pk=found, device=device).first()
    if tablet is not None and clock.now() - tablet.last_seen_at > SEEN_EVERY:
        note_use(tablet)
    return tablet


def renew(request: PublicRequest, response: HttpResponseBase, tablet: Tablet) -> None:
    """Once a day, so that the cookie of a tablet in use never ends, and a copy of it does."""
    if not request.get_signed_cookie(settings.TABLET_COOKIE_NAME, "", max_age=DAY):
        remember(response, tablet)


def remember(response: HttpResponseBase, tablet: Tablet) -> None:
    """Make the browser the tablet: by two cookies, of which neither is one without the other."""
    for name, value, lasts in (
        (settings.TABLET_COOKIE_NAME, str(tablet.pk), int(UNUSED_FOR.total_seconds())),
        (settings.DEVICE_COOKIE_NAME, tablet.device, YEAR),
    ):
        response.set_signed_cookie(
            name,
            value,
            max_age=lasts,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
