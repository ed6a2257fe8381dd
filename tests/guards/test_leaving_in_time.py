"""The times of a discharge, held below the verb: signature, lapse, window, and the present."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from monitoring.actions import Refused
from monitoring.models import Clearance, Departure
from tests.clock import TestClock
from tests.engine import USES_POSTGRESQL
from tests.guards.examples import signed
from tests.guards.raw import copy, run
from tests.guards.ready_made import departure
from tests.guards.world import Clinic, Visit, open_clinic

pytestmark = pytest.mark.usefixtures("owner")
AN_HOUR = timedelta(hours=1)


def without(*guards: str) -> None:
    """What these guards would stop has gone in: a clock ran ahead, or the file was written to."""
    for guard in guards:
        place = " ON monitoring_clearance" if USES_POSTGRESQL else ""
        run(f"DROP TRIGGER guard_clearance_{guard}{place}")


def signed_below(visit: Visit, clock: TestClock, at: datetime) -> Clearance:
    """`facts` signed at a moment that the verb would refuse."""
    like = Clearance.objects.get(session=signed(open_clinic("South"), clock).id)
    copy(
        like,
        session_id=visit.id,
        through_seq=visit.row.last_seq,
        signed_by_id=visit.clinic.clinician.id,
        signed_at=at,
    )
    return Clearance.objects.get(session=visit.id)


def leave(visit: Visit, clearance: Clearance, left_at: datetime) -> None:
    row = departure(visit, clearance)
    row.left_at = left_at
    with transaction.atomic():
        row.save()


Moment = Callable[[Clearance], datetime]
OUT_OF_TIME: dict[str, Moment] = {
    "before the signature": lambda c: c.signed_at - timedelta(seconds=1),
    "after it lapsed": lambda c: c.signed_at + timedelta(minutes=15, seconds=1),
}
IN_TIME: dict[str, Moment] = {
    "with the signature": lambda c: c.signed_at,
    "before it lapses": lambda c: c.signed_at + timedelta(minutes=14, seconds=59),
}


@pytest.mark.parametrize("when", OUT_OF_TIME)
def test_no_discharge_outside_the_time_of_its_signature(
    when: str, clinic: Clinic, clock: TestClock
) -> None:
    visit = signed(clinic, clock)
    clearance = Clearance.objects.get(session=visit.id)
    with pytest.raises(IntegrityError, match="guard_departure_left_in_time"):
        leave(visit, clearance, OUT_OF_TIME[when](clearance))


@pytest.mark.parametrize("when", IN_TIME)
def test_a_discharge_within_the_time_of_its_signature_goes_through(
    when: str, clinic: Clinic, clock: TestClock
) -> None:
    visit = signed(clinic, clock)
    clearance = Clearance.objects.get(session=visit.id)
    clock.forward(minutes=60)
    leave(visit, clearance, IN_TIME[when](clearance))
    connection.check_constraints()
    assert Departure.objects.filter(session=visit.id).exists()


def test_no_discharge_on_a_signature_of_a_time_to_come(clinic: Clinic, clock: TestClock) -> None:
    visit = Visit(clinic, clock).ready()
    ahead = datetime.now(UTC) + AN_HOUR
    without("signed_in_time")
    clearance = signed_below(visit, clock, ahead)
    with pytest.raises(IntegrityError, match="guard_departure_left_in_time"):
        leave(visit, clearance, ahead)


def test_a_discharge_asks_the_window_again(clinic: Clinic, clock: TestClock) -> None:
    visit = Visit(clinic, clock).dosed()
    early = clock.now() + timedelta(minutes=119)
    without("window_elapsed")
    clearance = signed_below(visit, clock, early)
    with pytest.raises(IntegrityError, match="guard_departure_left_in_time"):
        leave(visit, clearance, early)


def test_no_discharge_while_an_infusion_runs(clinic: Clinic, clock: TestClock) -> None:
    visit = Visit(clinic, clock, infusion=True).dosed()
    late = clock.now() + timedelta(minutes=600)
    without("window_elapsed")
    clearance = signed_below(visit, clock, late)
    with pytest.raises(IntegrityError, match="guard_departure_left_in_time"):
        leave(visit, clearance, late)


@pytest.mark.skipif(USES_POSTGRESQL, reason="PostgreSQL stores no time that it cannot read")
@pytest.mark.parametrize("text", ["now", "2460000.5", "2026-02-31 10:00:00", "soon", ""])
def test_a_time_that_cannot_be_read_is_no_time_of_leaving(
    text: str, clinic: Clinic, clock: TestClock
) -> None:
    visit = signed(clinic, clock)
    row = departure(visit, Clearance.objects.get(session=visit.id))
    run(
        "DROP TRIGGER guard_departure_well_formed"
    )  # It refuses the form before its meaning is asked.
    with pytest.raises(IntegrityError, match="guard_departure_left_in_time"), transaction.atomic():
        copy(row, left_at=text)


def test_the_verb_says_in_words_what_the_guard_refused(
    clinic: Clinic, clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server's clock agrees with itself; the database's does not agree with it."""
    visit = Visit(clinic, clock).ready()
    ahead = datetime.now(UTC) + AN_HOUR
    without("signed_in_time")
    signed_below(visit, clock, ahead)
    run(
        "UPDATE monitoring_session SET phase = 'cleared', standing_clearance_id ="
        " (SELECT id FROM monitoring_clearance WHERE session_id = %s) WHERE id = %s",
        visit.id,
        visit.id,
    )
    clock.travel_to(ahead)
    # The guards' own check would refuse every verb while one is missing.
    monkeypatch.setattr("monitoring.guards.require", lambda: None)
    with pytest.raises(Refused) as caught:
        visit.discharge()
    assert [r.code for r in caught.value.messages] == ["left_out_of_time"]
