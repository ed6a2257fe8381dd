"""Verbs in any order: the steps, and what must be true of a session after each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

from clinic.ids import uuid7
from clinic.models import TrailEntry
from clinic.trail.chain import entries_of
from clinic.trail.differences import differences
from clinic.trail.replay import State, replay
from monitoring import actions
from monitoring.actions.correct_dose import DoseCorrection
from monitoring.actions.correct_event import EventCorrection
from monitoring.actions.plan_session import Plan
from monitoring.actions.register_patient import NewPatient
from monitoring.models import (
    Admission,
    Call,
    Clearance,
    Decision,
    Departure,
    Dose,
    DoseEnd,
    Event,
    Order,
    Patient,
    Reading,
    Review,
    Session,
    SessionFact,
    Strike,
    StrikeConfirmation,
    Withdrawal,
)
from monitoring.proof import compare
from monitoring.rules.flags import unanswered
from monitoring.rules.late_doses import ids_to_review
from monitoring.rules.phase import phase_of
from monitoring.rules.protocol import SPRAVATO_US
from monitoring.rules.schedule import next_slot
from tests.factories.protocols import by_weight, change_protocol, in_use
from tests.factories.visits import Visit
from tests.sequences.watch import accept, hand_over, offer, strike_contact

Step = Callable[[Visit], Any]


def _respond(visit: Visit) -> Any:
    open_flags = unanswered(visit.session.facts())
    return visit.respond(open_flags[0].fact.id) if open_flags else None


def _withdraw(visit: Visit) -> Any:
    latest = visit.session.clearance_set.last()
    return visit.withdraw(latest) if latest else None


def _read_slot(visit: Visit) -> Any:
    slot = next_slot(visit.session.facts(), visit.clock.now())
    return visit.read(slot.minutes if slot else 0)


def _correct(visit: Visit) -> Any:
    standing = visit.session.facts().standing_readings
    if not standing:
        return None
    return actions.correct_reading(
        visit.id,
        visit.nurse,
        id=uuid7(),
        replaces=standing[-1].id,
        entry=visit.entry(systolic=131),
        reason="Wrong arm",
    )


def _twice(visit: Visit) -> Any:
    same = uuid7()
    first = visit.read(id=same)
    assert visit.read(id=same) == first
    return first


def _late(visit: Visit) -> Any:
    taken = visit.clock.now() - timedelta(minutes=12)
    return visit.read(taken_at=taken, late_reason="Tablet was charging")


def _end_infusion(visit: Visit) -> Any:
    now = visit.clock.now()
    return actions.end_infusion(
        visit.id, visit.nurse, id=uuid7(), ended_at=now, mg=Decimal(36), is_complete=True
    )


def _resolve(visit: Visit) -> Any:
    symptom = visit.session.event_set.filter(kind="symptom").first()
    return symptom and visit.event("resolution", detail="Gone", resolves_id=symptom.pk)


def _amend(visit: Visit) -> Any:
    reading = visit.session.reading_set.last()
    about = {"about": "reading", "about_id": reading.pk} if reading else {}
    return visit.amend(**about)


def _review(visit: Visit) -> Any:
    waiting = Reading.objects.filter(session=visit.id, after_departure=True, review=None).first()
    return waiting and visit.review(waiting)


def _strike(noun: type[SessionFact], *, by_clinician: bool) -> Step:
    """The last fact of `noun` that counts."""

    def step(visit: Visit) -> Any:
        rows = visit.session.rows.standing_if_loaded(noun)
        by = visit.clinician if by_clinician else visit.nurse
        return visit.strike(rows[-1], by=by) if rows else None

    return step


def _correct_dose(visit: Visit, *, by_clinician: bool = False) -> Any:
    """The last device a minute later, or, by a clinician, earlier; an infusion keeps its end."""
    rows = visit.session.rows.standing(Dose)
    if not rows:
        return None
    moved = timedelta(minutes=-1 if by_clinician else 1)
    return actions.correct_dose(
        visit.id,
        visit.clinician if by_clinician else visit.nurse,
        id=uuid7(),
        replaces=rows[-1].pk,
        correction=DoseCorrection(started_at=rows[-1].started_at + moved, lot="B77"),
        reason="Misread",
    )


def _correct_event(visit: Visit) -> Any:
    rows = [e for e in visit.session.rows.standing(Event) if e.detail]
    return (
        None
        if not rows
        else actions.correct_event(
            visit.id,
            visit.nurse,
            id=uuid7(),
            replaces=rows[-1].pk,
            correction=EventCorrection(detail="Put right"),
            reason="Misread",
        )
    )


def _confirm(visit: Visit) -> Any:
    waiting = visit.session.strike_set.filter(needs_confirmation=True, confirmation=None).first()
    return waiting and visit.confirm(waiting)


def _refuse_strike(visit: Visit) -> Any:
    waiting = visit.session.strike_set.filter(needs_confirmation=True, confirmation=None).last()
    return waiting and visit.confirm(waiting, is_confirmed=False, reason="It was given")


def _register(visit: Visit) -> Any:
    return actions.register_patient(
        visit.site,
        visit.nurse,
        id=uuid7(),
        patient=NewPatient(
            mrn=uuid7().hex[-12:],
            family_name=f"Doe {uuid7().hex}",
            given_name=f"Ann {uuid7().hex}",
            date_of_birth=date(1980, 1, 1),
            sex="female",
        ),
    )


def _plan(visit: Visit) -> Any:
    """Another session for the same patient, whose own goes on beside it."""
    return actions.plan_session(
        visit.nurse,
        id=uuid7(),
        patient_id=visit.patient.pk,
        plan=Plan(
            protocol_version_id=in_use(visit.site, visit.version.key).pk,
            planned_mg=Decimal(56),
            infusion=by_weight(visit.version.protocol(), 56),
            planned_for=visit.clock.now(),
            indication="trd",
            is_first_treatment=False,
        ),
    )


def _amend_patient(visit: Visit) -> object:
    """Each time to another telephone number: what is as it was is no amendment."""
    times = Patient.objects.get(pk=visit.patient.pk).amended
    return visit.amend_patient(telephone=f"555 {times:04}")


def _review_event(visit: Visit) -> Any:
    waiting = ids_to_review(visit.session.facts())
    return visit.review_event(min(waiting)) if waiting else None


def _tell_late(visit: Visit) -> Any:
    """Suicidal thoughts and a fall, told on the telephone."""
    told = {"adverse_detail": "Fell", "is_serious": True, "onset_at": visit.clock.now()}
    return visit.call(has_suicidal_thoughts=True, had_adverse_event=True, **told)


STEPS: dict[str, Step] = {
    "order": lambda v: v.order(by=v.clinician, mg=int(v.session.planned_mg)),
    "hand over": hand_over,
    "offer": offer,
    "accept": accept,
    "screen": lambda v: v.screen(),
    "screen positive": lambda v: v.screen(phq9_item9=1),
    "review event": _review_event,
    "medicate": lambda v: v.medicate(),
    "contact": lambda v: v.contact(3),
    "strike contact": strike_contact,
    "call": _tell_late,
    "answer form": lambda v: v.answer_form(),
    "file form": lambda v: v.file_form(),
    "admit": lambda v: v.admit(),
    "read": _read_slot,
    "read high": lambda v: v.read(systolic=188, diastolic=95),
    "read again": lambda v: v.read(),
    "read twice": _twice,
    "read late": _late,
    "correct": _correct,
    "delay": lambda v: v.decide("delay"),
    "adverse event": lambda v: v.event("adverse_event", is_serious=False, onset_at=v.clock.now()),
    "cancel": lambda v: actions.cancel_session(v.id, v.nurse, reason="Rang"),
    "defer": lambda v: actions.defer_dose(v.id, v.nurse, reason="Unwell"),
    "decide": lambda v: v.decide(),
    "stop": lambda v: v.decide("do_not_give"),
    "dose": lambda v: v.dose(),
    "end infusion": _end_infusion,
    "event": lambda v: v.event(),
    "symptom": lambda v: v.event("symptom", symptoms=("chest_pain",)),
    "resolve": _resolve,
    "respond": _respond,
    "sign": lambda v: v.sign(),
    "sign wrongly": lambda v: v.sign(password="not it"),
    "withdraw": _withdraw,
    "discharge": lambda v: v.leave(),
    "transfer": lambda v: v.leave("transferred"),
    "leave": lambda v: v.leave("against_advice"),
    "leave unseen": lambda v: v.leave("left_unseen"),
    "amend": _amend,
    "review": _review,
    "strike reading": _strike(Reading, by_clinician=False),
    "strike dose": _strike(Dose, by_clinician=False),
    "strike event": _strike(Event, by_clinician=False),
    "strike dose at once": _strike(Dose, by_clinician=True),
    "strike decision at once": _strike(Decision, by_clinician=True),
    "strike arrival at once": _strike(Admission, by_clinician=True),
    "strike event at once": _strike(Event, by_clinician=True),
    "strike reading at once": _strike(Reading, by_clinician=True),
    "strike call": _strike(Call, by_clinician=False),
    "strike order at once": _strike(Order, by_clinician=True),
    "correct dose": _correct_dose,
    "correct dose to earlier": partial(_correct_dose, by_clinician=True),
    "correct event": _correct_event,
    "confirm": _confirm,
    "refuse strike": _refuse_strike,
    "publish": lambda v: actions.publish_protocol(SPRAVATO_US, site=v.site, by=v.clinician),
    "change protocol": lambda v: change_protocol(v.site, v.clinician, key=v.version.key),
    "register": _register,
    "amend patient": _amend_patient,
    "plan": _plan,
    "wait 5": lambda v: v.clock.forward(minutes=5),
    "wait 20": lambda v: v.clock.forward(minutes=20),
    "wait 130": lambda v: v.clock.forward(minutes=130),
}
SAYS_NOTHING_CLINICAL = {"contact", "strike contact"}
"""Steps that move neither counter nor phase, whatever they meet: a signature stands."""
TELLS_ANOTHER = {"publish", "change protocol", "register", "amend patient", "plan"}
"""Steps that go on another chain than the session's."""
_STRUCK = (
    "strike reading", "strike dose", "strike event", "strike dose at once",
    "strike decision at once", "strike arrival at once", "strike event at once",
    "strike reading at once", "correct dose", "correct dose to earlier", "correct event",
    "confirm", "confirm", "refuse strike",
)  # fmt: skip
_RECORDED = (
    "read", "read high", "read again", "read twice", "read late", "correct",
    "event", "adverse event", "symptom", "resolve", "respond", *_STRUCK,
    "screen", "screen positive", "review event", "medicate", "contact", "strike contact",
)  # fmt: skip
_PASSES = ("wait 5", "wait 20", "wait 130")
_LEAVES = ("transfer", "leave", "leave unseen")
LIKELY: dict[str, tuple[str, ...]] = {
    "planned": ("admit", "cancel", "register", "plan", *_PASSES),
    "arrived": (*_RECORDED, "admit", "order", "strike order at once", "delay", "decide", "stop",
                "dose", "defer", *_PASSES),
    "dosing": (*_RECORDED, "delay", "decide", "stop", "dose", "end infusion", "sign", "withdraw",
               *_LEAVES, *_PASSES),
    "observing": (*_RECORDED, "dose", "sign", "sign", "sign wrongly", "withdraw", *_LEAVES,
                  *_PASSES),
    "cleared": (*_RECORDED, "dose", "withdraw", "discharge", *_LEAVES, *_PASSES),
    "closed": ("symptom", "call", "review event", "correct", "correct event", "correct dose",
               "answer form", "file form", "strike contact",
               "read", "read high", "read again", "read twice",
               "review", "amend", "wait 5",
               "amend patient", "publish", "strike call", *_STRUCK),
    "cancelled": ("amend", "register", "plan"),
}  # fmt: skip
"""Steps that are worth trying in a phase; most of the others are refused there."""
USUAL = [
    "admit", "read", "dose", "wait 5", "dose", "wait 20", "wait 20", "read", "wait 130", "read",
]  # fmt: skip
STARTS: tuple[list[str], ...] = ([], USUAL, [*USUAL, "sign"], [*USUAL, "sign", "discharge"])
"""A random order alone seldom reaches a signature, so some begin beyond it."""
EVERY_VERB: tuple[list[str], ...] = (
    ["order", "admit", "hand over", "offer", "accept", "screen positive", "respond", "review event",
     "read high", "decide", "dose", "medicate", "read", "correct", "event", "symptom", "respond",
     "resolve", "strike event at once", "event", "correct event", "end infusion", "wait 5",
     "strike dose", "refuse strike", "correct dose to earlier",
     "contact", "wait 130", "wait 20", "read", "sign", "withdraw", "read", "sign", "discharge",
     "strike contact", "read again", "review", "amend", "strike reading", "confirm", "call",
     "review event"],
    ["admit", "read", "defer"],
    ["cancel"],
    ["admit", "read", "dose", "transfer", "answer form", "file form"],
)  # fmt: skip
"""Orders in which each verb is done at least once, none of them refused."""


