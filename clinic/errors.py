"""The answers to a request that cannot be read, and to one that failed."""

from __future__ import annotations

import sys
from http import HTTPStatus
from typing import Any

from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBadRequest,
    HttpResponseServerError,
)
from django.template.loader import render_to_string

from clinic import request_id, unwritable
from clinic.signin import leaving
from clinic.unwritable import WHY, reason


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Without the request: Django's own page reads it again, and fails as it did before."""
    return HttpResponseBadRequest(render_to_string("400.html"))


def failed(request: HttpRequest) -> HttpResponse:
    """Nothing of the request is read again; by its name it is found in the log.

    Where the database is full, busy or away the page says so: it is no fault of the program's.
    """
    error = sys.exception()
    context: dict[str, Any] = {"request_id": request_id.current()}
    if error is None or (why := reason(error)) is None:
        return HttpResponseServerError(render_to_string("500.html", context))
    unwritable.say(why)
    if leaving.is_asked(request):
        return leaving.leave(request, why)
    page = render_to_string("503.html", context | {"why": WHY[why]})
    return HttpResponse(page, status=HTTPStatus.SERVICE_UNAVAILABLE, headers={"Retry-After": "10"})
