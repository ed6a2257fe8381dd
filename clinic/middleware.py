"""Security headers, the site and tablet of a request, and where it comes from."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpResponse
from django.utils import timezone

from clinic import clock, origin, tablets
from clinic.access import NEED_SECOND_FACTOR, Permission, permissions_of
from clinic.models import Site
from clinic.request import PublicRequest
from clinic.signin import arrival, idle, known
from clinic.signin.pin_here import pin_here, shift_ends

Handler = Callable[[PublicRequest], HttpResponse]


def content_policy() -> str:
    """What a page may load and do, as the header says it."""
    return "; ".join(f"{k} {' '.join(v)}" for k, v in settings.SECURE_CSP.items())


class SecurityHeaders:
    """Headers on every answer; no browser or proxy stores a page."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response
        self.policy = content_policy()

    def __call__(self, request: PublicRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", self.policy)
        response.headers.setdefault(
            "Permissions-Policy",
            "camera=(), microphone=(), geolocation=(), payment=(), usb=(), "
            "screen-wake-lock=(self), publickey-credentials-get=(self), "
            "publickey-credentials-create=(self)",
        )
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if not request.path.startswith("/static/"):
            response.headers.setdefault("Cache-Control", "no-store")
            # By which a page that stays open knows the server's time, whatever its tablet's clock.
            response.headers["X-Now"] = clock.now().isoformat()
        return response


class RequestOrigin:
    """Names the browser, by a cookie of its own, and says who acts from where.

    The cookie is no permission: it says on the trail which tablet a change came from.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: PublicRequest) -> HttpResponse:
        device = request.get_signed_cookie(settings.DEVICE_COOKIE_NAME, default="") or ""
        is_new = not device
        device = device or uuid.uuid4().hex
        request.device = device
        staff_id = request.user.pk if request.user.is_authenticated else None
        address = origin.address(request)
        with origin.acting(origin.Origin(staff_id, device, address)):
            response = self.get_response(request)
        if is_new and request.user.is_authenticated:
            response.set_signed_cookie(
                settings.DEVICE_COOKIE_NAME,
                device,
                max_age=tablets.YEAR,
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )
        if request.user.is_authenticated and not idle.is_poll(request):
            known.remember(request, response, request.user.get_username())
        return response


class RequestTablet:
    """Sets `request.tablet`: the enrolled tablet that asks, or None.

    A person who signed in on a tablet is signed in there alone, and no longer once it is revoked.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: PublicRequest) -> HttpResponse:
        tablet = tablets.current(request)
        request.tablet = tablet
        if request.user.is_authenticated:
            signed_in_on = request.session.get(arrival.TABLET)
            if signed_in_on and signed_in_on != str(tablet and tablet.pk):
                logout(request)
        response = self.get_response(request)
        if tablet is not None:
            tablets.renew(request, response, tablet)
            tablets.note(request, response, tablet)
        elif _only_sent(settings.TABLET_COOKIE_NAME, request, response):
            response.delete_cookie(settings.TABLET_COOKIE_NAME)
        return response


def _only_sent(name: str, request: PublicRequest, response: HttpResponse) -> bool:
    return name in request.COOKIES and name not in response.cookies


class CurrentSite:
    """Sets `request.site` and `request.permissions` from the person's memberships in force.

    The site is the one chosen last in this session, or that of the tablet, or the one that the
    person chose last, or the first by name. It is None, with no permissions, for a person without
    a role. `request.visit`: the emergency access that lets the person in here, or None.
    `request.lacks_second_factor`: a role here asks for one that was not used.
    """

    SESSION_KEY = "site"

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: PublicRequest) -> HttpResponse:
        site, sites, here, has_factor = None, [], [], False
        if request.user.is_authenticated:
            now = clock.now()
            held = [m for m in request.user.memberships.all() if m.is_in_force(now)]
            sites = sorted({m.site for m in held}, key=lambda s: s.name)
            tablet = request.tablet
            last = tablet.site_id if tablet else request.user.last_site_id
            site = _chosen(sites, request.session.get(self.SESSION_KEY) or str(last))
            here = [m for m in held if m.site == site]
            has_factor = arrival.has_second_factor(request)
        roles = [m.role for m in here]
        is_asked = site is not None and site.requires_second_factor
        request.site = site
        request.sites = sites
        request.roles = roles
        request.visit = next((m for m in here if m.ends_at), None)
        request.permissions = permissions_of(roles)
        request.lacks_second_factor = (
            is_asked and not has_factor and not NEED_SECOND_FACTOR.isdisjoint(roles)
        )
        with timezone.override(site.tz if site else None):
            return self.get_response(request)


def _chosen(sites: list[Site], chosen: str | None) -> Site | None:
    named = (s for s in sites if str(s.pk) == chosen)
    return next(named, sites[0] if sites else None)


def page_context(request: PublicRequest) -> dict[str, Any]:
    """What every template knows: the site, what the person may do there, and the time."""
    permissions: frozenset[Permission] = getattr(request, "permissions", frozenset())
    return {
        "site": getattr(request, "site", None),
        "sites": getattr(request, "sites", []),
        "roles": getattr(request, "roles", []),
        "visit": getattr(request, "visit", None),
        "may": {p.value: True for p in permissions},
        "tablet": getattr(request, "tablet", None),
        "idle_seconds": idle.limit(request),
        "pin_here": pin_here(request),
        "signed_in": idle.began(request),
        "draft_cookie": settings.DRAFT_COOKIE_NAME,
        "draft_seconds": idle.DRAFT_LASTS,
        "shift_ends": shift_ends(request),
        "server_now": clock.now(),
    }
