"""Coming back to a shared tablet with a PIN, after having signed in fully in this shift."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db.models import QuerySet

from clinic import clock
from clinic.models import Membership, Shift, Site, Tablet

SHIFT_LENGTH = timedelta(hours=12)
WRONG_TRIES = 5
PIN_DIGITS = 6
CAME_BACK_TO = "came_back_to"
"""In the session of a tablet: the page that was open when its person signed in or came back."""


class Wrong(Exception):
    """The PIN does not let in. `tries_left` is 0 when only a full sign-in does from now on."""

    def __init__(self, tries_left: int) -> None:
        super().__init__()
        self.tries_left = tries_left


def open_on(tablet: Tablet) -> list[Shift]:
    """Those who may come back with their PIN, by name: active, with a PIN and a role here."""
    return list(_open_at(tablet.site_id).filter(tablet=tablet))


def open_at(site: Site) -> list[Shift]:
    """The same on every tablet of the site."""
    return list(_open_at(site.pk))


def _open_at(site_id: UUID) -> QuerySet[Shift]:
    now = clock.now()
    here = Membership.objects.filter(site=site_id)
    in_force = here.filter(ends_at=None) | here.filter(ends_at__gt=now)
    found = Shift.objects.filter(
        tablet__site=site_id,
        ended_at=None,
        began_at__gt=now - SHIFT_LENGTH,
        staff__is_active=True,
        staff__in=in_force.values("staff"),
    ).exclude(staff__pin="")
    return found.select_related("staff").order_by("staff__last_name", "staff__first_name")


def open_of(tablet: Tablet, staff_id: UUID) -> Shift | None:
    """The shift of that person on the tablet, if it goes on."""
    return next((s for s in open_on(tablet) if s.staff_id == staff_id), None)
