"""From rows to the plain facts that the rules read."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, cast

from clinic import clock
from monitoring.models.history import history_of
from monitoring.models.rows import SessionRows
from monitoring.rules import facts as rules
from monitoring.rules.codes import AutomaticWithdrawal
from monitoring.rules.dose_facts import DoseFacts, InfusionOrder
from monitoring.rules.doses import ordered_mg, per_kg, sprayed_mg
from monitoring.rules.measures import OBSERVATIONS, value_fields
from monitoring.rules.mended import Corrected, StruckFacts
from monitoring.rules.order import OrderFacts
from monitoring.rules.questions import QUESTIONS
from monitoring.rules.rems import holds
from monitoring.rules.screens import CSSRS, ScreenFacts

if TYPE_CHECKING:
    from monitoring.models import (
        Admission,
        Clearance,
        Decision,
        Departure,
        Dose,
        DoseEnd,
        Event,
        Order,
        Reading,
        Strike,
        Withdrawal,
    )


def facts_of(rows: SessionRows, *, is_whole: bool = True) -> rules.SessionFacts:
    """The facts that `rows` hold. Raises NotLoaded where a noun is missing.

    Facts that are not whole leave out the orders, answers, decisions and signatures that were not
    loaded, but for the signature that stands, which the session names. Certification and enrolment
    are those of today at the site.
    """
    from monitoring.models import Admission, Decision, Dose, DoseEnd, Order, Reading

    session = rows.session
    site, today = session.site, clock.now().astimezone(session.site.tz).date()
    orders = rows.standing(Order) if is_whole or rows.has(Order) else ()
    admissions = rows.standing(Admission) if is_whole or rows.has(Admission) else ()
    decisions = rows.standing(Decision) if is_whole or rows.has(Decision) else ()
    doses = [
        dose_facts(
            dose,
            rows.beside(dose, DoseEnd),
            first=rows.first(dose),
            first_end=_first_end(rows, dose),
        )
        for dose in rows.standing(Dose)
    ]
    return rules.SessionFacts(
        protocol=session.protocol_version.protocol(),
        phase=cast(rules.Phase, session.phase),
        planned_mg=float(session.planned_mg),
        last_seq=session.last_seq,
        is_admitted=session.admitted_at is not None,
        admitted_at=session.admitted_at,
        is_whole=is_whole,
        is_first_treatment=session.is_first_treatment,
        indication=session.indication,
        is_site_certified=holds(today, site.rems_certified_on, site.rems_certified_until),
        is_patient_enrolled=holds(today, session.patient.rems_enrolled_on),
        is_inpatient=site.is_inpatient,
        history=history_of(session),
        orders=tuple(map(order_facts, orders)),
        admissions=tuple(map(admission_facts, admissions)),
        decisions=tuple(map(decision_facts, decisions)),
        infusion=_infusion(rows),
        doses=tuple(d for d in doses if not d.has_failed),
        failed=tuple(d for d in doses if d.has_failed),
        readings=tuple(_reading(r, rows.first(r)) for r in rows.unstruck(Reading)),
        events=_events(rows),
        clearances=_clearances(rows, is_whole=is_whole),
        departure=_departure(rows),
        struck=struck_facts(rows),
    )


def _events(rows: SessionRows) -> tuple[rules.EventFacts, ...]:
    """What answers an event that was corrected answers its correction."""
    from monitoring.models import Event

    corrected = {e.replaces_id: e.id for e in rows.unstruck(Event) if e.replaces_id}
    found = []
    for row in rows.standing(Event):
        fact = event_facts(row, first=rows.first(row))
        about = fact.answers_event
        while about in corrected:
            about = corrected[about]
        if about != fact.answers_event:
            fact = replace(fact, answers_event=about)
        found.append(fact)
    return tuple(found)


def _first_end(rows: SessionRows, dose: Dose) -> DoseEnd | None:
    """The end that was entered first for `dose` or for what it replaces, back to where an end was
    taken away: it ran on from there."""
    from monitoring.models import Dose, DoseEnd

    found, row = rows.beside(dose, DoseEnd), dose
    while found and row.replaces_id and (earlier := rows.find(Dose, row.replaces_id)):
        if (end := rows.beside(earlier, DoseEnd)) is None:
            break
        row, found = earlier, end
    return found


def struck_facts(rows: SessionRows) -> tuple[StruckFacts, ...]:
    """Each strike that stands or waits, with the fact that it names."""
    from monitoring.models import Strike, StrikeConfirmation

    found = []
    for strike in rows.of(Strike):
        answer = rows.beside(strike, StrikeConfirmation)
        if answer is not None and not answer.is_confirmed:
            continue
        found.append(
            StruckFacts(
                id=strike.id,
                seq=strike.seq,
                at=strike.recorded_at,
                noun=strike.noun,
                kind=strike.kind,
                reason=strike.reason,
                by=strike.printed_name,
                waits=not rows.stands(strike),
                fact=_fact(rows, strike),
            )
        )
    return tuple(found)


def _fact(rows: SessionRows, strike: Strike) -> rules.Fact | None:
    """The fact that `strike` names, as the rules would read it."""
    from monitoring.models import Admission, Decision, Dose, DoseEnd, Event, Reading

    row = next((r for r in rows.every() if r.pk == strike.target), None)
    if isinstance(row, Admission):
        return admission_facts(row)
    if isinstance(row, Decision):
        return decision_facts(row)
    if isinstance(row, Dose):
        return dose_facts(row, rows.beside(row, DoseEnd), first=rows.first(row))
    if isinstance(row, Reading):
        return reading_facts(row, first=rows.first(row))
    return event_facts(row, first=rows.first(row)) if isinstance(row, Event) else None


def _clearances(rows: SessionRows, *, is_whole: bool) -> tuple[rules.ClearanceFacts, ...]:
    from monitoring.models import Clearance, Withdrawal

    if is_whole or rows.has(Clearance):
        found = rows.of(Clearance)
        return tuple(clearance_facts(c, rows.beside(c, Withdrawal)) for c in found)
    standing = rows.session.standing_clearance
    return (clearance_facts(standing, None),) if standing else ()


def _departure(rows: SessionRows) -> rules.DepartureFacts | None:
    """The database closes a session by its departure alone: in another phase none is asked for."""
    from monitoring.models import Departure

    found = rows.of(Departure) if rows.session.phase == "closed" else ()
    return departure_facts(found[0]) if found else None


def order_facts(row: Order) -> OrderFacts:
    return OrderFacts(
        seq=row.seq,
        at=row.recorded_at,
        mg=float(row.mg),
        treatment_phase=row.treatment_phase,
        reason=row.reason,
        by=row.printed_name,
    )


def admission_facts(row: Admission) -> rules.AdmissionFacts:
    return rules.AdmissionFacts(
        seq=row.seq,
        at=row.recorded_at,
        given={name: getattr(row, name) for name in QUESTIONS},
        fasting_reason=row.fasting_reason,
        transport_reason=row.transport_reason,
        contraindication_reason=row.contraindication_reason,
        prescriber=row.prescriber_name,
        prescriber_id=row.prescriber_id,
        by=row.recorded_by_id,
        watches=_watches(row),
    )


def _watches(row: Admission | Event) -> tuple[int, int] | None:
    """How many patients whoever took on the watch then watched, and the site's number."""
    if row.watches is None or row.watch_limit is None:
        return None
    return row.watches, row.watch_limit