def whole(visit: Visit) -> Session:
    found = Session.objects.all().whole(visit.id)
    assert found is not None
    return found


def tables(session: Session) -> State:
    """Every row of a session."""
    return {table: dict(rows) for table, rows in compare.loaded(session).items()}


@dataclass(frozen=True)
class Standing:
    """What every written step moves: asked where nothing may have been written."""

    last_seq: int
    phase: str
    entries: int


def standing(session_id: UUID) -> Standing:
    counter, phase = Session.objects.values_list("last_seq", "phase").get(pk=session_id)
    return Standing(counter, phase, TrailEntry.objects.filter(chain=session_id).count())


def check(session: Session, state: State, before: State) -> None:
    """Nothing was lost or changed, numbers have no gap, the phase is that of the facts, and who was
    discharged left on the latest signature, over everything."""
    for table, rows in before.items():
        if table != "session":
            assert rows.items() <= state[table].items(), table
    numbers = sorted(row["seq"] for rows in state.values() for row in rows.values() if "seq" in row)
    assert numbers == list(range(1, session.last_seq + 1))
    assert session.phase == phase_of(session.facts())
    loaded = session.rows
    for departure in loaded.of(Departure):
        if departure.kind != "discharged":
            continue
        latest = max(loaded.of(Clearance), key=lambda c: c.through_seq)
        assert departure.clearance_id == latest.pk
        assert loaded.beside(latest, Withdrawal) is None
        after = {review.seq for review in loaded.of(Review)}
        after |= {r.seq for r in loaded.of(Reading) if r.after_departure}
        after |= {e.seq for e in loaded.of(Event) if e.after_departure}
        late = {d.pk: d.seq for d in loaded.of(Dose) if d.after_departure}
        after |= {*late.values(), *(e.seq for e in loaded.of(DoseEnd) if e.dose_id in late)}
        ended = (noun for noun in SessionFact.tables() if noun.is_only_after_end)
        after |= {row.seq for noun in ended for row in loaded.of(noun)}
        strikes = (*loaded.of(Strike), *loaded.of(StrikeConfirmation))
        after |= {s.seq for s in strikes if s.seq > latest.through_seq}
        assert latest.through_seq == max(set(numbers) - after)


def check_log(visit: Visit, state: State) -> int:
    """The log tells exactly what the tables hold; answers how many entries it has."""
    entries = entries_of(visit.id)
    held = {table: list(rows.items()) for table, rows in state.items()}
    assert list(differences(replay(entries), held)) == []
    return len(entries)
