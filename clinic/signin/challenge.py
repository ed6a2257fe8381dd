"""What a stranger's passkey is asked: kept by the browser, signed, for minutes and one answer."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse

CHALLENGE_LIFETIME = 5 * 60


def give(response: HttpResponse, asked: dict[str, Any]) -> None:
    response.set_signed_cookie(
        settings.CHALLENGE_COOKIE_NAME,
        signing.b64_encode(json.dumps(asked).encode()).decode(),
        max_age=CHALLENGE_LIFETIME,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def take(request: HttpRequest) -> dict[str, Any] | None:
    """What this browser was asked; None when nothing, too long ago, or once before: a challenge
    stands for one answer, right or wrong."""
    kept = request.get_signed_cookie(settings.CHALLENGE_COOKIE_NAME, "", max_age=CHALLENGE_LIFETIME)
    if not kept:
        return None
    used = f"challenge-used:{sha256(kept.encode()).hexdigest()}"
    if not cache.add(used, True, timeout=CHALLENGE_LIFETIME):
        return None
    asked: dict[str, Any] = json.loads(signing.b64_decode(kept.encode()))
    return asked


def forget(response: HttpResponse) -> None:
    response.delete_cookie(settings.CHALLENGE_COOKIE_NAME)
