"""A name for each request, in the log, in its answer and on the page that says something failed.

A nurse reads it out; whoever has the log finds what failed.
"""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Callable
from contextvars import ContextVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse

HEADER = "X-Request-ID"
# Letters and digits that are not taken for each other when they are read out.
_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
_GIVEN = re.compile(r"[0-9A-Za-z-]{6,64}")
_KEPT = "clinic.request_id"
_current: ContextVar[str] = ContextVar("request_id", default="")


def current() -> str:
    """The name of the request that is being answered; empty for a command."""
    return _current.get()


def of(record: logging.LogRecord) -> str:
    """The name of the request that a line of the log is about, also after it was answered."""
    about = getattr(record, "request", None)
    return current() or (about.META.get(_KEPT, "") if isinstance(about, HttpRequest) else "")


class RequestId:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get(HEADER, "") if settings.BEHIND_PROXY else ""
        name = given if _GIVEN.fullmatch(given) else _new()
        request.META[_KEPT] = name
        token = _current.set(name)
        try:
            response = self.get_response(request)
        finally:
            _current.reset(token)
        response.headers[HEADER] = name
        return response


def _new() -> str:
    made = "".join(secrets.choice(_LETTERS) for _ in range(8))
    return f"{made[:4]}-{made[4:]}"
