"""Coming back to a shared tablet with a PIN, after having signed in fully in this shift."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from uuid import UUID

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.db.models import QuerySet
from django.dispatch import Signal

from clinic import clock
from clinic.models import Membership, Shift, Site, Staff, Tablet

LASTS = timedelta(hours=12)
WRONG_TRIES = 5
PIN_DIGITS = 6

pin_failed = Signal()
"""Sent with `staff`, within the transaction that counts the wrong try."""


class BadPin(Exception):
    """The PIN cannot be chosen; `code` is `pin_digits` or `pin_simple`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Wrong(Exception):
    """The PIN does not let in. `tries_left` is 0 when only a full sign-in does from now on."""

    def __init__(self, tries_left: int) -> None:
        super().__init__()
        self.tries_left = tries_left


@transaction.atomic
def begin(tablet: Tablet, staff: Staff, *, has_second_factor: bool) -> Shift:
    """A full sign-in begins a shift on the tablet, and ends the one before it."""
    Tablet.objects.select_for_update().get(pk=tablet.pk)
    now = clock.now()
    Shift.objects.filter(tablet=tablet, staff=staff, ended_at=None).update(ended_at=now)
    return Shift.objects.create(
        tablet=tablet, staff=staff, began_at=now, has_second_factor=has_second_factor
    )


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
        began_at__gt=now - LASTS,
        staff__is_active=True,
        staff__in=in_force.values("staff"),
    ).exclude(staff__pin="")
    return found.select_related("staff").order_by("staff__last_name", "staff__first_name")


def try_pin(tablet: Tablet, staff_id: UUID, pin: str) -> Shift:
    """The shift that `pin` comes back to. Raises Wrong, which is counted: five in a row end it.

    Takes as long for someone who has no shift here. Hashing is slow and is done before anything is
    locked; a shift that others' wrong tries ended meanwhile lets no one in, whatever the PIN.
    """
    found = _open(tablet, staff_id)
    if found is None:
        make_password(pin)
        raise Wrong(0)
    is_right = check_password(pin, found.staff.pin)
    with transaction.atomic():
        Tablet.objects.select_for_update().get(pk=tablet.pk)
        found = _open(tablet, staff_id)
        if found is None:
            raise Wrong(0)
        found.wrong_tries = 0 if is_right else found.wrong_tries + 1
        if found.wrong_tries >= WRONG_TRIES:
            found.ended_at = clock.now()
        found.save(update_fields=["wrong_tries", "ended_at"])
        if not is_right:
            pin_failed.send(sender=Shift, staff=found.staff)
    if not is_right:
        raise Wrong(WRONG_TRIES - found.wrong_tries)
    return found


def _open(tablet: Tablet, staff_id: UUID) -> Shift | None:
    return next((s for s in open_on(tablet) if s.staff_id == staff_id), None)


@transaction.atomic
def set_pin(staff: Staff, pin: str) -> None:
    """Raises BadPin for other than six digits, or for digits that are all alike or in a row."""
    if not (pin.isascii() and pin.isdigit() and len(pin) == PIN_DIGITS):
        raise BadPin("pin_digits")
    steps = {int(b) - int(a) for a, b in pairwise(pin)}
    if len(steps) == 1 and steps <= {-1, 0, 1}:
        raise BadPin("pin_simple")
    staff.pin = make_password(pin)
    staff.save(update_fields=["pin"])


@transaction.atomic
def end(tablet: Tablet, staff: Staff) -> None:
    """Who goes home is no longer among the names of the tablet."""
    Shift.objects.filter(tablet=tablet, staff=staff, ended_at=None).update(ended_at=clock.now())


@transaction.atomic
def end_all(staff: Staff) -> None:
    """From now on only a full sign-in lets the person in, on every tablet."""
    Shift.objects.filter(staff=staff, ended_at=None).update(ended_at=clock.now())
