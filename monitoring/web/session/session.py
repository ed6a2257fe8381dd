"""One session: where it stands, what is due, what is open, and the next right action."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from clinic import clock, tablets
from clinic.access import Permission
from clinic.pages.addresses import reverse
from clinic.pages.protect import page
from clinic.request import ClinicRequest
from clinic.tablets import Absent
from clinic.verbs import Verb
from monitoring import actions
from monitoring.models import Dose, Event, Session, recorded
from monitoring.models.on_site import before_device
from monitoring.reports.chart import session_chart
from monitoring.rules.clocks import ahead
from monitoring.rules.doses import is_paused, is_running, may_give_more
from monitoring.rules.due import Due
from monitoring.rules.facts import SessionFacts
from monitoring.rules.readiness import (
    Item,
    awaits_decision,
    before_arrival,
    before_clearance,
    before_dose,
    clearance_state,
    strikes_waiting,
)
from monitoring.rules.repeats import repeats
from monitoring.rules.schedule import slots
from monitoring.rules.urgency import rest_ends_at
from monitoring.web import news
from monitoring.web.floor.next_step import Action, Permissions, left_open, next_step
from monitoring.web.lookup import not_here, read
from monitoring.web.presenters.alerts import alerts
from monitoring.web.presenters.open_items import open_items
from monitoring.web.presenters.watch import people_of
from monitoring.web.session.strike import arrival, strikable
from monitoring.words.amendments import amendments, late_events, late_readings
from monitoring.words.answers import notable_answers
from monitoring.words.banner import session_banner
from monitoring.words.given import given, ordered
from monitoring.words.last_set import last_set
from monitoring.words.notices import notices
from monitoring.words.readings import table
from monitoring.words.slots import slot_line
from monitoring.words.tablets import absent_lines
from monitoring.words.timeline import timeline

NEAR = 2
"""Beside the next step, as many as stand in one row of a phone; the others fold away there."""


@require_safe
@page(Permission.VIEW_SESSION)
def session(request: ClinicRequest, session_id: UUID) -> HttpResponse:
    """The live part alone when the page asks again, and nothing when nothing has changed."""
    now = clock.now()
    is_poll = bool(request.headers.get("HX-Request"))
    if is_poll:
        told = recorded.around(request.site.pk, session_id)
        absent = tablets.absent(told.tablets, now).get(session_id, [])
        heads = news.heads(request, told.rows, session_id, absent)
        if news.has_none(request, heads, now):
            return news.nothing()
    else:
        on_site, heads = tablets.in_use(request.site), ""
        absent = tablets.absent(on_site, now).get(session_id, [])
    found = Session.objects.for_page(session_id, request.site)
    if found is None:
        raise not_here(request, session_id)
    facts = found.facts_loaded()
    missing = _people_missing(found, facts)
    items = [*missing, *_items(facts, now)]

    def shown_at(at: datetime) -> str:
        return _shown_at(facts, at, [*missing, *_items(facts, at)], absent)

    shown = _shown_at(facts, now, items, absent)
    version = news.version(
        shown, heads, lambda: news.steady_until(now, lambda at: shown_at(at) == shown)
    )
    if same := news.unchanged(request, version):
        return same
    read(request, found)
    permissions: Permissions = request.permissions
    context = _context(found, facts, now, items, permissions) | {"version": version}
    context |= people_of(found, facts, request.user)
    context["absent"] = absent_lines(absent) if found.is_open else []
    # What is brought up to date lies below the banner.
    context["banner"] = session_banner(found, is_marked=not is_poll)
    context["correctable"] = _correctable(found, facts, permissions)
    context["strikable"] = strikable(found.rows, request.user, permissions, facts.phase)
    context["arrival"] = arrival(found.rows, context["strikable"])
    return render(request, f"session/{'_live' if is_poll else 'session'}.html", context)


def _shown_at(
    facts: SessionFacts, now: datetime, open_now: list[Item], absent: list[Absent]
) -> str:
    """What was recorded of the session, and what the time alone changes."""
    due: list[Due] = [*slots(facts, now), *repeats(facts, now)]
    states = [(found.due_at, found.state, found.is_escalated) for found in due]
    items = [(item.code, item.about) for item in open_now]
    clocks = (clearance_state(facts, now), ahead(facts, now))
    return news.digest((facts.last_seq, facts.phase, clocks, states, items, absent))


def _context(
    found: Session,
    facts: SessionFacts,
    now: datetime,
    items: list[Item],
    permissions: Permissions,
) -> dict[str, Any]:
    primary = next_step(found, facts, now, permissions)
    offered = _other_actions(found, facts, permissions)
    others = [a for a in offered if primary is None or a.href != primary.href]
    near = len(others) if len(others) <= NEAR + 1 else NEAR
    return {
        "session": found,
        "facts": facts,
        "slots": tuple(slot_line(facts, now)),
        "chart": session_chart(facts, now),
        "readings": table(found, facts),
        "timeline": timeline(found, facts),
        "answers": notable_answers(found),
        "amendments": amendments(found),
        "late": late_readings(found),
        "late_events": late_events(found),
        "can_review_event": actions.review_event.is_offered(permissions, facts.phase),
        "can_review": actions.review_reading.is_offered(permissions, facts.phase),
        "items": open_items(found, items, permissions),
        "waits": _waits(facts, items) if primary is None else "",
        "device": _next_device(facts),
        "is_paused": is_paused(facts),
        "planned": ordered(facts),
        "given": given(facts) if facts.doses else "",
        "alerts": alerts(found, facts, permissions),
        "last": last_set(facts),
        "notices": notices(found, facts, now, is_left_open=left_open(found, facts, now)),
        "primary": primary,
        "others": tuple(others[:near]),
        "more": tuple(others[near:]),
        "can_correct": actions.correct_reading.is_offered(permissions, facts.phase),
        "area": "board" if Permission.VIEW_BOARD in permissions else "register",
    }


def _people_missing(found: Session, facts: SessionFacts) -> list[Item]:
    """Asked while a device or an infusion is still to be given, for each rests on the prescriber
    who is on site then."""
    is_to_come = facts.phase == "arrived" or (facts.phase == "dosing" and facts.devices_open)
    return before_device(found) if is_to_come else []


def _items(facts: SessionFacts, now: datetime) -> list[Item]:
    """What keeps the next step from being taken."""
    if facts.phase == "planned":
        return before_arrival(facts)
    if facts.phase == "arrived":
        return [*before_dose(facts, now), *strikes_waiting(facts)]
    is_watched = facts.phase in {"dosing", "observing", "cleared"}
    if is_watched and clearance_state(facts, now) != "stands":
        return before_clearance(facts, now)
    return strikes_waiting(facts)


def _correctable(found: Session, facts: SessionFacts, permissions: Permissions) -> set[UUID]:
    """The doses and events that this person may put right."""
    offered: list[tuple[Verb[..., object], type[Dose | Event]]] = [
        (actions.correct_dose, Dose),
        (actions.correct_event, Event),
    ]
    return {
        row.pk
        for verb, noun in offered
        if verb.is_offered(permissions, facts.phase)
        for row in found.rows.standing(noun)
    }


def _waits(facts: SessionFacts, items: list[Item]) -> str:
    """Whom a person without a next step waits for."""
    if facts.phase == "arrived" and awaits_decision(items):
        return _("A clinician decides whether the dose is given.")
    if facts.phase == "arrived" and [item.code for item in items] == ["order_missing"]:
        return _("A clinician orders the dose.")
    if items and all(item.closes == "strike" for item in items):
        return _("A clinician confirms what was entered in error.")
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
    """What else may be done to the session in its phase, as the verbs say (docs/verbs.md)."""
    choices: list[tuple[Verb[..., object], str, str]] = [
        (actions.record_reading, _("Additional reading"), "reading"),
        (actions.give_dose, _more(facts), "dose"),
        (actions.end_infusion, _("End or pause of the infusion"), "infusion-end"),
        (actions.record_event, _("Event"), "event"),
        (actions.record_medication, _("Medication"), "medication"),
        (actions.record_screen, _("Suicidality screen"), "screen"),
        (actions.record_call, _("Call"), "call"),
        (actions.record_staff_contact, _("Staff contact"), "contact-minutes"),
        (actions.admit_patient, _("Answers again"), "admission"),
        (actions.order_dose, _("Order"), "order"),
        (actions.decide_dose, _("Decision"), "decision"),
        (actions.hand_over_watch, _("Hand over"), "watch"),
        (actions.hand_over_prescriber, _("Prescriber leaves"), "prescriber"),
        (actions.sign_clearance, _("Clearance"), "clearance"),
        (actions.depart, _("Departure"), "departure"),
        (actions.cancel_session, _("Cancel"), "session-cancel"),
        (actions.defer_dose, _("No dose today"), "session-defer"),
        (actions.amend_record, _("Amend"), "amendment"),
    ]
    offered = [
        Action(words, reverse(name, args=[found.pk]))
        for verb, words, name in choices
        if verb.is_offered(permissions, facts.phase) and _is_of_use(verb, facts)
    ]
    if found.form_due_at is not None and Permission.VIEW_FORMS in permissions:
        offered.append(Action(_("Monitoring form"), reverse("form", args=[found.pk])))
    if facts.doses and Permission.VIEW_MINUTES in permissions:
        offered.append(Action(_("Minutes"), reverse("minutes", args=[found.pk])))
    if facts.phase != "planned":
        offered.append(Action(_("Report"), reverse("session-report", args=[found.pk])))
    return offered


def _more(facts: SessionFacts) -> str:
    return _("Resume the infusion") if facts.protocol.is_infusion else _("Device")


def _is_of_use(verb: Verb[..., object], facts: SessionFacts) -> bool:
    """Whether a verb that is allowed has something to do: the first device is the next right
    action's alone, and the first answers are those of admission."""
    if verb is actions.give_dose:
        return may_give_more(facts)
    if verb is actions.end_infusion:
        return is_running(facts)
    return verb is not actions.admit_patient or facts.is_admitted
