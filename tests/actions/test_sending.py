"""What is sent twice is one row; the same values twice are asked about, never kept silently."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from clinic.ids import uuid7
from monitoring import actions
from monitoring.actions import Conflict
from monitoring.actions.plan_session import Plan
from monitoring.actions.sending import Sending
from monitoring.models import Session
from monitoring.rules.filling import filling
from tests.actions.refusals import refused
from tests.clock import TestClock
from tests.factories.followed import TIMES
from tests.factories.people import person
from tests.factories.visits import Visit, dosed, infused, planned, predosed

pytestmark = pytest.mark.django_db
UNSURE = Sending(left_empty=TIMES)
Do = Callable[..., Any]


def a_reading(visit: Visit, sending: Sending = UNSURE, **given: Any) -> Any:
    return visit.read(sending=sending, **given)


def an_event(visit: Visit, sending: Sending = UNSURE, **given: Any) -> Any:
    return visit.event("symptom", symptoms=("nausea",), sending=sending, **given)


def an_answer(visit: Visit, sending: Sending = UNSURE, **given: Any) -> Any:
    return visit.respond(the_pain_of(visit).pk, sending=sending, **given)


def the_pain_of(visit: Visit) -> Any:
    """What is answered for."""
    events = visit.session.event_set.all()
    found = next((e for e in events if e.symptoms == ["chest_pain"]), None)
    return found or visit.event("symptom", symptoms=("chest_pain",))


def a_device(visit: Visit, sending: Sending = UNSURE, **given: Any) -> Any:
    return visit.dose(sending=sending, early_reason="The patient asked", **given)


ASKED: list[tuple[Do, Do, str]] = [
    (dosed, a_reading, "again_reading"),
    (dosed, an_event, "again_event"),
    (dosed, an_answer, "again_event"),
    (predosed, a_device, "again_dose"),
]


@pytest.mark.parametrize(("reached", "do", "code"), ASKED)
def test_the_same_a_moment_later_is_asked_about(
    clock: TestClock, reached: Do, do: Do, code: str
) -> None:
    visit = reached(clock, planned_mg=84)
    clock.forward(minutes=6)
    first = do(visit)
    clock.forward(minutes=4)
    with refused(code, "another"):
        do(visit)
    second = do(visit, Sending(is_another=True, left_empty=TIMES))
    assert second.pk != first.pk
    clock.forward(minutes=6)
    assert do(visit).pk not in {first.pk, second.pk}


def test_another_person_is_not_asked_about_the_same(clock: TestClock) -> None:
    visit = dosed(clock)
    an_event(visit)
    visit.nurse = person(visit.site, "nurse")
    assert an_event(visit).recorded_by == visit.nurse


@pytest.mark.parametrize(
    ("do", "changed"),
    [
        (a_reading, {"note": "looks pale"}),
        (a_reading, {"late_reason": "Tablet was charging"}),
        (an_event, {"detail": "after the meal"}),
        (an_event, {"late_reason": "Tablet was charging"}),
        (an_answer, {"ordered": "ECG"}),
        (an_answer, {"late_reason": "Tablet was charging"}),
    ],
)
def test_the_same_id_with_another_note_or_reason_is_a_conflict(
    clock: TestClock, do: Do, changed: dict[str, str]
) -> None:
    visit, same = dosed(clock), uuid7()
    sent = do(visit, id=same)
    assert do(visit, id=same) == sent
    with pytest.raises(Conflict):
        do(visit, id=same, **changed)


@pytest.mark.parametrize(
    ("do", "time"), [(a_reading, "taken_at"), (an_event, "at"), (an_answer, "at")]
)
def test_the_same_id_with_another_time_is_a_conflict(clock: TestClock, do: Do, time: str) -> None:
    visit, same = dosed(clock), uuid7()
    the_pain_of(visit)
    clock.forward(minutes=10)
    typed = {time: clock.now() - timedelta(minutes=4)}
    sent = do(visit, Sending(), id=same, **typed)
    clock.forward(minutes=1)
    assert do(visit, Sending(), id=same, **typed) == sent
    with pytest.raises(Conflict):
        do(visit, Sending(), id=same, **{time: typed[time] + timedelta(minutes=1)})
    with pytest.raises(Conflict):
        do(visit, UNSURE, id=same)


@pytest.mark.parametrize("do", [a_reading, an_event, an_answer])
def test_an_empty_time_does_not_disagree_with_itself(clock: TestClock, do: Do) -> None:
    visit, same = dosed(clock), uuid7()
    sent = do(visit, id=same)
    clock.forward(minutes=25)
    assert do(visit, id=same) == sent


def test_the_end_of_an_infusion_and_a_departure_compare_their_time(clock: TestClock) -> None:
    visit, same = infused(clock), uuid7()
    left = clock.now()
    gone = visit.leave("transferred", id=same, left_at=left)
    clock.forward(minutes=1)
    assert visit.leave("transferred", id=same, left_at=left) == gone
    with pytest.raises(Conflict):
        visit.leave("transferred", id=same, left_at=left - timedelta(minutes=3))


def test_a_plan_sent_again_with_another_room_is_a_conflict(clock: TestClock) -> None:
    visit = planned(clock, room="Chair 3")
    session = visit.session
    again: dict[str, Any] = {
        "protocol_version_id": visit.version.pk,
        "planned_for": session.planned_for,
        "planned_mg": session.planned_mg,
        "indication": session.indication,
        "is_first_treatment": session.is_first_treatment,
        "treatment_phase": session.treatment_phase,
        "planned_reason": session.planned_reason,
    }

    def send(room: str) -> Session:
        return actions.plan_session(
            visit.nurse,
            id=session.pk,
            patient_id=visit.patient.pk,
            plan=Plan(room=room, **again),
        )

    assert send("Chair 3") == session
    with pytest.raises(Conflict):
        send("Chair 4")


def test_a_slot_that_is_recorded_is_asked_about(clock: TestClock) -> None:
    visit = dosed(clock)
    clock.forward(minutes=35)
    a_reading(visit, asked=40)
    with refused("slot_taken", "another"):
        a_reading(visit, asked=40, systolic=130)
    second = a_reading(visit, Sending(is_another=True), asked=40, systolic=130)
    assert second.pk not in filling(visit.session.facts()).homes
    # Before the dose the same reading may be taken again.
    other = predosed(clock)
    assert a_reading(other, asked=0, systolic=130).systolic == 130
