"""Striking and correcting as whoever may, or may not, try it."""

from __future__ import annotations

from typing import Any

from clinic.access import Permission, may
from clinic.ids import uuid7
from clinic.models import Staff
from monitoring import actions
from monitoring.actions.correct_dose import DoseCorrection
from monitoring.actions.correct_event import EventCorrection
from monitoring.actions.record_event import EventEntry
from tests.clock import TestClock
from tests.factories.visits import Visit, dosed


def strike(v: Visit, by: Staff) -> Any:
    """What one may record oneself; else what another recorded."""
    row: Any = v.session.reading_set.get()
    if may(by, Permission.RECORD_EVENT, v.site):
        row = actions.record_event(
            v.id,
            by,
            id=uuid7(),
            event=EventEntry(kind="note", at=v.clock.now(), detail="Well"),
        )
    return v.strike(row, by=by)


def strike_contact(v: Visit, by: Staff) -> Any:
    """One's own, where one may record one; else another's."""
    contact = v.session.staffcontact_set.get()
    if may(by, Permission.RECORD_STAFF_CONTACT, v.site):
        contact = v.contact(1, by=by)
    return v.strike_contact(contact, by=by)


def in_contact(clock: TestClock) -> Visit:
    visit = dosed(clock)
    visit.contact(1)
    return visit


def correct_dose(v: Visit, by: Staff) -> Any:
    dose = v.session.dose_set.get(number=2)
    right = DoseCorrection(lot="B77")
    return actions.correct_dose(
        v.id, by, id=uuid7(), replaces=dose.pk, correction=right, reason="Misread"
    )


def noted(clock: TestClock) -> Visit:
    visit = dosed(clock)
    visit.event()
    return visit


def correct_event(v: Visit, by: Staff) -> Any:
    note = v.session.event_set.latest("seq")
    right = EventCorrection(detail="Well")
    return actions.correct_event(
        v.id, by, id=uuid7(), replaces=note.pk, correction=right, reason="Misread"
    )


def struck(clock: TestClock) -> Visit:
    visit = dosed(clock)
    visit.strike(visit.session.dose_set.get(number=1))
    return visit


def confirm(v: Visit, by: Staff) -> Any:
    return v.confirm(v.session.strike_set.get(), by=by)
