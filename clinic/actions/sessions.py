"""Shifts and signed-in sessions as they begin and end, within the change that has them do so.

They are no record: the log tells of the sign-in, or of the change by which they ended.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import QuerySet

from clinic import clock
from clinic.models import Shift, Staff, Tablet
from clinic.unwritable import if_possible


@transaction.atomic
def begin_shift(tablet: Tablet, staff: Staff, *, has_second_factor: bool) -> Shift:
    """A full sign-in begins a shift on the tablet, and ends the one before it."""
    Tablet.objects.select_for_update().get(pk=tablet.pk)
    now = clock.now()
    end_shifts(Shift.objects.filter(tablet=tablet, staff=staff))
    return Shift.objects.create(
        tablet=tablet, staff=staff, began_at=now, has_second_factor=has_second_factor
    )


def end_shifts(shifts: QuerySet[Shift]) -> None:
    """Of `shifts` those that go on end now: only a full sign-in lets the person in again."""
    shifts.filter(ended_at=None).update(ended_at=clock.now())


@transaction.atomic
def sign_out_everywhere(staff: Staff, *, except_key: str = "") -> None:
    """End every session of the person, but the one of `except_key`, and let no PIN bring them
    back."""
    theirs = UserSession.objects.filter(user=staff).exclude(session_key=except_key)
    forget(list(theirs.values_list("session_key", flat=True)))
    end_shifts(Shift.objects.filter(staff=staff))


def forget(keys: Iterable[str]) -> None:
    """End the sessions of these keys."""
    Session.objects.filter(pk__in=keys).delete()
    UserSession.objects.filter(session_key__in=keys).delete()


def work_at(staff: Staff, site_id: UUID) -> None:
    """Let the person land at this site again, at the next sign-in, too. It changes no right."""
    Staff.objects.filter(pk=staff.pk).update(last_site=site_id)


def note_use(tablet: Tablet) -> None:
    """The tablet was heard of now: one that no one uses ends by itself."""
    with if_possible():
        Tablet.objects.filter(pk=tablet.pk).update(last_seen_at=clock.now())


def note_screen(tablet: Tablet, session_id: UUID | None) -> None:
    """The tablet shows this session now, or none."""
    with if_possible():
        Tablet.objects.filter(pk=tablet.pk).update(on_screen=session_id)


def note_unsent(tablet: Tablet, unsent: list[list[str | int]]) -> None:
    """What is on the tablet and not on the server."""
    with if_possible():
        Tablet.objects.filter(pk=tablet.pk).update(unsent=unsent)
