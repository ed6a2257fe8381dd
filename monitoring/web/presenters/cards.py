"""One card a patient on the floor board."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from itertools import combinations
from uuid import UUID

from django.utils.translation import gettext as _

from clinic.models import Site, Staff
from clinic.names import search_text
from clinic.pages import moments
from clinic.pages.addresses import reverse
from clinic.tablets import Absent
from monitoring.models import Session
from monitoring.rules import urgency
from monitoring.rules.alike import is_near
from monitoring.rules.doses import is_paused, is_running
from monitoring.rules.due import Due, next_due
from monitoring.rules.facts import SessionFacts
from monitoring.rules.flags import event_flags, outside_now, unanswered
from monitoring.rules.readiness import (
    awaits_decision,
    before_clearance,
    before_dose,
    clearance_state,
    lapses_at,
)
from monitoring.rules.suicidality import unreviewed
from monitoring.rules.urgency import Kind, Wait
from monitoring.web.floor.next_step import Action, Permissions, is_clinician, left_open, next_step
from monitoring.web.presenters.watch import Handover, Offer, handover_of
from monitoring.words import wording
from monitoring.words.due import due_words
from monitoring.words.last_set import LastSet, last_set
from monitoring.words.tablets import absent_shortly


@dataclass(frozen=True, slots=True)
class Next:
    """What comes next and when: due at a time, or not before the end of a rest or a validity."""

    words: str
    due_at: datetime | None = None
    until: datetime | None = None
    overdue_after: int = 5
    urgent_after: int = 10


@dataclass(frozen=True, slots=True)
class Mark:
    """A word about a session with the kind that gives it its colour and shape."""

    kind: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What one card says. `kind` gives its colour and shape, `state` the word beside them."""

    id: UUID
    patient_id: UUID
    name: str
    born: str
    mrn: str
    room: str
    kind: Kind
    state: str
    rank: tuple[int, datetime]
    next: Next
    action: Action
    also: tuple[Mark, ...] = ()
    """What else the session waits for, where the action is not about it."""
    first_dose_at: datetime | None = None
    window_ends_at: datetime | None = None
    last: LastSet | None = None
    open_count: int = 0
    attention: tuple[Mark, ...] = ()
    emergencies: tuple[datetime, ...] = ()
    open_since: datetime | None = None
    """Since when a session of an earlier day has been left open."""
    observer: str = ""
    handover: Handover | None = None
    """The handover of the watch that waits for someone, and `offer`, where that is who looks."""
    offer: Offer | None = None
    is_namesake: bool = False
    """Whether another patient on the board has the same or nearly the same family name."""


def card(session: Session, facts: SessionFacts, now: datetime, permissions: Permissions) -> Card:
    """What the board says of a session, with `facts`, to anyone with `permissions`."""
    found = urgency.waits(facts, now)
    clinician = is_clinician(permissions)
    ordered = urgency.sorted_for(found, is_clinician=clinician)
    wait = ordered[0] if ordered else Wait("planned", session.planned_for)
    if wait.kind == "to_order":
        wait = Wait("to_order", session.planned_for)
    step = next_step(session, facts, now, permissions)
    due = next_due(facts, now)
    ends = facts.window_ends_at
    is_dosed = bool(facts.doses)
    is_cleared = clearance_state(facts, now) == "stands"
    return Card(
        id=session.pk,
        patient_id=session.patient_id,
        name=session.patient.banner_name,
        born=moments.day(session.patient.date_of_birth),
        mrn=session.patient.mrn,
        room=session.room,
        kind=wait.kind,
        state=_state(facts, wait, due),
        rank=urgency.rank(wait, is_clinician=clinician),
        next=_next(session, facts, wait, due, now),
        action=step or Action(_("Open the session"), reverse("session", args=[session.pk])),
        also=tuple(_also(ordered)),
        first_dose_at=facts.first_dose_at,
        window_ends_at=ends if ends and now < ends else None,
        last=last_set(facts),
        open_count=len(before_clearance(facts, now)) if is_dosed and not is_cleared else 0,
        attention=attention(facts, now),
        emergencies=urgency.emergencies(facts),
        handover=handover_of(session, facts),
        observer=session.observer.printed_name if session.is_open and session.observer else "",
        open_since=session.admitted_at if left_open(session, facts, now) else None,
    )


def for_person(one: Card, person: Staff, site: Site, watched: int) -> Card:
    """`one` as `person` sees it, who may be asked to accept a handover: they then watch `watched`
    patients."""
    if one.handover is None or one.handover.to != person.pk:
        return one
    return replace(one, offer=one.handover.offer.taken_by(watched, site))


def _state(facts: SessionFacts, wait: Wait, due: Due | None) -> str:
    if wait.kind == "dosing":
        if is_paused(facts):
            return _("Infusion paused")
        return _("Infusion running") if is_running(facts) else _("Dosing")
    if wait.kind == "repeat":
        return _("Repeat now")
    if wait.kind == "due" and due is not None:
        return _("Due at %(time)s") % {"time": _clock(due.due_at)}
    return {
        "emergency": _("Emergency"),
        "review": _("Review needed"),
        "decision": _("Decision needed"),
        "order": _("Order needed"),
        "to_order": _("Planned: order needed"),
        "device": _("Rest is over"),
        "urgent": _("Urgent: overdue"),
        "flagged": _("Flagged"),
        "overdue": _("Overdue"),
        "upcoming": _("Observing"),
        "waiting": _("Waiting for clearance"),
        "ready": _("Ready to leave"),
        "arrived": _("Arrived"),
        "planned": _("Planned"),
    }[wait.kind]


