"""Shared tablets of a site: enrolled and revoked by administrators, known by a signed cookie."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.http.response import HttpResponseBase

from clinic import access, clock
from clinic.access import Permission
from clinic.models import Shift, Site, Staff, Tablet
from clinic.refusal import NotAllowed, refuse
from clinic.request import PublicRequest

YEAR = 365 * 24 * 60 * 60
DAY = 24 * 60 * 60
LASTS = timedelta(days=30)
"""A tablet that no one used for so long, or a cookie of it that is so old, is none any more."""
SEEN_EVERY = timedelta(minutes=5)


@transaction.atomic
def enrol(by: Staff, site: Site, *, name: str, device: str) -> Tablet:
    """Make the browser `device` a tablet of the site. Raises Refused for a name that another
    tablet in use has."""
    _require_manager(by, site)
    Site.objects.select_for_update().get(pk=site.pk)
    if Tablet.objects.filter(site=site, name__iexact=name, revoked_at=None).exists():
        raise refuse("tablet_name_taken", "name")
    now = clock.now()
    return Tablet.objects.create(
        site=site, name=name, device=device, enrolled_at=now, enrolled_by=by, last_seen_at=now
    )


@transaction.atomic
def revoke(by: Staff, site: Site, tablet_id: UUID) -> Tablet:
    """Let no one in there with a PIN, and sign everyone out there, from the next request on."""
    _require_manager(by, site)
    tablet = Tablet.objects.select_for_update().filter(pk=tablet_id, site=site).first()
    if tablet is None:
        raise NotAllowed
    if tablet.revoked_at is None:
        tablet.revoked_at, tablet.revoked_by = clock.now(), by
        tablet.save(update_fields=["revoked_at", "revoked_by"])
        Shift.objects.filter(tablet=tablet, ended_at=None).update(ended_at=tablet.revoked_at)
    return tablet


def _require_manager(by: Staff, site: Site) -> None:
    if not access.may(by, Permission.MANAGE_TABLETS, site):
        raise NotAllowed


def current(request: PublicRequest) -> Tablet | None:
    """The tablet that sent the request: None for a browser that was never enrolled, at no cost, for
    one that was revoked or not used for LASTS, and for the cookie of one in another browser."""
    found = request.get_signed_cookie(settings.TABLET_COOKIE_NAME, "", max_age=LASTS)
    if not found:
        return None
    in_use = Tablet.objects.filter(revoked_at=None, last_seen_at__gt=clock.now() - LASTS)
    device = request.device
    tablet = in_use.select_related("site").filter(pk=found, device=device).first()
    if tablet is not None and clock.now() - tablet.last_seen_at > SEEN_EVERY:
        Tablet.objects.filter(pk=tablet.pk).update(last_seen_at=clock.now())
    return tablet


def renew(request: PublicRequest, response: HttpResponseBase, tablet: Tablet) -> None:
    """Once a day, so that the cookie of a tablet in use never ends, and a copy of it does."""
    if not request.get_signed_cookie(settings.TABLET_COOKIE_NAME, "", max_age=DAY):
        remember(response, tablet)


def remember(response: HttpResponseBase, tablet: Tablet) -> None:
    """Make the browser the tablet: by two cookies, of which neither is one without the other."""
    for name, value, lasts in (
        (settings.TABLET_COOKIE_NAME, str(tablet.pk), int(LASTS.total_seconds())),
        (settings.DEVICE_COOKIE_NAME, tablet.device, YEAR),
    ):
        response.set_signed_cookie(
            name,
            value,
            max_age=lasts,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
