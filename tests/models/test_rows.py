"""What was not loaded with a session is an error, never an empty answer."""

from __future__ import annotations

import pytest

from monitoring.models import Admission, Clearance, Dose, DoseEnd, Reading, Review, Session
from monitoring.models.row import SessionRow
from monitoring.models.rows import NotLoaded, own_tables
from tests.clock import TestClock
from tests.factories.visits import discharged, dosed, signed

pytestmark = pytest.mark.django_db


def test_a_noun_that_was_not_loaded_is_an_error(clock: TestClock) -> None:
    lean = Session.objects.with_observations().get(pk=dosed(clock).id)
    assert len(lean.rows.of(Reading)) == 1
    assert lean.rows.of(DoseEnd) == ()
    assert lean.rows.of(Review) == ()
    with pytest.raises(NotLoaded, match="clearance"):
        lean.rows.of(Clearance)
    with pytest.raises(NotLoaded, match="order"):
        lean.facts()
    assert lean.facts_loaded().admissions == ()


def test_every_noun_of_the_treatment_is_loaded_with_a_whole_session(clock: TestClock) -> None:
    session = Session.objects.all().whole(discharged(clock).id)
    assert session is not None
    assert session.rows.has(*(noun for noun in SessionRow.tables() if noun.is_clinical))
    assert set(own_tables()) < set(SessionRow.tables())


def test_a_fact_stands_among_the_others_once_it_is_inserted(clock: TestClock) -> None:
    session = signed(clock).session
    dose = session.rows.of(Dose)[-1]
    session.take(dose)
    assert session.rows.of(Dose)[-2:] == (dose, dose)
    assert session.rows.find(Admission, dose.id) is None
