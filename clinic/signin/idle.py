"""Who walks away is signed out: after three minutes on a tablet, fifteen in the office.

The tablet's own timer locks the screen (`idle.js`); this is what holds when it does not. When a
person last did something stands in a signed cookie bound to the session, so that no request writes
to the database for it. A page that brings itself up to date does not count.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

from clinic.request import PublicRequest

Handler = Callable[[PublicRequest], HttpResponse]

ON_TABLET, IN_OFFICE = 3 * 60, 15 * 60
DRAFT_LASTS = 2 * IN_OFFICE
"""Seconds that a half-filled form is kept at least, beyond the end of the shift, too: longer
than it takes to be signed out, so that whoever signs in again finds it."""
BEGAN = "active_at"
SENT_AGAIN = "X-Sent-Again"
"""The header of what the outbox sends by itself, with no one touching the tablet."""


def seconds() -> float:
    """Time as people wait, which the clock of the record does not move."""
    return time.time()


def limit(request: HttpRequest) -> int:
    """How many seconds without doing anything end the session."""
    return ON_TABLET if getattr(request, "tablet", None) else IN_OFFICE


def begin(request: HttpRequest) -> None:
    request.session[BEGAN] = seconds()


def began(request: HttpRequest) -> str:
    """By which a page knows one sign-in from the next; "" where no one is signed in."""
    user = getattr(request, "user", None)
    return str(request.session.get(BEGAN, "")) if user and user.is_authenticated else ""


class IdleLock:
    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: PublicRequest) -> HttpResponse:
        if request.user.is_authenticated and (because := _over(request)):
            request.signed_out_because = because
            logout(request)
        response = self.get_response(request)
        if request.user.is_authenticated and not is_poll(request):
            response.set_signed_cookie(
                settings.ACTIVE_COOKIE_NAME,
                str(seconds()),
                salt=_salt(request),
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )
        return response


def _over(request: PublicRequest) -> str:
    """Why the session has ended, or nothing: idle too long, or open for a whole shift."""
    now = seconds()
    if now - _last_active(request) > limit(request):
        return "idle"
    began = float(request.session.get(BEGAN, 0))
    return "shift_over" if now - began > settings.SESSION_COOKIE_AGE else ""


def is_shown(request: PublicRequest) -> bool:
    """Whether the browser shows, without asking the database, that it was let in with its session:
    by the cookie of when its person last did something, which is signed, and bound to that."""
    return bool(request.get_signed_cookie(settings.ACTIVE_COOKIE_NAME, "", salt=_salt(request)))


def is_poll(request: HttpRequest) -> bool:
    """Whether a page asks by itself: htmx does nothing else here, nor does the outbox when it sends
    again what waits on the tablet."""
    is_asked_again = request.method == "GET" and "HX-Request" in request.headers
    return is_asked_again or SENT_AGAIN in request.headers


def _salt(request: PublicRequest) -> str:
    return f"active {request.session.session_key}"


def _last_active(request: PublicRequest) -> float:
    """From the cookie, or else when the session began; a cookie of another session says nothing."""
    began = float(request.session.get(BEGAN, 0))
    kept = request.get_signed_cookie(settings.ACTIVE_COOKIE_NAME, "", salt=_salt(request))
    return max(began, float(kept)) if kept else began
