"""The floor board: one card a patient, the most urgent first."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from clinic import clock
from clinic.access import Permission, page
from clinic.models import Site
from monitoring.models import Session
from monitoring.rules.course import Course
from monitoring.rules.entry import PRE_DOSE
from monitoring.rules.flags import unanswered
from monitoring.rules.readiness import before_clearance, clearance_state, is_outside_guide
from monitoring.rules.schedule import Slot, next_slot
from monitoring.web import links, wording
from monitoring.web.lookup import site_of

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


@dataclass(frozen=True, slots=True)
class Card:
    """What one card says. `kind` gives its colour and shape, `state` the word beside them."""

    session: Session
    kind: str
    state: str
    rank: tuple[int, float]
    next_words: str = ""
    due_at: datetime | None = None
    overdue_after: int = 5
    pressure: str = ""
    pressure_at: datetime | None = None
    open_words: str = ""
    action: str = ""
    href: str = ""


@require_safe
@page(Permission.VIEW_BOARD)
def board(request: HttpRequest) -> HttpResponse:
    """The cards alone when the page asks again, and nothing when nothing has changed."""
    now = clock.now()
    permissions: frozenset[Permission] = request.permissions  # type: ignore[attr-defined]
    cards = _cards(site_of(request), now, may_sign=Permission.SIGN_CLEARANCE in permissions)
    version = _version(cards)
    if request.headers.get("HX-Request"):
        if request.GET.get("version") == version:
            return HttpResponse(status=204)
        return render(request, "board/_cards.html", {"cards": cards, "version": version})
    context = {"cards": cards, "version": version, "area": "board", "today": now}
    return render(request, "board/board.html", context)


def _cards(site: Site, now: datetime, *, may_sign: bool) -> list[Card]:
    midnight = timezone.localtime(now, site.tz).replace(hour=0, minute=0, second=0, microsecond=0)
    sessions = (
        Session.objects.at(site)
        .on_board(midnight + timedelta(days=1))
        .with_observations()
        .select_related("standing_clearance")
    )
    return sorted((_card(s, now, may_sign=may_sign) for s in sessions), key=lambda c: c.rank)


def _version(cards: list[Card]) -> str:
    """Changes with anything that a card says, but not with each minute: those are counted there."""
    shown = [
        (c.session.pk.hex, c.session.last_seq, c.kind, c.session.phase, c.session.place, c.due_at)
        for c in cards
    ]
    return hashlib.sha256(repr(shown).encode()).hexdigest()[:16]


def _rank(kind: str, urgency: float = 0) -> tuple[int, float]:
    return ORDER.index(kind), urgency


def _card(session: Session, now: datetime, *, may_sign: bool) -> Card:
    if session.phase == "planned":
        return _planned(session)
    course = session.course()
    if not course.doses:
        return _arrived(session, course)
    return _observed(session, course, now, may_sign=may_sign)


def _planned(session: Session) -> Card:
    return Card(
        session,
        "planned",
        _("Planned"),
        _rank("planned", session.planned_for.timestamp()),
        next_words=_("Expected at %(time)s")
        % {"time": timezone.localtime(session.planned_for).strftime("%H:%M")},
        action=_("Admit"),
        href=reverse("admission", args=[session.pk]),
    )


def _arrived(session: Session, course: Course) -> Card:
    reading = course.predose
    words, action, href = _("Pre-dose reading"), _("Record pre-dose reading"), ""
    href = links.reading(session, PRE_DOSE)
    open_words = ""
    if reading is not None:
        words, action = _("First dose"), _("Go to the dose")
        href = reverse("dose", args=[session.pk])
        if is_outside_guide(course, reading):
            open_words = _("Pre-dose blood pressure above the guide: a clinician decides")
    return Card(
        session,
        "arrived",
        _("Arrived"),
        _rank("arrived", (session.admitted_at or session.planned_for).timestamp()),
        next_words=words,
        open_words=open_words,
        action=action,
        href=href,
        **_pressure(course),  # type: ignore[arg-type]
    )


def _observed(session: Session, course: Course, now: datetime, *, may_sign: bool) -> Card:
    slot = next_slot(course, now)
    flags = unanswered(course)
    is_cleared = clearance_state(course, now) == "stands"
    items = [] if is_cleared else before_clearance(course, now)
    kind, state = _kind(course, slot, bool(flags), is_cleared, bool(items))
    words, action, href = "", _("Open"), reverse("session", args=[session.pk])
    due_at = None
    if is_cleared:
        words, action = _("Clearance stands"), _("Record departure")
        href = reverse("departure", args=[session.pk])
    elif kind == "waiting":
        words = _("Waiting for a clinician's signature")
        if may_sign:
            action, href = _("Review and sign"), reverse("clearance", args=[session.pk])
    elif slot is not None:
        words = _("%(count)s-minute reading") % {"count": slot.minutes}
        due_at = slot.due_at
        if slot.is_open:
            action = _("Record %(count)s-minute reading") % {"count": slot.minutes}
            href = links.reading(session, slot.minutes)
    if kind == "dosing" and course.devices_open:
        action = _("Record device %(number)s") % {"number": len(course.doses) + 1}
        href = reverse("dose", args=[session.pk])
    if flags and kind == "flagged":
        action = _("Say whom you told")
        href = reverse("response", args=[session.pk, flags[0].fact.id])
    return Card(
        session,
        kind,
        state,
        _rank(kind, (slot.due_at if slot else now).timestamp()),
        next_words=words,
        due_at=due_at,
        overdue_after=course.protocol.overdue_after_minutes,
        open_words="; ".join(
            wording.flag(f) for flagged in flags for f in flagged.flags if f.tier != "repeat"
        ),
        action=action,
        href=href,
        **_pressure(course),  # type: ignore[arg-type]
    )


def _kind(
    course: Course, slot: Slot | None, is_flagged: bool, is_cleared: bool, is_open: bool
) -> tuple[str, str]:
    if is_cleared:
        return "ready", _("Ready to leave")
    if slot is not None and slot.state == "overdue":
        return "overdue", _("Overdue")
    if is_flagged:
        return "flagged", _("Flagged")
    if not is_open:
        return "waiting", _("Waiting for clearance")
    if course.phase == "dosing":
        return "dosing", _("Dosing")
    if slot is not None and slot.state == "due":
        return "due", _("Due now")
    return "upcoming", _("Observing")


def _pressure(course: Course) -> dict[str, object]:
    measured = (r for r in reversed(course.standing_readings) if r.has_value("blood_pressure"))
    last = next(measured, None)
    if last is None:
        return {}
    return {
        "pressure": f"{last.value('systolic')}/{last.value('diastolic')}",
        "pressure_at": last.taken_at,
    }
