"""The next right action in a session: the one button of its page, the one tap of its card."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from clinic.access import Permission
from clinic.pages.addresses import reverse
from clinic.verbs import Verb
from monitoring import actions
from monitoring.models import FormAnswers, Session
from monitoring.rules import urgency
from monitoring.rules.doses import is_paused, is_running
from monitoring.rules.due import next_due
from monitoring.rules.entry import PRE_DOSE
from monitoring.rules.facts import SessionFacts
from monitoring.rules.flags import unanswered
from monitoring.rules.left_open import is_left_open
from monitoring.rules.order import mg_words
from monitoring.rules.readiness import before_clearance, before_dose
from monitoring.rules.suicidality import unreviewed
from monitoring.web import links
from monitoring.words.due import record_words

Permissions = frozenset[Permission]


@dataclass(frozen=True, slots=True)
class Action:
    words: str
    href: str


@dataclass(frozen=True, slots=True)
class _Case:
    """Whose step is asked for, and of which session at which time."""

    session: Session
    facts: SessionFacts
    now: datetime
    permissions: Permissions

    def may(self, verb: Verb[..., object]) -> bool:
        """Whether this person may do that to the session now."""
        return verb.is_offered(self.permissions, self.facts.phase)

    def page(self, words: str, name: str, *ids: object) -> Action:
        return Action(words, reverse(name, args=[self.session.pk, *ids]))


def is_clinician(permissions: Permissions) -> bool:
    """Whether what waits for a clinician waits for this person."""
    return Permission.SIGN_CLEARANCE in permissions


def next_step(
    session: Session, facts: SessionFacts, now: datetime, permissions: Permissions
) -> Action | None:
    """What this person does next, or None while there is nothing to do but wait.

    Of all that the session waits for, the most urgent that this person can do something about.
    """
    case = _Case(session, facts, now, permissions)
    if facts.phase == "planned":
        if facts.ordered is None and (ordering := _order(case)):
            return ordering
        may_admit = case.may(actions.admit_patient)
        return case.page(_("Admit"), "admission") if may_admit else None
    if facts.phase == "closed":
        return _for_form(case)
    if left_open(session, facts, now):
        return _close(case)
    by_urgency = urgency.sorted_for(
        urgency.waits(facts, now), is_clinician=is_clinician(permissions)
    )
    found = (_STEPS[wait.kind](case) for wait in by_urgency)
    return next((action for action in found if action), None)


def _for_form(case: _Case) -> Action | None:
    """What the monitoring form asks of the observer, from the departure on."""
    session = case.session
    is_asked = session.form_due_at is not None and session.form_filed_seq is None
    if not is_asked or session.rows.if_loaded(FormAnswers) or not case.may(actions.answer_form):
        return None
    return case.page(_("Answer for the monitoring form"), "form-answers")


def left_open(session: Session, facts: SessionFacts, now: datetime) -> bool:
    """Whether the session is of an earlier day at its site, and nobody said how it ended."""
    midnight = now.astimezone(session.site.tz).replace(hour=0, minute=0, second=0, microsecond=0)
    return is_left_open(facts, now, midnight)


def _close(case: _Case) -> Action | None:
    """The way to close a session that was left open by what is known of it."""
    if not case.facts.doses:
        may_end = case.may(actions.defer_dose)
        return case.page(_("End the session without a dose"), "session-defer") if may_end else None
    may_depart = case.may(actions.depart)
    return case.page(_("Record how the patient left"), "departure") if may_depart else None


def _answer(case: _Case) -> Action | None:
    if not case.may(actions.respond_to_flag):
        return None
    about = unanswered(case.facts)[0].fact.id
    if (review := _review(case)) and about in {e.id for e in unreviewed(case.facts)}:
        return review
    return case.page(_("Record who was informed"), "response", about)


def _review(case: _Case) -> Action | None:
    found = unreviewed(case.facts)
    if not found or not case.may(actions.review_event):
        return None
    return case.page(_("Review suicidality"), "event-review", found[0].id)


def _decide(case: _Case) -> Action | None:
    may_decide = case.may(actions.decide_dose)
    return case.page(_("Decide on the dose"), "decision") if may_decide else None


def _order(case: _Case) -> Action | None:
    words = _("Order %(mg)s mg") % {"mg": mg_words(case.facts.planned_mg)}
    return case.page(words, "order") if case.may(actions.order_dose) else None


def _before_dose(case: _Case) -> Action | None:
    """None while a clinician's decision or order is awaited, or what no page of the session brings
    about."""
    items = before_dose(case.facts, case.now)
    codes = {item.code for item in items}
    if codes & {"predose_missing", "predose_old"}:
        may_read = case.may(actions.record_reading)
        href = links.reading(case.session, PRE_DOSE)
        return Action(_("Record pre-dose reading"), href) if may_read else None
    if not case.may(actions.give_dose):
        return None
    if "decided_not_to_give" in codes:
        return case.page(_("End the session without a dose"), "session-defer")
    if "screen_missing" in codes and case.may(actions.record_screen):
        return case.page(_("Suicidality screen"), "screen")
    if any(item.closes == "admission" for item in items):
        return case.page(_("Answers again"), "admission")
    if "patient_not_enrolled" in codes and case.may(actions.amend_patient):
        here = reverse("session", args=[case.session.pk])
        href = links.enrolment(case.session.patient_id, here)
        return Action(_("Enter the REMS enrolment"), href)
    return None if items else case.page(_("Record the first dose"), "dose")


def _device(case: _Case) -> Action | None:
    if not case.may(actions.give_dose):
        return None
    if is_paused(case.facts):
        return case.page(_("Resume the infusion"), "dose")
    if is_running(case.facts):
        return case.page(_("Record the end or a pause"), "infusion-end")
    if case.facts.devices_open:
        words = _("Record device %(number)s") % {"number": len(case.facts.doses) + 1}
        return case.page(words, "dose")
    return None


def _due_reading(case: _Case) -> Action | None:
    due = next_due(case.facts, case.now)
    if due is None or not due.is_open or not case.may(actions.record_reading):
        return None
    return Action(record_words(due), links.due(case.session, due))


def _last_item(case: _Case) -> Action | None:
    """What is open alone before a signature: strikes to be confirmed, or the final set."""
    items = before_clearance(case.facts, case.now)
    codes = [item.code for item in items]
    if {*codes} == {"strike_waits"} and case.may(actions.confirm_strike):
        return case.page(_("Confirm what was entered in error"), "strike-confirm", items[0].about)
    if codes != ["final_set"] or not case.may(actions.record_reading):
        return None
    return Action(_("Record final set"), links.reading(case.session, None))


def _sign(case: _Case) -> Action | None:
    may_sign = case.may(actions.sign_clearance)
    return case.page(_("Review and sign clearance"), "clearance") if may_sign else None


def _depart(case: _Case) -> Action | None:
    may_depart = case.may(actions.depart)
    return case.page(_("Record departure"), "departure") if may_depart else None


_STEPS: dict[urgency.Kind, Callable[[_Case], Action | None]] = {
    "emergency": _answer,
    "review": _review,
    "decision": _decide,
    "order": _order,
    "to_order": _order,
    "device": _device,
    "urgent": _due_reading,
    "flagged": _answer,
    "overdue": _due_reading,
    "repeat": _due_reading,
    "due": _due_reading,
    "dosing": _device,
    "upcoming": _last_item,
    "waiting": _sign,
    "ready": _depart,
    "arrived": _before_dose,
}
