"""Every time that a verb takes, as a kind: late entries say why, both times are kept and told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from monitoring import actions
from monitoring.models import Session, TrailEntry
from monitoring.models.fact import uuid7
from monitoring.rules.deviations import deviations
from monitoring.rules.protocol import KETAMINE_IV
from monitoring.trail.compare import differences, loaded
from monitoring.trail.rebuild import rebuilt
from monitoring.trail.replay import replay
from tests.actions.refusals import refused
from tests.factories.courses import Clock, Visit, dosed, infused, predosed

pytestmark = pytest.mark.django_db
REASON = "Called to another patient"


def give(clock: Clock) -> tuple[Visit, Callable[..., Any]]:
    visit = predosed(clock)
    return visit, lambda at, **given: visit.dose(started_at=at, **given)


def start(clock: Clock) -> tuple[Visit, Callable[..., Any]]:
    visit = predosed(clock, protocol=KETAMINE_IV, planned_mg=36)
    return visit, lambda at, **given: visit.dose(started_at=at, **given)


def end(clock: Clock) -> tuple[Visit, Callable[..., Any]]:
    visit, _ = start(clock)
    visit.dose()

    def ended(at: datetime, **given: Any) -> Any:
        own = {"id": uuid7(), "mg": Decimal(36), "is_complete": True, "confirmed_at": at}
        return actions.end_infusion(visit.id, visit.nurse, ended_at=at, **(own | given))

    return visit, ended


def happen(clock: Clock) -> tuple[Visit, Callable[..., Any]]:
    visit = dosed(clock)
    return visit, lambda at, **given: visit.event(at=at, **given)


def answer(clock: Clock) -> tuple[Visit, Callable[..., Any]]:
    visit = dosed(clock)
    flagged = visit.event("symptom", symptoms=["chest_pain"])
    return visit, lambda at, **given: visit.respond(flagged.pk, at=at, **given)


CASES = pytest.mark.parametrize(
    ("made", "code"),
    [
        (give, "device_late"),
        (start, "infusion_start_late"),
        (end, "infusion_end_late"),
        (happen, "event_late"),
        (answer, "event_late"),
    ],
)


@CASES
def test_more_than_five_minutes_back_asks_why(clock: Clock, made: Any, code: str) -> None:
    _visit, record = made(clock)
    at = clock.now()
    clock.forward(minutes=5, seconds=1)
    with refused("late_reason", "late_reason"):
        record(at)
    with refused("late_reason", "late_reason"):
        record(at, late_reason="  ")


@CASES
def test_five_minutes_back_asks_nothing_and_is_no_deviation(
    clock: Clock, made: Any, code: str
) -> None:
    visit, record = made(clock)
    at = clock.now()
    clock.forward(minutes=5)
    record(at)
    assert code not in {d.code for d in deviations(visit.session.course(), clock.now())}


@CASES
def test_a_late_entry_is_kept_with_both_times_and_is_a_deviation(
    clock: Clock, made: Any, code: str
) -> None:
    visit, record = made(clock)
    at = clock.now()
    clock.forward(minutes=24)
    row = record(at, late_reason=f" {REASON} ")
    assert (row.recorded_at - at, row.late_reason) == (timedelta(minutes=24), REASON)
    (found,) = (d for d in deviations(visit.session.course(), clock.now()) if d.code == code)
    assert (found.at, found.params["minutes"], found.params["reason"]) == (at, 24, REASON)
    session = Session.objects.get(pk=visit.id)
    assert session.deviation_count == len(deviations(visit.session.course(), clock.now()))


@CASES
def test_the_trail_tells_the_reason_and_the_record_is_rebuilt_with_it(
    clock: Clock, made: Any, code: str
) -> None:
    visit, record = made(clock)
    at = clock.now()
    clock.forward(minutes=24)
    record(at, late_reason=REASON)
    told = replay(TrailEntry.objects.filter(chain=visit.id).order_by("seq"))
    assert not list(differences(told, loaded(visit.session)))
    assert rebuilt(told).course() == visit.session.course()


@CASES
def test_the_same_late_entry_sent_twice_is_one_row(clock: Clock, made: Any, code: str) -> None:
    _visit, record = made(clock)
    at = clock.now()
    clock.forward(minutes=24)
    sent = uuid7()
    first = record(at, id=sent, late_reason=REASON)
    assert record(at, id=sent, late_reason=REASON) == first


def test_a_window_begins_when_the_device_was_given_however_late_it_is_entered(
    clock: Clock,
) -> None:
    visit = predosed(clock)
    at = clock.now()
    clock.forward(minutes=24)
    visit.dose(started_at=at, late_reason=REASON)
    assert visit.session.course().window_ends_at == at + timedelta(minutes=120)


def test_the_end_of_an_infusion_carries_its_own_reason(clock: Clock) -> None:
    visit = infused(clock)
    (dose,) = visit.session.course().doses
    assert (dose.late_reason, dose.end_late_reason) == ("", "")
