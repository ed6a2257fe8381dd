"""Doses, decisions, events and signatures in one line of time."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.models.row import name_of
from clinic.pages import moments
from monitoring.models import (
    Call,
    Clearance,
    Decision,
    Dose,
    DoseEnd,
    Event,
    FormAnswers,
    FormFiling,
    Order,
    Session,
    Strike,
    StrikeConfirmation,
    Withdrawal,
)
from monitoring.models.facts import withdrawal_reason
from monitoring.models.rows import SessionRows
from monitoring.rules.doses import SPRAYS
from monitoring.rules.facts import SessionFacts
from monitoring.rules.flags import SYMPTOMS
from monitoring.words import wording
from monitoring.words.events import call_words, medication_words, screen_words
from monitoring.words.people import recorder, with_sender
from monitoring.words.readings import RECEIVED_LATER
from monitoring.words.strikes import StrikeNote, strike_notes
from monitoring.words.subjects import named


@dataclass(frozen=True, slots=True)
class Entry:
    at: datetime
    what: str
    detail: str
    by: str
    minutes: int | None = None
    recorded_at: datetime | None = None
    """Where it differs: when the server had it."""
    saved_at: datetime | None = None
    """When the server had it, of what a nurse enters."""
    late_reason: str = ""
    seq: int = 0
    """Its number among the facts of the session; a signature is no fact."""
    id: UUID | None = None
    noun: str = ""
    note: str = ""
    """What was said of it since: that it was entered in error, or corrected."""
    is_gone: bool = False
    """Whether it counts no more: struck, or replaced by a correction."""
    is_other_day: bool = False
    """Whether it was on another day than the dose: an order before, a call afterwards."""

    @property
    def words(self) -> str:
        return f"{self.what}: {self.detail}" if self.detail else self.what

    @property
    def line(self) -> str:
        """The entry as one line, for lists of what has changed."""
        return f"{moments.clock(self.at)} {self.words} ({self.by})"


def timeline(session: Session, facts: SessionFacts) -> list[Entry]:
    """Everything but readings, in the order of time, of the nouns loaded with the session."""
    rows = session.rows
    found = [*_doses(rows), *(event_entry(e) for e in rows.of(Event)), *_strikes(session)]
    found += [_order(order) for order in rows.if_loaded(Order)]
    for decision in rows.of(Decision):
        what = _("Decision: %(outcome)s") % {"outcome": decision.get_outcome_display()}
        by, at = decision.printed_name, decision.recorded_at
        entry = Entry(at, what, decision.reason, by, seq=decision.seq)
        found.append(replace(entry, id=decision.pk, noun="decision"))
    found += [call_entry(call) for call in rows.if_loaded(Call)]
    found += [_form_answered(row) for row in rows.if_loaded(FormAnswers)]
    found += [_form_filed(row) for row in rows.if_loaded(FormFiling)]
    for clearance in rows.if_loaded(Clearance):
        found.append(Entry(clearance.signed_at, _("Clearance signed"), "", clearance.printed_name))
        if withdrawal := rows.beside(clearance, Withdrawal):
            what = _("Clearance withdrawn")
            why = wording.withdrawal(withdrawal_reason(withdrawal))
            by = withdrawal.recorded_by.printed_name
            at = withdrawal.recorded_at
            found.append(Entry(at, what, why, by, seq=withdrawal.seq))
    found.sort(key=lambda e: e.at)
    notes = strike_notes(rows)
    corrections = [r for noun in (Dose, Event) for r in rows.of(noun) if r.replaces_id]
    replaced = {row.replaces_id for row in corrections if row.replaces_id}
    counting = {dose.pk for dose in rows.standing(Dose)}
    gone = replaced | {end.pk for end in rows.of(DoseEnd) if end.dose_id not in counting}
    reasons = {row.pk: row.correction_reason for row in corrections}
    day = _day(facts.first_dose_at or session.planned_for)
    return [
        replace(
            entry,
            minutes=facts.minutes(entry.at) if _is_here(facts, entry.at) else None,
            is_other_day=_day(entry.at) != day,
            note=_said(entry, notes, replaced, reasons),
            is_gone=entry.id in gone or bool((n := _note(entry, notes)) and n.is_struck),
        )
        for entry in found
    ]


def described(session: Session, facts: SessionFacts, noun: str, id: UUID) -> str:
    """The fact `id` of `noun` with all that it says, as on the page it was tapped on."""
    found = (entry.line for entry in timeline(session, facts) if entry.id == id)
    return next(found, "") or named(session, noun, id)


def _day(at: datetime) -> date:
    return timezone.localtime(at).date()


def _is_here(facts: SessionFacts, at: datetime) -> bool:
    """Whether the patient was at the site then; before and after, minutes say nothing."""
    arrived, left = facts.admitted_at, facts.departure
    return (arrived is None or at >= arrived) and (left is None or at <= left.at)


def _note(entry: Entry, notes: Mapping[UUID, StrikeNote]) -> StrikeNote | None:
    return notes.get(entry.id) if entry.id else None


def _said(
    entry: Entry,
    notes: Mapping[UUID, StrikeNote],
    replaced: Collection[UUID],
    reasons: Mapping[UUID, str],
) -> str:
    """That it is a correction and why, and what became of it since."""
    said = []
    if entry.id and entry.id in reasons:
        said.append(_("Correction: %(reason)s") % {"reason": reasons[entry.id]})
    if (note := _note(entry, notes)) is not None:
        said.append(note.words)
    elif entry.id in replaced:
        said.append(_("Replaced by a correction"))
    return ". ".join(said)


def _strikes(session: Session) -> Iterator[Entry]:
    """When something was marked as entered in error, and what a clinician answered."""
    rows = session.rows
    for strike in rows.of(Strike):
        words = {
            "what": named(session, strike.noun, strike.target),
            "kind": str(strike.get_kind_display()),
            "reason": strike.reason,
        }
        detail = _("%(what)s (%(kind)s): %(reason)s") % words
        what = _("Marked as entered in error")
        by = with_sender(strike.printed_name, strike)
        yield Entry(strike.recorded_at, what, detail, by, seq=strike.seq)
        if answer := rows.beside(strike, StrikeConfirmation):
            what = _("Confirmed as entered in error") if answer.is_confirmed else _("It counts")
            detail = "; ".join(filter(None, [words["what"], answer.reason]))
            yield Entry(answer.recorded_at, what, detail, answer.printed_name, seq=answer.seq)


def _doses(rows: SessionRows) -> list[Entry]:
    found = []
    for dose in rows.of(Dose):
        found.append(dose_entry(dose))
        if end := rows.beside(dose, DoseEnd):
            words = (
                _("Infusion paused, %(mg)s mg of this part given")
                if end.kind == DoseEnd.Kind.PAUSED
                else _("Infusion ended, %(mg)s mg of this part given")
            )
            if dose.number == 1 and end.kind == DoseEnd.Kind.ENDED:
                words = _("Infusion ended, %(mg)s mg given")
            what = words % {"mg": milligrams(end.mg)}
            by = end.recorded_by.printed_name
            entry = Entry(end.ended_at, what, end.partial_detail, by)
            found.append(_with_both_times(entry, end))
    return found


def dose_entry(dose: Dose) -> Entry:
    """One device, or part of an infusion, as it reads."""
    what = _what(dose)
    if dose.after_departure:
        what = _("%(what)s, corrected after the patient had left") % {"what": what}
    parts = [
        _("lot %(lot)s, expiry %(expiry)s") % {"lot": dose.lot, "expiry": moments.day(dose.expiry)}
    ]
    if dose.is_complete is False:
        parts.append(dose.partial_detail)
    if dose.complaint:
        parts.append(_("product complaint %(number)s") % {"number": dose.complaint})
    if dose.rate:
        parts.append(_("%(rate)s mL/h") % {"rate": milligrams(dose.rate)})
    if dose.early_reason:
        parts.append(_("early: %(reason)s") % {"reason": dose.early_reason})
    if dose.identified_by:
        parts.append(_("compared: %(what)s") % {"what": dose.get_identified_by_display()})
    if dose.witness:
        parts.append(_("witness: %(name)s") % {"name": dose.witness.printed_name})
    entry = Entry(dose.started_at, what, "; ".join(parts), dose.recorded_by.printed_name)
    return _with_both_times(entry, dose)


def _what(dose: Dose) -> str:
    """What was given, and no more than is known to have left the device."""
    params = {"number": dose.number, "mg": milligrams(dose.mg)}
    if dose.is_complete is None:
        begun = _("Infusion started, %(mg)s mg ordered")
        resumed = _("Infusion resumed, %(mg)s mg still ordered")
        return (begun if dose.number == 1 else resumed) % params
    if dose.is_complete:
        return _("Device %(number)s, %(mg)s mg") % params
    if dose.sprays is None:
        return _("Device %(number)s, in part") % params
    if not dose.sprays:
        return _("Device %(number)s failed, nothing given") % params
    return _("Device %(number)s in part, one spray (%(mg)s mg)") % {
        **params,
        "mg": milligrams(dose.mg * dose.sprays / SPRAYS),
    }


def _with_both_times(entry: Entry, row: Dose | DoseEnd | Event | Call) -> Entry:
    """When the server had it beside when it was, where the two differ, and why."""
    is_later = row.recorded_at - entry.at > RECEIVED_LATER
    recorded_at = row.recorded_at if is_later else None
    late = row.late_reason.rstrip(".")  # What follows ends the sentence.
    kept = replace(entry, recorded_at=recorded_at, late_reason=late, seq=row.seq)
    kept = replace(kept, saved_at=row.recorded_at)
    return replace(kept, id=row.pk, noun=name_of(row))


def _order(order: Order) -> Entry:
    what = _("Ordered %(mg)s mg") % {"mg": milligrams(order.mg)}
    words = (order.get_treatment_phase_display(), order.reason, order.beyond_reason)
    detail = "; ".join(filter(None, words))
    entry = Entry(order.recorded_at, what, detail, order.printed_name, seq=order.seq)
    return replace(entry, id=order.pk, noun="order")


def _form_answered(row: FormAnswers) -> Entry:
    what = _("Answered for the monitoring form")
    return Entry(row.recorded_at, what, row.correction_reason, row.printed_name, seq=row.seq)


def _form_filed(row: FormFiling) -> Entry:
    words = (moments.day(row.filed_on), row.get_way_display(), row.reference, row.gaps_reason)
    detail = "; ".join(filter(None, words))
    what = _("Monitoring form filed")
    return Entry(row.recorded_at, what, detail, row.printed_name, seq=row.seq)


def milligrams(mg: Decimal) -> str:
    """28, not 28.0; 36.5 as it is."""
    return f"{mg.normalize():f}"


def event_entry(event: Event) -> Entry:
    """One event as it reads, without its minute."""
    what = str(event.get_kind_display())
    detail = event.detail
    if event.kind == Event.Kind.SYMPTOM:
        detail = ", ".join([*(_(SYMPTOMS[s]) for s in event.symptoms), *filter(None, [detail])])
    elif event.kind == Event.Kind.SCREEN:
        detail = "; ".join([*screen_words(event), *filter(None, [detail])])
    elif event.kind == Event.Kind.MEDICATION and event.drug:
        detail = f"{medication_words(event)}; {detail}"
    elif event.kind == Event.Kind.REVIEW:
        detail = _("%(words)s; done: %(action)s") % {"words": detail, "action": event.ordered}
    elif event.kind == Event.Kind.RESPONSE:
        detail = _("informed: %(informed)s; ordered: %(ordered)s") % {
            "informed": event.informed,
            "ordered": event.ordered,
        }
    elif event.hands_over:
        what = event.get_hands_over_display()
        params = {"giver": event.handed_from_name or "–", "taker": event.handed_to_name}
        detail = _("%(giver)s hands over to %(taker)s") % params
    elif event.kind == Event.Kind.ADVERSE_EVENT and event.is_serious:
        what = _("Serious adverse event")
    if event.onset_at is not None:
        onset = _("since %(at)s") % {"at": moments.day_clock(event.onset_at)}
        detail = f"{detail}; {onset}"
    if event.after_departure and event.replaces_id:
        what = _("%(what)s, corrected after the patient had left") % {"what": what}
    elif event.after_departure:
        what = _("%(what)s, after the patient had left") % {"what": what}
    entry = Entry(event.at, what, detail, recorder(event))
    return _with_both_times(entry, event)


def call_entry(call: Call) -> Entry:
    """One call after the session as it reads."""
    what = _("Call: reached") if call.was_reached else _("Call: not reached")
    entry = Entry(call.at, what, call_words(call), recorder(call))
    return _with_both_times(entry, call)
