"""One session: where it stands, what is due, what is open, and the next right action."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from clinic import clock
from clinic.access import Permission
from clinic.pages.protect import page
from clinic.request import ClinicRequest
from monitoring.models import Session
from monitoring.reports.chart import session_chart
from monitoring.rules.clocks import ahead
from monitoring.rules.facts import SessionFacts
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
from monitoring.web.floor.next_step import Action, Permissions, left_open, next_step
from monitoring.web.lookup import not_here, read
from monitoring.web.presenters.alerts import alerts
from monitoring.web.presenters.open_items import open_items
from monitoring.words.amendments import amendments, late_readings
from monitoring.words.answers import notable_answers
from monitoring.words.banner import session_banner
from monitoring.words.last_set import last_set
from monitoring.words.readings import table
from monitoring.words.slots import slot_line
from monitoring.words.timeline import timeline


@require_safe
@page(Permission.VIEW_SESSION)
def session(request: ClinicRequest, session_id: UUID) -> HttpResponse:
    """The live part alone when the page asks again, and nothing when nothing has changed."""
    found = Session.objects.at(request.site).for_page(session_id)
    if found is None:
        raise not_here(request, session_id)
    now, facts = clock.now(), found.facts()
    version = _version(facts, now)
    is_poll = bool(request.headers.get("HX-Request"))
    if is_poll and request.GET.get("version") == version:
        return HttpResponse(status=204)
    read(request, found)
    permissions: Permissions = request.permissions
    context = _context(found, facts, now, permissions) | {"version": version}
    return render(request, f"session/{'_live' if is_poll else 'session'}.html", context)


def _version(facts: SessionFacts, now: datetime) -> str:
    """Changes with each fact, and with what the time alone changes: slots, items, the clearance."""
    states = [(slot.state, slot.is_escalated) for slot in slots(facts, now)]
    items = [(item.code, item.about) for item in _items(facts, now)]
    clocks = (clearance_state(facts, now), ahead(facts, now))
    shown = (facts.last_seq, facts.phase, clocks, states, items)
    return hashlib.sha256(repr(shown).encode()).hexdigest()[:16]


def _context(
    found: Session, facts: SessionFacts, now: datetime, permissions: Permissions
) -> dict[str, Any]:
    items = _items(facts, now)
    state = clearance_state(facts, now)
    primary = next_step(found, facts, now, permissions)
    others = _other_actions(found, facts, permissions)
    return {
        "session": found,
        "banner": session_banner(found),
        "facts": facts,
        "slots": slot_line(facts, now),
        "chart": session_chart(facts, now),
        "readings": table(found, facts),
        "timeline": timeline(found, facts),
        "answers": notable_answers(found),
        "amendments": amendments(found),
        "late": late_readings(found),
        "can_review": Permission.REVIEW_READING in permissions,
        "items": open_items(found, items, permissions),
        "waits": _waits(facts, items) if primary is None else "",
        "device": _next_device(facts),
        "alerts": alerts(found, facts, permissions),
        "last": last_set(facts),
        "clearance_state": state,
        "is_left_open": left_open(found, facts, now),
        "ahead": ahead(facts, now),
        "now": now,
        "lapses_at": lapses_at(facts) if state == "stands" else None,
        "primary": primary,
        "others": [a for a in others if primary is None or a.href != primary.href],
        "can_correct": Permission.RECORD_READING in permissions and found.is_open,
        "area": "board" if Permission.VIEW_BOARD in permissions else "register",
    }


def _items(facts: SessionFacts, now: datetime) -> list[Item]:
    """What keeps the next step from being taken."""
    if facts.phase == "planned":
        return before_arrival(facts)
    if facts.phase == "arrived":
        return before_dose(facts, now)
    is_watched = facts.phase in {"dosing", "observing", "cleared"}
    if is_watched and clearance_state(facts, now) != "stands":
        return before_clearance(facts, now)
    return []


def _waits(facts: SessionFacts, items: list[Item]) -> str:
    """Whom a person without a next step waits for."""
    if facts.phase == "arrived" and any(item.code == "decision" for item in items):
        return _("A clinician decides whether the dose is given.")
    if facts.phase in {"observing", "cleared"} and not items:
        return _("Nothing is open. A clinician can review the record and sign.")
    return ""


def _next_device(facts: SessionFacts) -> dict[str, Any] | None:
    """The device to give next, and until when the rest before it lasts."""
    rest = rest_ends_at(facts)
    if rest is None:
        return None
    given = len(facts.doses)
    return {"number": given + 1, "total": given + facts.devices_open, "rest_ends_at": rest}


def _other_actions(found: Session, facts: SessionFacts, permissions: Permissions) -> list[Action]:
    phase = facts.phase
    is_dosed = phase in {"dosing", "observing", "cleared"}
    choices = [
        (is_dosed or phase in {"arrived", "closed"}, Permission.RECORD_READING,
         _("Additional reading"), "reading"),
        (bool(facts.devices_open) and is_dosed, Permission.GIVE_DOSE, _("Device"), "dose"),
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
