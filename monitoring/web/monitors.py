"""`/health/` and `/metrics/`: what a monitor on this machine, or one with the token, is answered.

In front of everything else: it asks neither who someone is nor for HTTPS, and answers also where
the database does not. To anyone else there are no such addresses.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from http import HTTPStatus
from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound, JsonResponse

from monitoring.upkeep import health, metrics


class Monitors:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        tell = TOLD.get(request.path)
        if tell is None:
            return self.get_response(request)
        if request.method not in {"GET", "HEAD"} or not (_is_here(request) or _has_token(request)):
            return HttpResponseNotFound()
        answer = tell()
        answer.headers["Cache-Control"] = "no-store"
        return answer


def _health() -> HttpResponse:
    found = health.look()
    is_down = found.status == "down"
    status = HTTPStatus.SERVICE_UNAVAILABLE if is_down else HTTPStatus.OK
    return JsonResponse(found.as_json(), status=status)


def _metrics() -> HttpResponse:
    return HttpResponse(metrics.text(), content_type=metrics.CONTENT_TYPE)


TOLD = {"/health/": _health, "/metrics/": _metrics}


def _is_here(request: HttpRequest) -> bool:
    """Asked on this machine, and not through the proxy, which names whom it asks for."""
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    address = request.META.get("REMOTE_ADDR", "")
    # A socket of this machine's own has no address.
    return not address or ip_address(address).is_loopback


def _has_token(request: HttpRequest) -> bool:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    wanted = settings.HEALTH_TOKEN
    is_bearer = bool(wanted) and kind == "Bearer"
    return is_bearer and hmac.compare_digest(token.encode(), wanted.encode())
