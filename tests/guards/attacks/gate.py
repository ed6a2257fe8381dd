"""Attacks on the phase of a session, on signatures, and on what stands on them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import connection

from monitoring import models as nouns
from tests.clock import TestClock
from tests.guards.attacks.registry import SQLITE_ONLY, attack
from tests.guards.examples import (
    example,
    reviewed,
    signed,
    superseded,
    withdrawn,
)
from tests.guards.raw import copy, evict, update
from tests.guards.world import Clinic, Visit, open_clinic


@attack("session_evicts_none")
def _evicts_a_session(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    """Into the rowid of another session; one that nothing refers to."""
    one, other = (Visit(clinic, clock, is_ordered=False).row for _ in range(2))

    def act() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT rowid FROM monitoring_session WHERE id = %s", [other.id.hex])
            (place,) = cursor.fetchone()
        evict(one, rowid=place)

    return act


@attack("session_begins_planned")
def _born_dosed(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    row = Visit(clinic, clock).row
    return lambda: copy(row, phase="arrived", admitted_at=clock.now())


@attack("session_stays_as_planned")
def _another_patient(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    one, other = Visit(clinic, clock), Visit(clinic, clock)
    return lambda: update(one.row, patient_id=other.patient.id)


@attack("session_counter_moves_by_a_fact")
def _counter_put_back(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    visit, clearance = superseded(clinic, clock)
    return lambda: update(visit.row, last_seq=clearance.through_seq)


@attack("session_closed_by_departure")
def _closed_without_departure(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    visit = Visit(clinic, clock).ready()
    return lambda: update(visit.row, phase="closed", closed_at=clock.now(), outcome="discharged")


@attack("session_cleared_by_signature")
def _cleared_on_an_old_signature(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    visit, clearance = superseded(clinic, clock)
    return lambda: update(visit.row, phase="cleared", standing_clearance_id=clearance.id)


@attack("session_phase_agrees_with_doses")
def _cancelled_after_a_dose(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    visit = Visit(clinic, clock).dosed()
    return lambda: update(
        visit.row,
        phase="cancelled",
        first_dose_at=None,
        last_dose_at=None,
        cancelled_at=clock.now(),
        cancelled_by_id=clinic.nurse.id,
        cancel_reason="Nothing given",
    )


@attack("session_end_is_final")
def _ended_otherwise(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    visit = Visit(clinic, clock).dosed().transfer()
    return lambda: update(visit.row, outcome="discharged")


def _sign(visit: Visit, clock: TestClock, **changes: Any) -> Callable[[], None]:
    """Sign `facts` below the verb, like a signature that another session has."""
    like = signed(open_clinic("South"), clock)
    row = nouns.Clearance.objects.get(session=like.id)
    sound = {
        "session_id": visit.id,
        "through_seq": visit.row.last_seq,
        "signed_by_id": visit.clinic.clinician.id,
        "signed_at": clock.now(),
    }
    return lambda: copy(row, **{**sound, **changes})


@attack("clearance_signed_by_clinician")
def _signed_by_a_nurse(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    return _sign(Visit(clinic, clock).ready(), clock, signed_by_id=clinic.nurse.id)


@attack("clearance_covers_every_fact")
def _signed_over_an_unseen_reading(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    visit = Visit(clinic, clock).ready()
    return _sign(visit, clock, through_seq=visit.row.last_seq - 1)


@attack("clearance_signed_in_time")
def _dated_ahead(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    ahead = clock.now() + timedelta(days=36500)
    return _sign(Visit(clinic, clock).dosed(), clock, signed_at=ahead)


@attack("clearance_session_is_dosed")
def _signed_before_the_board_shows_a_dose(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    """The dose, too, was written below its verb."""
    dosed = Visit(clinic, clock).dosed()
    visit = Visit(clinic, clock).arrived()
    predose = visit.read(0)
    copy(
        nouns.Dose.objects.get(session=dosed.id),
        session_id=visit.id,
        seq=visit.row.last_seq + 1,
        predose_reading_id=predose.id,
    )
    clock.forward(minutes=120)
    return _sign(visit, clock)


@attack("clearance_window_elapsed")
def _signed_a_minute_early(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    visit = Visit(clinic, clock).dosed()
    start = clock.now()
    return _sign(visit, clock, signed_at=start + timedelta(minutes=119))


def _leave(visit: Visit, clock: TestClock, **changes: Any) -> Callable[[], None]:
    like = signed(open_clinic("South"), clock).discharge()
    row = nouns.Departure.objects.get(session=like.id)
    return lambda: copy(row, **{"session_id": visit.id, **changes})


@attack("departure_discharge_needs_clearance")
def _discharged_on_another_signature(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    visit, clearance = superseded(clinic, clock)
    return _leave(visit, clock, clearance_id=clearance.id, left_at=clearance.signed_at)


@attack("departure_left_in_time")
def _discharged_before_the_signature(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    visit = signed(clinic, clock)
    clearance = nouns.Clearance.objects.get(session=visit.id)
    left = clearance.signed_at - timedelta(seconds=1)
    return _leave(visit, clock, clearance_id=clearance.id, left_at=left)


@attack("departure_left_once")
def _left_before_arrival(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    like = Visit(clinic, clock).dosed().transfer()
    row = nouns.Departure.objects.get(session=like.id)
    visit = Visit(clinic, clock)
    return lambda: copy(row, session_id=visit.id)


@attack("departure_leaves_alone_by_clinician")
def _let_go_alone_by_a_nurse(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    visit = signed(clinic, clock)
    clearance = nouns.Clearance.objects.get(session=visit.id)
    return _leave(
        visit,
        clock,
        clearance_id=clearance.id,
        left_at=clearance.signed_at,
        no_escort_reason="Lives next door",
        recorded_by_id=clinic.nurse.id,
    )


@attack("clearance_suicidality_reviewed")
def _signed_over_a_positive_screen(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    visit = Visit(clinic, clock).ready()
    visit.respond(visit.screen(phq9_item9=1).pk)
    return _sign(visit, clock)


@attack("withdrawal_withdraws_once")
def _takes_back_a_stranger(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    visit, row = withdrawn(clinic, clock)
    _, theirs = superseded(clinic, clock)
    return lambda: copy(row, clearance_id=theirs.id, seq=visit.row.last_seq + 1)


@attack("clearance_binds_content_and_trail")
def _signed_over_another_trail(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    visit, row = superseded(clinic, clock)
    return lambda: copy(row, through_seq=visit.row.last_seq, chain_head="f" * 64)


@attack("amendment_session_has_ended")
def _amended_while_it_goes_on(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    _, row = example("amendment", clinic, clock)
    visit = Visit(clinic, clock).dosed()
    return lambda: copy(row, session_id=visit.id, seq=visit.row.last_seq + 1)


@attack("formanswers_after_the_end")
def _answered_for_a_form_while_it_goes_on(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    _, row = example("formanswers", clinic, clock)
    visit = Visit(clinic, clock).dosed()
    return lambda: copy(row, session_id=visit.id, seq=visit.row.last_seq + 1)


@attack("formfiling_after_the_end")
def _filed_where_nothing_was_given(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    _, row = example("formfiling", clinic, clock)
    visit = Visit(clinic, clock).arrived().transfer()
    return lambda: copy(row, session_id=visit.id, seq=visit.row.last_seq + 1)


@attack("formanswers_answered_again_with_reason")
def _answered_again_without_a_reason(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    visit, row = example("formanswers", clinic, clock)
    return lambda: copy(row, seq=visit.row.last_seq + 1, correction_reason="")


@attack("formfiling_has_a_digest")
def _filed_without_a_digest(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    visit, row = example("formfiling", clinic, clock)
    return lambda: copy(row, seq=visit.row.last_seq + 1, digest="not one")


@attack("session_names_a_filing")
def _filed_without_a_form(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    visit = signed(clinic, clock).discharge()
    return lambda: update(visit.row, form_filed_seq=visit.row.last_seq)


@attack("review_reviewed_once")
def _reviewed_by_a_nurse(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    visit, row = reviewed(clinic, clock)
    late = visit.read()
    changes: dict[str, Any] = {"reading_id": late.id, "recorded_by_id": clinic.nurse.id}
    return lambda: copy(row, seq=visit.row.last_seq + 1, **changes)


SQLITE_ONLY.add("guard_session_evicts_none")