def _also(ordered: list[Wait]) -> list[Mark]:
    """A reading that waits too long beside a flag, a signature that could be given beside it."""
    words = {
        "urgent": _("Urgent: overdue"),
        "overdue": _("Overdue"),
        "repeat": _("Repeat now"),
        "flagged": _("Flagged"),
        "waiting": _("Waiting for clearance"),
        "device": _("Rest is over"),
        "review": _("Review needed"),
    }
    return [Mark(wait.kind, words[wait.kind]) for wait in ordered[1:] if wait.kind in words]


def _next(
    session: Session, facts: SessionFacts, wait: Wait, due: Due | None, now: datetime
) -> Next:
    if wait.kind in {"planned", "to_order"}:
        return Next(_("Expected at %(time)s") % {"time": _clock(session.planned_for)})
    if not facts.doses:
        return _first_dose(facts, wait, now)
    if wait.kind == "ready":
        return Next(_("Clearance stands"), until=lapses_at(facts))
    rest = urgency.rest_ends_at(facts)
    if wait.kind in {"device", "dosing"} and rest is not None:
        count = len(facts.doses)
        params = {"number": count + 1, "total": count + facts.devices_open, "at": _clock(rest)}
        if now >= rest:
            return Next(_("Device %(number)s of %(total)s, rest ended at %(at)s") % params)
        return Next(_("Device %(number)s of %(total)s, rest") % params, until=rest)
    if wait.kind == "waiting" and (due is None or not due.is_open):
        return Next(_("A clinician can review and sign"))
    if due is None:
        return Next("")
    return Next(
        due_words(due),
        due.due_at,
        overdue_after=facts.protocol.overdue_after_minutes,
        urgent_after=facts.protocol.escalate_after_minutes,
    )


def _first_dose(facts: SessionFacts, wait: Wait, now: datetime) -> Next:
    items = before_dose(facts, now)
    codes = {item.code for item in items}
    if codes & {"predose_missing", "predose_old"}:
        return Next(_("Pre-dose reading"))
    if codes == {"order_missing"}:
        return Next(_("A clinician orders the dose"))
    if awaits_decision(items):
        words = _("A clinician decides; the pre-dose reading counts")
        return Next(words, until=wait.since if wait.kind == "decision" else None)
    if codes:
        return Next(_("Open before the dose: %(count)s") % {"count": len(codes)})
    return Next(_("First dose"))


def attention(facts: SessionFacts, now: datetime) -> tuple[Mark, ...]:
    """What was flagged and not answered, what is still outside its range though it was answered,
    and a clearance that no longer stands."""
    open_flags = [f for found in unanswered(facts) for f in found.flags if f.tier != "repeat"]
    by_kind = {
        "emergency": [wording.flag(f) for f in open_flags if f.tier == "emergency"],
        "flagged": [wording.flag(f) for f in open_flags if f.tier != "emergency"],
    }
    marks = [Mark(kind, "; ".join(words)) for kind, words in by_kind.items() if words]
    said = {wording.flag(f) for f in open_flags}
    found = (flag for event in unreviewed(facts) for flag in event_flags(event))
    if review := [words for f in found if (words := wording.flag(f)) not in said]:
        words = _("A clinician reviews: %(flags)s") % {"flags": "; ".join(review)}
        marks.append(Mark("review", words))
    still = [words for f in outside_now(facts).values() if (words := wording.flag(f)) not in said]
    if still:
        words = _("Still outside its range: %(flags)s") % {"flags": "; ".join(still)}
        marks.append(Mark("outside", words))
    if facts.phase == "arrived":
        waits = (i for i in before_dose(facts, now) if i.code == "decision")
        marks += [Mark("flagged", wording.item(item)) for item in waits]
    if any(struck.waits for struck in facts.struck):
        marks.append(Mark("waiting", _("Entered in error? A clinician confirms it")))
    if clearance_state(facts, now) == "lapsed":
        marks.append(Mark("flagged", _("Clearance has lapsed")))
    return tuple(marks)


def _clock(at: datetime) -> str:
    return moments.clock(at)


def told_apart(found: list[Card]) -> list[Card]:
    """`found`, with each card marked whose patient's family name is another's, or nearly so."""
    family = {one.patient_id: _family(one) for one in found}
    taken = _taken_for_another(tuple(sorted(family.values())))
    marked = {patient for patient, name in family.items() if name in taken}
    return [replace(one, is_namesake=True) if one.patient_id in marked else one for one in found]


@lru_cache(maxsize=64)
def _taken_for_another(names: tuple[str, ...]) -> frozenset[str]:
    """Of the family names on a floor those that another patient has too, or nearly so."""
    pairs = combinations(names, 2)
    return frozenset(name for one, other in pairs if is_near(one, other) for name in (one, other))


def _family(one: Card) -> str:
    return search_text(one.name.partition(",")[0])


def with_absent(one: Card, absent: Iterable[Absent]) -> Card:
    """`one`, with a mark for each tablet that may hold more of its session than is recorded."""
    marks = tuple(Mark("flagged", absent_shortly(found)) for found in absent)
    return replace(one, attention=(*one.attention, *marks))
