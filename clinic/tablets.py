"""Shared tablets of a site: enrolled and revoked by administrators, known by a signed cookie."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from clinic import access, clock
from clinic.access import Permission
from clinic.models import Shift, Site, Staff, Tablet
from clinic.refusal import NotAllowed, NotPossible

YEAR = 365 * 24 * 60 * 60
SEEN_EVERY = timedelta(minutes=5)


@transaction.atomic
def enrol(by: Staff, site: Site, *, name: str, device: str) -> Tablet:
    """Make the browser `device` a tablet of the site. Raises NotPossible for a name that another
    tablet in use has."""
    _require_manager(by, site)
    Site.objects.select_for_update().get(pk=site.pk)
    if Tablet.objects.filter(site=site, name__iexact=name, revoked_at=None).exists():
        raise NotPossible("tablet_name_taken", "name")
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


def current(request: HttpRequest) -> Tablet | None:
    """The tablet that sent the request: None for a browser that was never enrolled, at no cost, and
    for one that was revoked."""
    found = request.get_signed_cookie(settings.TABLET_COOKIE_NAME, "")
    if not found:
        return None
    tablet = Tablet.objects.select_related("site").filter(pk=found, revoked_at=None).first()
    if tablet is not None and clock.now() - tablet.last_seen_at > SEEN_EVERY:
        Tablet.objects.filter(pk=tablet.pk).update(last_seen_at=clock.now())
    return tablet


def remember(response: HttpResponseBase, tablet: Tablet) -> None:
    response.set_signed_cookie(
        settings.TABLET_COOKIE_NAME,
        str(tablet.pk),
        max_age=YEAR,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
