"""Security headers, the site that a request is about, and where it comes from."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from clinic import clock, origin
from clinic.access import Permission, permissions_of
from clinic.models import Site

Handler = Callable[[HttpRequest], HttpResponse]

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
"""No inline script, style or eval; `data:` images are Bootstrap's own."""


class SecurityHeaders:
    """Headers on every answer; pages are never kept by a browser or a proxy."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        response.headers.setdefault(
            "Permissions-Policy",
            "camera=(), microphone=(), geolocation=(), screen-wake-lock=(self)",
        )
        if not request.path.startswith("/static/"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response


class CurrentSite:
    """Sets `request.site` and `request.permissions` from the person's memberships.

    The site chosen last, or the first by name; None and nothing for a person without a role.
    """

    SESSION_KEY = "site"

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        site, sites, roles = None, [], []
        if request.user.is_authenticated:
            memberships = list(request.user.memberships.all())
            sites = sorted({m.site for m in memberships}, key=lambda s: s.name)
            site = _chosen(sites, request.session.get(self.SESSION_KEY))
            roles = [m.role for m in memberships if m.site == site]
        request.site = site  # type: ignore[assignment]
        request.sites = sites  # type: ignore[attr-defined]
        request.roles = roles  # type: ignore[attr-defined]
        request.permissions = permissions_of(roles)  # type: ignore[attr-defined]
        with timezone.override(site.tz if site else None):
            return self.get_response(request)


class Whence:
    """Names the browser, by a cookie of its own, and tells who acts from where.

    The cookie is no permission: it says on the trail which tablet a change came from.
    """

    COOKIE = "device"
    YEAR = 365 * 24 * 60 * 60

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        device = request.get_signed_cookie(self.COOKIE, default="") or ""
        is_new = not device
        device = device or uuid.uuid4().hex
        staff_id = request.user.pk if request.user.is_authenticated else None
        address = _address(request)
        with origin.acting(origin.Origin(staff_id, device, address)):
            response = self.get_response(request)
        if is_new and request.user.is_authenticated:
            response.set_signed_cookie(
                self.COOKIE,
                device,
                max_age=self.YEAR,
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )
        return response


def _chosen(sites: list[Site], chosen: str | None) -> Site | None:
    named = (s for s in sites if str(s.pk) == chosen)
    return next(named, sites[0] if sites else None)


def _address(request: HttpRequest) -> str | None:
    """The network address as the server, or the one proxy in front of it, saw it."""
    seen = request.META.get("REMOTE_ADDR", "")
    if settings.BEHIND_PROXY:
        seen = request.headers.get("X-Forwarded-For", seen).rsplit(",", 1)[-1].strip()
    try:
        return str(ip_address(seen))
    except ValueError:
        return None


def place(request: HttpRequest) -> dict[str, Any]:
    """What every template knows: the site, what the person may do there, and the time."""
    permissions: frozenset[Permission] = getattr(request, "permissions", frozenset())
    return {
        "site": getattr(request, "site", None),
        "sites": getattr(request, "sites", []),
        "roles": getattr(request, "roles", []),
        "may": {p.value: True for p in permissions},
        "server_now": clock.now(),
    }
