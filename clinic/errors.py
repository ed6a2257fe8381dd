"""The answers to a request that cannot be read, and to one that failed."""

from __future__ import annotations

from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBadRequest,
    HttpResponseServerError,
)
from django.template.loader import render_to_string

from clinic import request_id


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Without the request: Django's own page reads it again, and fails as it did before."""
    return HttpResponseBadRequest(render_to_string("400.html"))


def failed(request: HttpRequest) -> HttpResponse:
    """Nothing of the request is read again; by its name it is found in the log."""
    return HttpResponseServerError(
        render_to_string("500.html", {"request_id": request_id.current()})
    )
