"""The next right action in a session: the one button of its page, the one tap of its card."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from clinic.access import Permission
from monitoring.models import Session
from monitoring.rules.course import Course
from monitoring.rules.entry import PRE_DOSE
from monitoring.rules.flags import unanswered
from monitoring.rules.readiness import before_clearance, before_dose, clearance_state
from monitoring.rules.schedule import next_slot
from monitoring.web import links

Permissions = frozenset[Permission]


@dataclass(frozen=True, slots=True)
class Action:
    words: str
    href: str


def next_step(
    session: Session, course: Course, now: datetime, permissions: Permissions
) -> Action | None:
    """What this person does next, or None while there is nothing to do but wait."""
    if Permission.RECORD_READING not in permissions or course.phase in {"closed", "cancelled"}:
        return None
    if course.phase == "planned":
        return Action(_("Admit"), reverse("admission", args=[session.pk]))
    if course.phase == "arrived":
        return _before_dose(session, course, now, permissions)
    if clearance_state(course, now) == "stands":
        return Action(_("Record departure"), reverse("departure", args=[session.pk]))
    return _before_clearance(session, course, now, permissions)


def _before_dose(
    session: Session, course: Course, now: datetime, permissions: Permissions
) -> Action | None:
    """None while a nurse waits for a clinician's decision."""
    codes = {item.code for item in before_dose(course, now)}
    if codes & {"predose_missing", "predose_old"}:
        return Action(_("Record pre-dose reading"), links.reading(session, PRE_DOSE))
    if "decided_not_to_give" in codes:
        href = reverse("session-defer", args=[session.pk])
        return Action(_("End the session without a dose"), href)
    if "decision" in codes:
        if Permission.DECIDE_DOSE not in permissions:
            return None
        return Action(_("Decide on the dose"), reverse("decision", args=[session.pk]))
    return Action(_("Record the first dose"), reverse("dose", args=[session.pk]))


def _before_clearance(
    session: Session, course: Course, now: datetime, permissions: Permissions
) -> Action | None:
    """A reading that is overdue comes first, then whom to tell, a device, a reading that is due."""
    codes = [item.code for item in before_clearance(course, now)]
    if not codes and Permission.SIGN_CLEARANCE in permissions:
        return Action(_("Review and sign clearance"), reverse("clearance", args=[session.pk]))
    slot = next_slot(course, now)
    if slot is not None and slot.state == "overdue":
        return slot_reading(session, slot.minutes)
    if flags := unanswered(course):
        href = reverse("response", args=[session.pk, flags[0].fact.id])
        return Action(_("Record who was informed"), href)
    if course.devices_open:
        words = _("Record device %(number)s") % {"number": len(course.doses) + 1}
        return Action(words, reverse("dose", args=[session.pk]))
    if slot is not None and slot.is_open:
        return slot_reading(session, slot.minutes)
    if course.last_dose_at is None:
        href = reverse("infusion-end", args=[session.pk])
        return Action(_("Record the end of the infusion"), href)
    if codes == ["final_set"]:
        return Action(_("Record final set"), links.reading(session, None))
    return None


def slot_reading(session: Session, minutes: int) -> Action:
    words = _("Record %(count)s-minute reading") % {"count": minutes}
    return Action(words, links.reading(session, minutes))