def decision_facts(row: Decision) -> rules.DecisionFacts:
    return rules.DecisionFacts(
        seq=row.seq,
        at=row.recorded_at,
        outcome=cast(rules.Outcome, row.outcome),
        reason=row.reason,
        reading=row.reading_id,
        history=tuple(row.history),
    )


def _infusion(rows: SessionRows) -> InfusionOrder | None:
    """None where none was ordered by weight. Beyond the protocol it has the reason of the latest
    order, or that of the plan."""
    from monitoring.models import Order

    session = rows.session
    orders = rows.standing_if_loaded(Order)
    reason = next((o.beyond_reason or session.beyond_reason or o.reason for o in orders[-1:]), "")
    weight, mg_per_kg, minutes = session.weight_kg, session.mg_per_kg, session.infusion_minutes
    concentration = session.concentration
    if weight is None or mg_per_kg is None or concentration is None or minutes is None:
        return None
    if ordered_mg(weight, mg_per_kg) != session.planned_mg:
        # A later order was of another amount.
        mg_per_kg = per_kg(session.protocol_version.protocol(), weight, session.planned_mg)
    return InfusionOrder(
        weight_kg=weight,
        mg_per_kg=mg_per_kg,
        concentration=concentration,
        minutes=minutes,
        beyond_reason=reason or session.beyond_reason,
    )


