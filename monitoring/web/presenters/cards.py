"""One card a patient on the floor board."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from monitoring.models import Session
from monitoring.rules.course import Course, Reading
from monitoring.rules.flags import Flagged, unanswered
from monitoring.rules.readiness import (
    Item,
    before_clearance,
    before_dose,
    clearance_state,
    lapses_at,
)
from monitoring.rules.schedule import Slot, next_slot
from monitoring.web import wording
from monitoring.web.next_step import Action, Permissions, next_step

ORDER = (
    "overdue",
    "flagged",
    "due",
    "upcoming",
    "waiting",
    "ready",
    "dosing",
    "arrived",
    "planned",
)
"""The most urgent kind first (UX: overdue, flagged, next due, waiting, ready)."""


@dataclass(frozen=True, slots=True)
class Next:
    """What comes next and when: due at a time, or not before the end of a rest or a validity."""

    words: str
    due_at: datetime | None = None
    until: datetime | None = None
    overdue_after: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What one card says. `kind` gives its colour and shape, `state` the word beside them."""

    id: UUID
    patient_id: UUID
    name: str
    mrn: str
    place: str
    kind: str
    state: str
    since: datetime
    """Within a kind, the card that has waited longest, or is due soonest, stands first."""
    next: Next
    action: Action
    first_dose_at: datetime | None = None
    window_ends_at: datetime | None = None
    pressure: str = ""
    pressure_at: datetime | None = None
    open_count: int = 0
    attention: str = ""

    @property
    def rank(self) -> tuple[int, datetime]:
        return ORDER.index(self.kind), self.since


def card(session: Session, now: datetime, permissions: Permissions) -> Card:
    course = session.course()
    if session.phase == "planned":
        return _planned(session, course, now, permissions)
    if not course.doses:
        return _arrived(session, course, now, permissions)
    return _dosed(session, course, now, permissions)


def _card(
    session: Session,
    course: Course,
    now: datetime,
    kind: str,
    state: str,
    since: datetime,
    following: Next,
    step: Action | None,
    attention: str = "",
    open_count: int = 0,
) -> Card:
    measured = next(
        (r for r in reversed(course.standing_readings) if r.has_value("blood_pressure")), None
    )
    ends = course.window_ends_at
    return Card(
        id=session.pk,
        patient_id=session.patient_id,
        name=session.patient.banner_name,
        mrn=session.patient.mrn,
        place=session.place,
        kind=kind,
        state=state,
        since=since,
        next=following,
        action=step or Action(_("Open the session"), reverse("session", args=[session.pk])),
        first_dose_at=course.first_dose_at,
        window_ends_at=ends if ends and now < ends else None,
        pressure=_pressure(measured) if measured else "",
        pressure_at=measured.taken_at if measured else None,
        attention=attention,
        open_count=open_count,
    )


def _pressure(reading: Reading) -> str:
    return f"{reading.value('systolic')}/{reading.value('diastolic')}"


def _planned(session: Session, course: Course, now: datetime, permissions: Permissions) -> Card:
    at = timezone.localtime(session.planned_for).strftime("%H:%M")
    following = Next(_("Expected at %(time)s") % {"time": at})
    step = next_step(session, course, now, permissions)
    return _card(
        session, course, now, "planned", _("Planned"), session.planned_for, following, step
    )


def _arrived(session: Session, course: Course, now: datetime, permissions: Permissions) -> Card:
    """Decisions are not loaded for the board: above the guide, the session's page leads on."""
    codes = {item.code for item in before_dose(course, now)}
    is_outside = "decision" in codes
    is_read = not codes & {"predose_missing", "predose_old"}
    return _card(
        session,
        course,
        now,
        "arrived",
        _("Arrived"),
        session.admitted_at or session.planned_for,
        Next(_("First dose") if is_read else _("Pre-dose reading")),
        None if is_outside and is_read else next_step(session, course, now, permissions),
        _("Pre-dose blood pressure above the guide") if is_outside else "",
    )


def _dosed(session: Session, course: Course, now: datetime, permissions: Permissions) -> Card:
    slot = next_slot(course, now)
    flags = unanswered(course)
    state = clearance_state(course, now)
    items = [] if state == "stands" else before_clearance(course, now)
    kind, words = _kind(course, slot, flags, items, is_cleared=state == "stands")
    following = _next(course, kind, slot)
    return _card(
        session,
        course,
        now,
        kind,
        words,
        _moment(flags[0]) if kind == "flagged" else _since(course, following),
        following,
        next_step(session, course, now, permissions),
        _attention(flags, has_lapsed=state == "lapsed"),
        len(items),
    )


def _since(course: Course, following: Next) -> datetime:
    return (
        following.due_at or following.until or course.window_ends_at or course.doses[0].started_at
    )


def _kind(
    course: Course, slot: Slot | None, flags: list[Flagged], items: list[Item], *, is_cleared: bool
) -> tuple[str, str]:
    if is_cleared:
        return "ready", _("Ready to leave")
    if slot is not None and slot.state == "overdue":
        return "overdue", _("Overdue")
    if flags:
        return "flagged", _("Flagged")
    if not items:
        return "waiting", _("Waiting for clearance")
    if course.phase == "dosing":
        is_running = course.protocol.is_infusion and not course.devices_open
        return "dosing", _("Infusion running") if is_running else _("Dosing")
    if slot is not None and slot.state == "due":
        return "due", _("Due")
    return "upcoming", _("Observing")


def _next(course: Course, kind: str, slot: Slot | None) -> Next:
    if kind == "ready":
        return Next(_("Clearance stands"), until=lapses_at(course))
    if kind == "waiting":
        return Next(_("A clinician can review and sign"))
    if kind == "dosing" and course.devices_open:
        count = len(course.doses)
        params = {"number": count + 1, "total": count + course.devices_open}
        rest = timedelta(minutes=course.protocol.rest_between_devices_minutes)
        last = max(d.started_at for d in course.doses)
        return Next(_("Device %(number)s of %(total)s, rest") % params, until=last + rest)
    if slot is None:
        return Next("")
    words = _("%(count)s-minute reading") % {"count": slot.minutes}
    return Next(words, slot.due_at, overdue_after=course.protocol.overdue_after_minutes)


def _attention(flags: list[Flagged], *, has_lapsed: bool) -> str:
    found = [wording.flag(f) for flagged in flags for f in flagged.flags if f.tier != "repeat"]
    if has_lapsed:
        found.append(_("Clearance has lapsed"))
    return "; ".join(found)


def _moment(flagged: Flagged) -> datetime:
    fact = flagged.fact
    return fact.taken_at if isinstance(fact, Reading) else fact.at
