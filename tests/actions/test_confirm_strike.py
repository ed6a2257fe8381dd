"""A clinician's answer to a strike: once, and with a reason where it is refused."""

from __future__ import annotations

import pytest

from clinic.ids import uuid7
from monitoring import actions
from monitoring.models import Dose, Strike
from tests.actions.refusals import refused
from tests.clock import TestClock
from tests.factories.people import person
from tests.factories.visits import Visit, dosed

pytestmark = pytest.mark.django_db


def waiting(clock: TestClock) -> tuple[Visit, Strike]:
    visit = dosed(clock)
    return visit, visit.strike(Dose.objects.get(number=2))


def test_it_is_answered_once(clock: TestClock) -> None:
    visit, strike = waiting(clock)
    id = uuid7()
    first = visit.confirm(strike, id=id)
    assert visit.confirm(strike, id=id) == first
    with pytest.raises(actions.Conflict):
        visit.confirm(strike, by=person(visit.site, "clinician"))


def test_a_refusal_says_why(clock: TestClock) -> None:
    visit, strike = waiting(clock)
    with refused("required", "reason"):
        visit.confirm(strike, is_confirmed=False)
    visit.confirm(strike, is_confirmed=False, reason="It was given")
    assert visit.session.given_mg == 56


def test_a_strike_that_stands_by_itself_is_not_confirmed(clock: TestClock) -> None:
    visit, _ = waiting(clock)
    by_itself = visit.strike(visit.event())
    with refused("unknown_strike"):
        visit.confirm(by_itself)


def test_what_was_corrected_meanwhile_can_only_be_refused(clock: TestClock) -> None:
    visit = dosed(clock)
    clock.forward(minutes=10)
    reading = visit.read(systolic=212)
    strike = visit.strike(reading)
    visit.correct(reading, systolic=202)
    with refused("unknown_fact"):
        visit.confirm(strike)
    assert visit.confirm(strike, is_confirmed=False, reason="Corrected")
