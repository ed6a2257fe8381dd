"""One session: where it stands, what is due, what is open, and the next right action."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from clinic import clock
from clinic.access import Permission, page
from monitoring.models import Session
from monitoring.reports.chart import chart
from monitoring.rules.clocks import ahead
from monitoring.rules.course import Course
from monitoring.rules.readiness import (
    Item,
    before_arrival,
    before_clearance,
    before_dose,
    clearance_state,
    lapses_at,
)
from monitoring.rules.schedule import slots
from monitoring.rules.urgency import rest_ends_at
from monitoring.web.lookup import not_here, read, site_of
from monitoring.web.next_step import Action, Permissions, left_open, next_step
from monitoring.web.presenters.alerts import alerts
from monitoring.web.presenters.amendments import amendments, late_readings
from monitoring.web.presenters.answers import notable_answers
from monitoring.web.presenters.banner import session_banner
from monitoring.web.presenters.last_set import last_set
from monitoring.web.presenters.open_items import OpenItem, open_items
from monitoring.web.presenters.readings import table
from monitoring.web.presenters.slots import slot_line
from monitoring.web.presenters.timeline import timeline

__all__ = ["OpenItem", "session", "session_chart"]


@require_safe
@page(Permission.VIEW_SESSION)
def session(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """The live part alone when the page asks again, and nothing when nothing has changed."""
    found = Session.objects.at(site_of(request)).for_page(session_id)
    if found is None:
        raise not_here(request, session_id)
    now, course = clock.now(), found.course()
    version = _version(course, now)
    is_poll = bool(request.headers.get("HX-Request"))
    if is_poll and request.GET.get("version") == version:
        return HttpResponse(status=204)
    read(request, found)
    permissions: Permissions = request.permissions  # type: ignore[attr-defined]
    context = _context(found, course, now, permissions) | {"version": version}
    return render(request, f"session/{'_live' if is_poll else 'session'}.html", context)


def _version(course: Course, now: datetime) -> str:
    """Changes with each fact, and with what the time alone changes: slots, items, the clearance."""
    states = [(slot.state, slot.is_escalated) for slot in slots(course, now)]
    items = [(item.code, item.about) for item in _items(course, now)]
    clocks = (clearance_state(course, now), ahead(course, now))
    shown = (course.last_seq, course.phase, clocks, states, items)
    return hashlib.sha256(repr(shown).encode()).hexdigest()[:16]


def _context(
    found: Session, course: Course, now: datetime, permissions: Permissions
) -> dict[str, Any]:
    items = _items(course, now)
    state = clearance_state(course, now)
    primary = next_step(found, course, now, permissions)
    others = _other_actions(found, course, permissions)
    return {
        "session": found,
        "banner": session_banner(found),
        "course": course,
        "slots": slot_line(course, now),
        "chart": session_chart(found, course, now),
        "readings": table(found, course),
        "timeline": timeline(found, course),
        "answers": notable_answers(found),
        "amendments": amendments(found),
        "late": late_readings(found, permissions),
        "items": open_items(found, items, permissions),
        "waits": _waits(course, items) if primary is None else "",
        "device": _next_device(course),
        "alerts": alerts(found, course, permissions),
        "last": last_set(course),
        "clearance_state": state,
        "is_left_open": left_open(found, course, now),
        "ahead": ahead(course, now),
        "now": now,
        "lapses_at": lapses_at(course) if state == "stands" else None,
        "primary": primary,
        "others": [a for a in others if primary is None or a.href != primary.href],
        "can_correct": Permission.RECORD_READING in permissions and found.is_open,
        "area": "board" if Permission.VIEW_BOARD in permissions else "register",
    }


def session_chart(found: Session, course: Course, now: datetime) -> str:
    title = _("Course of blood pressure and heart rate")
    description = _("%(count)s readings; the same values stand in the table of readings.") % {
        "count": len(course.standing_readings)
    }
    return chart(course, now, title=title, description=description)


def _items(course: Course, now: datetime) -> list[Item]:
    """What keeps the next step from being taken."""
    if course.phase == "planned":
        return before_arrival(course)
    if course.phase == "arrived":
        return before_dose(course, now)
    is_watched = course.phase in {"dosing", "observing", "cleared"}
    if is_watched and clearance_state(course, now) != "stands":
        return before_clearance(course, now)
    return []


def _waits(course: Course, items: list[Item]) -> str:
    """Whom a person without a next step waits for."""
    if course.phase == "arrived" and any(item.code == "decision" for item in items):
        return _("A clinician decides whether the dose is given.")
    if course.phase in {"observing", "cleared"} and not items:
        return _("Nothing is open. A clinician can review the course and sign.")
    return ""


def _next_device(course: Course) -> dict[str, Any] | None:
    """The device to give next, and until when the rest before it lasts."""
    rest = rest_ends_at(course)
    if rest is None:
        return None
    given = len(course.doses)
    return {"number": given + 1, "total": given + course.devices_open, "rest_ends_at": rest}


def _other_actions(found: Session, course: Course, permissions: Permissions) -> list[Action]:
    phase = course.phase
    is_dosed = phase in {"dosing", "observing", "cleared"}
    choices = [
        (is_dosed or phase in {"arrived", "closed"}, Permission.RECORD_READING,
         _("Additional reading"), "reading"),
        (bool(course.devices_open) and is_dosed, Permission.GIVE_DOSE, _("Device"), "dose"),
        (is_dosed or phase == "arrived", Permission.RECORD_EVENT, _("Event"), "event"),
        (phase == "arrived", Permission.ADMIT_PATIENT, _("Answers again"), "admission"),
        (phase in {"arrived", "dosing"}, Permission.DECIDE_DOSE, _("Decision"), "decision"),
        (is_dosed, Permission.SIGN_CLEARANCE, _("Clearance"), "clearance"),
        (is_dosed, Permission.DEPART, _("Departure"), "departure"),
        (phase == "planned", Permission.PLAN_SESSION, _("Cancel"), "session-cancel"),
        (phase == "arrived", Permission.GIVE_DOSE, _("No dose today"), "session-defer"),
        (phase in {"closed", "cancelled"}, Permission.AMEND_RECORD, _("Amend"), "amendment"),
        (phase != "planned", Permission.VIEW_SESSION, _("Report"), "session-report"),
    ]  # fmt: skip
    return [
        Action(words, reverse(name, args=[found.pk]))
        for is_offered, needed, words, name in choices
        if is_offered and needed in permissions
    ]
