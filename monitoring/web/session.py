"""One session: where it stands, what is due, what is open, and the next right action."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from clinic import clock
from clinic.access import Permission, page
from monitoring.models import Session
from monitoring.reports.chart import chart
from monitoring.rules.course import Course
from monitoring.rules.entry import PRE_DOSE
from monitoring.rules.flags import unanswered
from monitoring.rules.readiness import (
    Item,
    before_clearance,
    before_dose,
    clearance_state,
    lapses_at,
)
from monitoring.rules.schedule import next_slot, slots
from monitoring.web import links, wording
from monitoring.web.lookup import site_of
from monitoring.web.presenters.banner import session_banner
from monitoring.web.presenters.readings import rows
from monitoring.web.presenters.timeline import timeline


@dataclass(frozen=True, slots=True)
class Action:
    words: str
    href: str


@dataclass(frozen=True, slots=True)
class OpenItem:
    words: str
    href: str


@require_safe
@page(Permission.VIEW_SESSION)
def session(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """The live part alone when the page asks again, and nothing when nothing has changed."""
    found = Session.objects.at(site_of(request)).for_page(session_id)
    if found is None:
        raise Http404
    now = clock.now()
    course = found.course()
    slot = next_slot(course, now)
    state = slot.state if slot else ""
    version = f"{found.last_seq}-{found.phase}-{clearance_state(course, now)}-{state}"
    is_poll = bool(request.headers.get("HX-Request"))
    if is_poll and request.GET.get("version") == version:
        return HttpResponse(status=204)
    context = _context(request, found, course, now) | {"version": version}
    return render(request, f"session/{'_live' if is_poll else 'session'}.html", context)


def _context(request: HttpRequest, found: Session, course: Course, now: datetime) -> dict[str, Any]:
    permissions: frozenset[Permission] = request.permissions  # type: ignore[attr-defined]
    items = open_items(course, now)
    state = clearance_state(course, now)
    return {
        "session": found,
        "banner": session_banner(found),
        "course": course,
        "slots": slots(course, now),
        "chart": session_chart(found, course, now),
        "readings": rows(found, course),
        "timeline": timeline(found, course),
        "items": [OpenItem(wording.item(i), links.closes(found, i)) for i in items],
        "clearance_state": state,
        "lapses_at": lapses_at(course) if state == "stands" else None,
        "primary": primary_action(found, course, now, permissions),
        "others": _other_actions(found, course, permissions),
        "can_correct": Permission.RECORD_READING in permissions and found.is_open,
        "area": "board",
    }


def session_chart(found: Session, course: Course, now: datetime) -> str:
    title = _("Course of blood pressure and heart rate")
    description = _("%(count)s readings; the same values stand in the table of readings.") % {
        "count": len(course.standing_readings)
    }
    return chart(course, now, title=title, description=description)


def open_items(course: Course, now: datetime) -> list[Item]:
    """What keeps the next step from being taken."""
    if course.phase == "arrived":
        return before_dose(course, now)
    if course.phase in {"dosing", "observing"}:
        return before_clearance(course, now)
    if course.phase == "cleared" and clearance_state(course, now) != "stands":
        return before_clearance(course, now)
    return []


def primary_action(
    found: Session, course: Course, now: datetime, permissions: frozenset[Permission]
) -> Action | None:
    """The next right action of this person, or None while there is nothing to do but wait."""
    if Permission.RECORD_READING not in permissions:
        return None
    before = {"planned": _admit, "arrived": _before_dose}.get(course.phase)
    if before is not None:
        return before(found, course, now, permissions)
    if course.phase in {"closed", "cancelled"}:
        return None
    return _after_dose(found, course, now, permissions)


def _admit(
    found: Session, course: Course, now: datetime, permissions: frozenset[Permission]
) -> Action:
    return Action(_("Admit"), reverse("admission", args=[found.pk]))


def _before_dose(
    found: Session, course: Course, now: datetime, permissions: frozenset[Permission]
) -> Action | None:
    """None while a nurse waits for a clinician's decision."""
    codes = {item.code for item in before_dose(course, now)}
    if codes & {"predose_missing", "predose_old"}:
        return Action(_("Record pre-dose reading"), links.reading(found, PRE_DOSE))
    if "decided_not_to_give" in codes:
        href = reverse("session-defer", args=[found.pk])
        return Action(_("End the session without a dose"), href)
    if "decision" in codes:
        if Permission.DECIDE_DOSE not in permissions:
            return None
        return Action(_("Decide on the dose"), reverse("decision", args=[found.pk]))
    return Action(_("Record the first dose"), reverse("dose", args=[found.pk]))


def _after_dose(
    found: Session, course: Course, now: datetime, permissions: frozenset[Permission]
) -> Action | None:
    if clearance_state(course, now) == "stands":
        return Action(_("Record departure"), reverse("departure", args=[found.pk]))
    slot = next_slot(course, now)
    if flags := unanswered(course):
        href = reverse("response", args=[found.pk, flags[0].fact.id])
        if slot is None or slot.state != "overdue":
            return Action(_("Say whom you told"), href)
    if course.devices_open and (slot is None or slot.state != "overdue"):
        words = _("Record device %(number)s") % {"number": len(course.doses) + 1}
        return Action(words, reverse("dose", args=[found.pk]))
    if slot is not None and slot.is_open:
        words = _("Record %(count)s-minute reading") % {"count": slot.minutes}
        return Action(words, links.reading(found, slot.minutes))
    if course.last_dose_at is None:
        return Action(_("Record the end of the infusion"), reverse("infusion-end", args=[found.pk]))
    items = before_clearance(course, now)
    if not items and Permission.SIGN_CLEARANCE in permissions:
        return Action(_("Review and sign clearance"), reverse("clearance", args=[found.pk]))
    if any(item.code == "final_set" for item in items) and len(items) == 1:
        return Action(_("Record final set"), links.reading(found, None))
    return None


def _other_actions(
    found: Session, course: Course, permissions: frozenset[Permission]
) -> list[Action]:
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
        (phase != "planned", Permission.VIEW_SESSION, _("Report"), "session-report"),
    ]  # fmt: skip
    return [
        Action(words, reverse(name, args=[found.pk]))
        for is_offered, needed, words, name in choices
        if is_offered and needed in permissions
    ]