def dose_facts(
    row: Dose,
    end: DoseEnd | None = None,
    *,
    first: Dose | None = None,
    first_end: DoseEnd | None = None,
) -> DoseFacts:
    """A correction has the place of `first`, the one that was entered then, and is as late. A part
    of an infusion has given nothing that is known before its end."""
    sprayed = sprayed_mg(float(row.mg), row.sprays, is_complete=row.is_complete)
    return DoseFacts(
        id=row.id,
        seq=(first or row).seq,
        number=row.number,
        mg=float(end.mg) if end else sprayed,
        started_at=row.started_at,
        ended_at=end.ended_at if end else None,
        is_complete=end.is_complete if end else row.is_complete,
        recorded_at=(first or row).recorded_at,
        early_reason=row.early_reason,
        late_reason=row.late_reason,
        end_recorded_at=(first_end or end).recorded_at if end else None,
        end_late_reason=end.late_reason if end else "",
        predose_reading=row.predose_reading_id,
        sprays=row.sprays,
        detail=end.partial_detail if end else row.partial_detail,
        complaint=row.complaint,
        is_paused=end is not None and end.kind == "paused",
        corrected=_corrected(row, (first or row).started_at),
    )


def _corrected(row: Dose | Event, was: datetime) -> Corrected | None:
    if not row.correction_reason:
        return None
    is_late = row.after_departure
    return Corrected(row.recorded_at, row.correction_reason, was, row.seq, is_late)


def _reading(row: Reading, first: Reading) -> rules.ReadingFacts:
    """The facts of a row are made once, and kept with it: a row never changes, and a verb makes
    those of its session before and after."""
    kept: tuple[Reading, rules.ReadingFacts] | None = vars(row).get(_KEPT)
    if kept is None or kept[0] is not first:
        kept = vars(row)[_KEPT] = first, reading_facts(row, first=first)
    return kept[1]


_KEPT = "facts_kept"


def reading_facts(row: Reading, *, first: Reading | None = None) -> rules.ReadingFacts:
    """A correction came after departure only where `first`, the one entered then, did: one that
    is corrected later counts as it did."""
    return rules.ReadingFacts(
        id=row.id,
        seq=row.seq,
        taken_at=row.taken_at,
        received_at=row.recorded_at,
        meant_for=row.slot,
        values={name: getattr(row, name) for name in value_fields()},
        not_done={o: code for o in OBSERVATIONS if (code := getattr(row, f"{o}_not_done"))},
        replaces=row.replaces_id,
        correction_reason=row.correction_reason,
        late_reason=row.late_reason,
        after_departure=(first or row).after_departure,
        corrected_after_departure=row.after_departure and row.replaces_id is not None,
    )


def event_facts(row: Event, *, first: Event | None = None) -> rules.EventFacts:
    """A correction has the place of `first`, the one that was entered then, and is as late."""
    return rules.EventFacts(
        id=row.id,
        seq=(first or row).seq,
        at=row.at,
        recorded_at=(first or row).recorded_at,
        kind=row.kind,
        late_reason=row.late_reason,
        symptoms=tuple(row.symptoms),
        answers_reading=row.answers_reading_id,
        answers_event=row.answers_event_id,
        answers_dose=row.answers_dose_id,
        corrected=_corrected(row, (first or row).at),
        repeat_minutes=row.repeat_minutes,
        is_serious=row.is_serious,
        detail=row.detail,
        informed=row.informed,
        ordered=row.ordered,
        screen=screen_facts(row) if row.kind == "screen" else None,
        after_departure=(first or row).after_departure,
        by=row.recorded_by_id,
        hands_over=row.hands_over,
        handed_to=row.handed_to_id,
        handed_to_name=row.handed_to_name,
        accepts=row.accepts_id,
        watches=_watches(row),
    )


def screen_facts(row: Event) -> ScreenFacts:
    return ScreenFacts(
        phq9_item9=row.phq9_item9,
        phq9_total=row.phq9_total,
        not_done=row.not_done,
        **{question: getattr(row, question) for question in CSSRS},
    )


def clearance_facts(row: Clearance, withdrawal: Withdrawal | None) -> rules.ClearanceFacts:
    return rules.ClearanceFacts(
        id=row.id,
        signed_at=row.signed_at,
        through_seq=row.through_seq,
        withdrawn_at=withdrawal.recorded_at if withdrawal else None,
        withdrawal_reason=withdrawal_reason(withdrawal) if withdrawal else "",
        justified=tuple(row.justifications),
        ready_minutes=row.ready_minutes,
    )


def withdrawal_reason(row: Withdrawal) -> str | AutomaticWithdrawal:
    """A person's words, or what made the record take the clearance back: for a reading, the fact
    before the withdrawal."""
    return AutomaticWithdrawal(row.reason, row.seq - 1) if row.is_automatic else row.reason


def departure_facts(row: Departure) -> rules.DepartureFacts:
    return rules.DepartureFacts(
        at=row.left_at,
        recorded_at=row.recorded_at,
        kind=cast(rules.DepartureKind, row.kind),
        late_reason=row.late_reason,
        escort_name=row.escort_name,
        no_escort_reason=row.no_escort_reason,
        is_advised=row.advice_given,
        last_seen_at=row.last_seen_at,
        noticed_by=row.noticed_by,
    )
