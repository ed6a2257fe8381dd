"""Leaving: no one is discharged before the signature stands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from monitoring import actions
from monitoring.actions import Conflict, NotAllowed
from monitoring.models import Departure
from monitoring.models.fact import uuid7
from tests.actions.refusals import refused
from tests.factories.courses import (
    Visit,
    admitted,
    discharged,
    dosed,
    observed,
    ready_to_sign,
    signed,
)
from tests.factories.place import SiteFactory, person

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("build", [dosed, observed, ready_to_sign])
def test_no_one_is_discharged_before_a_signature(clock: Any, build: Callable[..., Visit]) -> None:
    visit = build(clock)
    with refused("clearance_none", "kind"):
        visit.leave()
    assert not Departure.objects.exists()


def test_no_one_is_discharged_over_anything_unsigned(clock: Any) -> None:
    visit = signed(clock)
    visit.event()
    with refused("clearance_superseded", "kind"):
        visit.leave()


def test_a_discharge_closes_the_session_on_its_clearance(clock: Any) -> None:
    visit = discharged(clock)
    session = visit.session
    assert (session.phase, session.outcome) == ("closed", "discharged")
    assert session.departure.clearance == session.clearance_set.get()
    assert session.closed_at == clock.now()


@pytest.mark.parametrize("field", ["escort_name", "escort_phone", "transport"])
def test_a_discharge_names_escort_and_transport(clock: Any, field: str) -> None:
    with refused("required", field):
        signed(clock).leave(**{field: " "})


def test_without_an_escort_a_discharge_says_why(clock: Any) -> None:
    departure = signed(clock).leave(
        escort_name="", escort_phone="", no_escort_reason="Ward transport"
    )
    assert departure.no_escort_reason == "Ward transport"


def test_the_advice_is_confirmed_at_discharge(clock: Any) -> None:
    with refused("confirm", "advice_given"):
        signed(clock).leave(advice_given=None)


@pytest.mark.parametrize(
    ("kind", "field", "code", "empty"),
    [
        ("transferred", "destination", "required", ""),
        ("transferred", "reason", "required", ""),
        ("transferred", "had_serious_event", "unanswered", None),
        ("against_advice", "reason", "required", ""),
        ("against_advice", "clinician_told", "required", ""),
        ("against_advice", "had_serious_event", "unanswered", None),
    ],
)
def test_leaving_early_says_why_and_answers_for_serious_events(
    clock: Any, kind: str, field: str, code: str, empty: Any
) -> None:
    with refused(code, field):
        dosed(clock).leave(kind, **{field: empty})


@pytest.mark.parametrize("kind", ["transferred", "against_advice"])
def test_a_patient_can_leave_early_without_a_clearance_and_it_is_a_deviation(
    clock: Any, kind: str
) -> None:
    visit = dosed(clock)
    departure = visit.leave(kind)
    assert departure.clearance is None
    assert visit.session.outcome == kind
    assert visit.session.deviation_count == 1


def test_a_departure_is_recorded_once(clock: Any) -> None:
    visit, same = signed(clock), uuid7()
    first = visit.leave(id=same)
    assert visit.leave(id=same) == first
    with pytest.raises(Conflict) as caught:
        visit.leave()
    assert caught.value.theirs == first


def test_a_departure_is_of_a_known_kind_not_of_the_future_and_after_a_dose(clock: Any) -> None:
    visit = signed(clock)
    with refused("required", "kind"):
        visit.leave("vanished")
    with refused("future", "left_at"):
        visit.leave(left_at=clock.now() + timedelta(minutes=3))
    with refused("wrong_phase"):
        admitted(clock).leave("against_advice")


def test_departures_are_for_the_care_team_of_the_site(clock: Any) -> None:
    visit = signed(clock)
    for by in (person(visit.site, "auditor"), person(SiteFactory(), "nurse")):
        with pytest.raises(NotAllowed):
            actions.depart(visit.id, by, id=uuid7(), kind="discharged", left_at=clock.now())


def test_a_late_reading_is_named_by_the_roll_up(clock: Any) -> None:
    visit = dosed(clock)
    for minutes in (10, 25):
        clock.forward(minutes=minutes - 5)
        visit.read()
    clock.forward(minutes=60)
    visit.read(40)
    visit.leave("against_advice")
    # 15 and 30 were passed over, 40 was late, 60 was passed over, and the patient left early.
    assert visit.session.deviation_count >= 4


def _withdrawn(visit: Visit) -> None:
    visit.withdraw(visit.session.standing_clearance)


def _taken_back(visit: Visit) -> None:
    visit.read(systolic=158)


def _superseded(visit: Visit) -> None:
    visit.read()


def _lapsed(visit: Visit) -> None:
    visit.clock.forward(minutes=15)


@pytest.mark.parametrize(
    ("after", "state"),
    [(_withdrawn, "withdrawn"), (_taken_back, "withdrawn"), (_superseded, "superseded"),
     (_lapsed, "lapsed")],
)  # fmt: skip
def test_no_one_is_discharged_on_a_signature_that_no_longer_stands(
    clock: Any, after: Callable[[Visit], None], state: str
) -> None:
    visit = signed(clock)
    after(visit)
    with refused(f"clearance_{state}", "kind"):
        visit.leave()
    assert not Departure.objects.exists()


def test_who_left_before_the_signature_was_not_discharged(clock: Any) -> None:
    visit = signed(clock)
    with refused("before_clearance", "left_at"):
        visit.leave(left_at=clock.now() - timedelta(minutes=2, seconds=1))
    assert visit.leave(left_at=clock.now() - timedelta(minutes=2)).clearance


def test_a_clock_that_jumps_back_does_not_hold_a_signed_patient(clock: Any) -> None:
    visit = signed(clock)
    clock.forward(minutes=-60)
    assert visit.leave().clearance == visit.session.clearance_set.get()


def test_another_departure_under_the_same_id_is_a_conflict(clock: Any) -> None:
    visit, same = signed(clock), uuid7()
    first = visit.leave(id=same)
    with pytest.raises(Conflict) as caught:
        visit.leave(id=same, escort_name="Bob Jones")
    assert caught.value.theirs == first
