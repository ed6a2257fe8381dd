"""Browsers in which a person signed in before: there, strangers' wrong tries keep no one out.

Wrong passwords for a name are counted together for all browsers that do not know it, so that no
more are tried than before however many addresses they come from. A browser that knows the name
counts its own. The cookie names no one, is no permission, and counts only in the browser that it
was given to.
"""

from __future__ import annotations

from django.conf import settings
from django.http.response import HttpResponseBase
from django.utils.crypto import salted_hmac

from clinic.request import PublicRequest

MOST = 40
"""People whom one browser knows: the last ones who signed in there."""
COOKIE_LIFETIME = 365 * 24 * 60 * 60
MARK = 16
"""Hexadecimal digits that stand for a name."""


def knows(request: PublicRequest, username: str) -> bool:
    return _mark(username) in _marks(request)


def remember(request: PublicRequest, response: HttpResponseBase, username: str) -> None:
    """Let the browser know who is signed in there, where it does not yet."""
    if knows(request, username):
        return
    marks = [_mark(username), *_marks(request)][:MOST]
    response.set_signed_cookie(
        settings.KNOWN_COOKIE_NAME,
        ".".join([_device(request), *marks]),
        max_age=COOKIE_LIFETIME,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _marks(request: PublicRequest) -> list[str]:
    kept = request.get_signed_cookie(settings.KNOWN_COOKIE_NAME, "", max_age=COOKIE_LIFETIME)
    device, _, marks = str(kept).partition(".")
    return marks.split(".") if device == _device(request) else []


def _device(request: PublicRequest) -> str:
    return str(request.device)


def _mark(username: str) -> str:
    return salted_hmac("clinic.signin.known", username.lower()).hexdigest()[:MARK]
