"""The answer to a request that cannot be read."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.template.loader import render_to_string


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Without the request: Django's own page reads it again, and fails as it did before."""
    return HttpResponseBadRequest(render_to_string("400.html"))
