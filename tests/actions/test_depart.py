"""Leaving: no one is discharged before the signature stands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from clinic.ids import uuid7
from monitoring import actions
from monitoring.actions import Conflict, NotAllowed
from monitoring.actions.depart import Leaving
from monitoring.models import Departure
from monitoring.rules.deviations import deviations
from monitoring.rules.readiness import clearance_state
from tests.actions.refusals import refused
from tests.clock import TestClock
from tests.factories.people import SiteFactory, person
from tests.factories.visits import (
    Visit,
    discharged,
    dosed,
    infused,
    observed,
    planned,
    ready_to_sign,
    signed,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("build", [dosed, observed, ready_to_sign])
def test_no_one_is_discharged_before_a_signature(
    clock: TestClock, build: Callable[..., Visit]
) -> None:
    visit = build(clock)
    with refused("clearance_none", "kind"):
        visit.leave()
    assert not Departure.objects.exists()


def test_no_one_is_discharged_over_anything_unsigned(clock: TestClock) -> None:
    visit = signed(clock)
    visit.event()
    with refused("clearance_superseded", "kind"):
        visit.leave()


def test_a_discharge_closes_the_session_on_its_clearance(clock: TestClock) -> None:
    visit = discharged(clock)
    session = visit.session
    assert (session.phase, session.outcome) == ("closed", "discharged")
    assert session.departure.clearance == session.clearance_set.get()
    assert session.closed_at == clock.now()


@pytest.mark.parametrize("field", ["escort_name", "escort_phone", "transport"])
def test_a_discharge_names_escort_and_transport(clock: TestClock, field: str) -> None:
    with refused("required", field):
        signed(clock).leave(**{field: " "})


ALONE = {"escort_name": "", "escort_phone": "", "no_escort_reason": "Lives next door"}


def test_without_an_escort_a_clinician_says_why_and_a_nurse_cannot(clock: TestClock) -> None:
    visit = signed(clock)
    with refused("alone_by_clinician", "no_escort_reason"):
        visit.leave(**ALONE)
    departure = visit.leave(**ALONE, by=visit.clinician)
    assert departure.no_escort_reason == "Lives next door"


def test_the_advice_is_confirmed_at_discharge(clock: TestClock) -> None:
    with refused("confirm", "advice_given"):
        signed(clock).leave(advice_given=None)


@pytest.mark.parametrize(
    ("kind", "field", "code", "empty"),
    [
        ("transferred", "destination", "required", ""),
        ("transferred", "reason", "required", ""),
        ("transferred", "had_serious_event", "unanswered", None),
        ("against_advice", "reason", "required", ""),
        ("against_advice", "clinician_informed", "required", ""),
        ("against_advice", "had_serious_event", "unanswered", None),
        ("against_advice", "advice_given", "unanswered", None),
        ("against_advice", "transport", "required", ""),
        ("transferred", "serious_event_detail", "required", " "),
        ("left_unseen", "reason", "required", ""),
        ("left_unseen", "noticed_by", "required", ""),
        ("left_unseen", "last_seen_at", "required", None),
        ("left_unseen", "had_serious_event", "unanswered", None),
    ],
)
def test_leaving_early_says_why_and_answers_for_serious_events(
    clock: TestClock, kind: str, field: str, code: str, empty: Any
) -> None:
    with refused(code, field):
        dosed(clock).leave(kind, **{field: empty})


@pytest.mark.parametrize("kind", ["transferred", "against_advice", "left_unseen"])
def test_a_patient_can_leave_early_without_a_clearance_and_it_is_a_deviation(
    clock: TestClock, kind: str
) -> None:
    visit = dosed(clock)
    departure = visit.leave(kind)
    assert departure.clearance is None
    assert visit.session.outcome == kind
    found = {d.code for d in deviations(visit.session.facts(), clock.now())}
    more = {
        "transferred": {"serious_event"},
        "against_advice": {"left_alone"},
        "left_unseen": {"not_advised"},
    }
    assert found == {kind, *more[kind]}
    assert visit.session.deviation_count == len(found)


def test_a_departure_is_recorded_once(clock: TestClock) -> None:
    visit, same = signed(clock), uuid7()
    first = visit.leave(id=same)
    assert visit.leave(id=same) == first
    with pytest.raises(Conflict) as caught:
        visit.leave()
    assert caught.value.theirs == first


def test_a_departure_is_of_a_known_kind_not_of_the_future_and_after_arrival(
    clock: TestClock,
) -> None:
    visit = signed(clock)
    with refused("required", "kind"):
        visit.leave("vanished")
    with refused("future", "left_at"):
        visit.leave(left_at=clock.now() + timedelta(minutes=3))
    with refused("wrong_phase"):
        planned(clock).leave("against_advice")


def test_departures_are_for_the_care_team_of_the_site(clock: TestClock) -> None:
    visit = signed(clock)
    for by in (person(visit.site, "auditor"), person(SiteFactory.create(), "nurse")):
        with pytest.raises(NotAllowed):
            actions.depart(
                visit.id,
                by,
                id=uuid7(),
                leaving=Leaving(
                    kind="discharged",
                    left_at=clock.now(),
                ),
            )


def test_a_late_reading_is_named_by_the_roll_up(clock: TestClock) -> None:
    visit = dosed(clock)
    for minutes in (10, 25):
        clock.forward(minutes=minutes - 5)
        visit.read()
    clock.forward(minutes=60)
    visit.read(40)
    visit.leave("against_advice")
    # One slot was passed over, 40 was late, and the patient left early.
    assert visit.session.deviation_count >= 3


def _withdrawn(visit: Visit) -> None:
    visit.withdraw(visit.session.clearance_set.get())


def _taken_back(visit: Visit) -> None:
    visit.read(systolic=158)


def _superseded(visit: Visit) -> None:
    visit.read()


@pytest.mark.parametrize(
    ("after", "state"),
    [(_withdrawn, "withdrawn"), (_taken_back, "withdrawn"), (_superseded, "superseded")],
)
def test_no_one_is_discharged_on_a_signature_that_no_longer_stands(
    clock: TestClock, after: Callable[[Visit], None], state: str
) -> None:
    visit = signed(clock)
    after(visit)
    with refused(f"clearance_{state}", "kind"):
        visit.leave()
    assert not Departure.objects.exists()


def test_who_left_before_the_signature_was_not_discharged(clock: TestClock) -> None:
    visit = ready_to_sign(clock)
    clock.forward(seconds=40)
    signed_at = visit.sign().signed_at
    with refused("before_clearance", "left_at"):
        visit.leave(left_at=signed_at - timedelta(seconds=41))
    assert visit.leave(left_at=signed_at - timedelta(seconds=40)).left_at == signed_at


def test_a_signature_of_a_time_to_come_carries_no_discharge_until_then(clock: TestClock) -> None:
    """The clock had run an hour ahead, was signed by, and was set right."""
    visit = observed(clock, through=60)
    clock.forward(minutes=66)
    visit.read(None)
    clearance = visit.sign()
    clock.travel_to(clearance.signed_at - timedelta(minutes=60))
    assert clearance_state(visit.session.facts(), clock.now()) == "ahead"
    with refused("clearance_ahead", "kind"):
        visit.leave()
    codes = [d.code for d in deviations(visit.session.facts(), clock.now())]
    assert "recorded_ahead" in codes
    clock.travel_to(clearance.signed_at)
    assert visit.leave().clearance == clearance


def test_a_signature_of_a_time_to_come_is_replaced_by_a_new_one(clock: TestClock) -> None:
    visit = ready_to_sign(clock)
    clock.forward(minutes=5)
    early = visit.sign()
    clock.forward(minutes=-4)
    again = visit.sign()
    early.refresh_from_db()
    assert early.withdrawal.is_automatic
    assert early.withdrawal.reason == "ahead"
    assert visit.leave().clearance == again
    found = deviations(visit.session.facts(), clock.now())
    assert "clock_went_back" in [d.code for d in found]


def test_clocks_of_two_servers_that_stand_a_little_apart_hold_no_one(clock: TestClock) -> None:
    visit = signed(clock)
    signed_at = clock.now()
    clock.forward(minutes=-2)
    assert visit.leave().left_at == signed_at


def test_that_the_clock_went_back_is_logged_without_the_patient(
    clock: TestClock, caplog: pytest.LogCaptureFixture
) -> None:
    visit = signed(clock)
    clock.forward(minutes=-30)
    visit.event()
    (said,) = [r.getMessage() for r in caplog.records if r.name == "monitoring.actions.work"]
    assert said == f"the clock went back: session {visit.id} is 30 min ahead"


LATE = {"late_reason": "Had to help in another room"}


def test_a_departure_typed_late_rests_on_the_signature_that_stood_then(clock: TestClock) -> None:
    visit = signed(clock)
    left_at = clock.forward(minutes=5)
    clock.forward(minutes=25)
    when: dict[str, Any] = {"left_at": left_at, "confirmed_at": left_at}
    with refused("late_reason", "late_reason"):
        visit.leave(**when)
    with refused("is_this_the_time", "left_at"):
        visit.leave(left_at=left_at, **LATE)
    departure = visit.leave(**when, **LATE)
    assert departure.clearance == visit.session.clearance_set.get()
    assert (departure.left_at, departure.recorded_at) == (left_at, clock.now())
    found = {d.code: dict(d.params) for d in deviations(visit.session.facts(), clock.now())}
    assert found == {
        "departure_late": {"minutes": 25, "reason": "Had to help in another room"},
    }


def test_who_left_after_the_signature_lapsed_is_not_discharged_on_it(clock: TestClock) -> None:
    visit = signed(clock)
    lapses = clock.forward(minutes=15)
    with refused("clearance_lapsed", "left_at"):
        visit.leave()
    clock.forward(minutes=15)
    with refused("clearance_lapsed", "left_at"):
        visit.leave(left_at=lapses, confirmed_at=lapses, **LATE)
    left_at = lapses - timedelta(seconds=1)
    assert visit.leave(left_at=left_at, confirmed_at=left_at, **LATE).clearance


def test_a_late_discharge_still_covers_every_fact(clock: TestClock) -> None:
    visit = signed(clock)
    left_at = clock.forward(minutes=5)
    clock.forward(minutes=20)
    visit.event(detail="Found that the chair was empty")
    with refused("clearance_superseded", "kind"):
        visit.leave(left_at=left_at, confirmed_at=left_at, **LATE)
    departure = visit.leave("left_unseen", last_seen_at=left_at, last_seen_confirmed_at=left_at)
    assert departure.clearance is None


def test_a_late_discharge_is_not_carried_by_an_earlier_signature(clock: TestClock) -> None:
    visit = signed(clock)
    left_at = clock.forward(minutes=5)
    visit.withdraw(visit.session.clearance_set.get())
    with refused("clearance_withdrawn", "kind"):
        visit.leave(left_at=left_at)


@pytest.mark.parametrize("kind", ["transferred", "against_advice", "left_unseen"])
def test_no_one_left_before_the_last_dose(clock: TestClock, kind: str) -> None:
    visit = dosed(clock)
    given = clock.now()
    clock.forward(minutes=20)
    left_at = given - timedelta(minutes=1)
    with refused("before_last_dose", "left_at"):
        visit.leave(kind, left_at=left_at, confirmed_at=left_at, **LATE)


def test_no_one_left_before_the_infusion_ended(clock: TestClock) -> None:
    visit = infused(clock, minutes=40)
    left_at = clock.now() - timedelta(minutes=10)
    with refused("before_last_dose", "left_at"):
        visit.leave("against_advice", left_at=left_at, confirmed_at=left_at, **LATE)


def test_no_one_left_before_the_last_reading_that_stands(clock: TestClock) -> None:
    """One of another patient is struck first, and then the patient may have left before it."""
    visit = observed(clock, through=30)
    left_at = clock.forward(minutes=5)
    clock.forward(minutes=1)
    wrong = visit.read()
    for confirmed_at in (None, left_at):
        with refused("before_last_reading", "left_at"):
            visit.leave("against_advice", left_at=left_at, confirmed_at=confirmed_at, **LATE)
    visit.strike(wrong)
    visit.leave("against_advice", left_at=left_at, confirmed_at=left_at, **LATE)
    found = {d.code for d in deviations(visit.session.facts(), clock.now())}
    assert "against_advice" in found
    assert "left_before_reading" not in found


def test_who_left_unseen_was_seen_no_earlier_than_measured_and_not_after_it_was_noticed(
    clock: TestClock,
) -> None:
    visit = observed(clock, through=30)
    measured = clock.now()
    noticed = clock.forward(minutes=20)
    seen = measured - timedelta(minutes=3)
    with refused("seen_later", "last_seen_at"):
        visit.leave("left_unseen", last_seen_at=seen, last_seen_confirmed_at=seen)
    with refused("after_noticed", "last_seen_at"):
        visit.leave("left_unseen", last_seen_at=noticed + timedelta(minutes=1))
    with refused("is_this_the_time", "last_seen_at"):
        visit.leave("left_unseen", last_seen_at=measured)
    departure = visit.leave("left_unseen", last_seen_at=measured, last_seen_confirmed_at=measured)
    assert (departure.left_at, departure.last_seen_at) == (noticed, measured)
    assert visit.session.outcome == "left_unseen"


def test_a_session_left_open_over_night_is_closed_by_what_is_known(clock: TestClock) -> None:
    visit = observed(clock, through=90)
    seen = clock.now()
    clock.forward(minutes=60 * 18)
    visit.leave("left_unseen", last_seen_at=seen, last_seen_confirmed_at=seen)
    found = [d.code for d in deviations(visit.session.facts(), clock.now())]
    assert found == ["left_unseen", "left_with_old_values", "not_advised"]


def test_without_an_escort_or_the_advice_the_departure_is_a_deviation(clock: TestClock) -> None:
    alone = signed(clock)
    alone.leave(**ALONE, by=alone.clinician)
    found = [(d.code, dict(d.params)) for d in deviations(alone.session.facts(), clock.now())]
    assert found == [("no_escort", {"reason": "Lives next door"})]
    unadvised = dosed(clock)
    unadvised.leave("against_advice", advice_given=False)
    assert "not_advised" in {d.code for d in deviations(unadvised.session.facts(), clock.now())}


def test_another_departure_under_the_same_id_is_a_conflict(clock: TestClock) -> None:
    visit, same = signed(clock), uuid7()
    first = visit.leave(id=same)
    with pytest.raises(Conflict) as caught:
        visit.leave(id=same, escort_name="Bob Jones")
    assert caught.value.theirs == first
