"""What was entered in error counts in no list that is read from the database."""

from __future__ import annotations

import pytest

from monitoring.models import Call, Dose, Reading, SessionFact
from monitoring.models.on_site import before_device
from monitoring.models.row import Correctable
from monitoring.models.rows import SessionRows
from monitoring.models.standing import standing
from monitoring.reports import calls, reviews
from monitoring.reports.treatment import last_dosed
from monitoring.words.amendments import late_readings
from tests.actions.handovers import prescriber_leaves
from tests.actions.refusals import refused
from tests.clock import TestClock
from tests.factories.people import person
from tests.factories.visits import Visit, admitted, discharged, dosed, observed

pytestmark = pytest.mark.django_db


def next_day(clock: TestClock) -> Visit:
    visit = discharged(clock)
    clock.forward(minutes=60 * 20)
    return visit


def ids(rows: SessionRows, noun: type[SessionFact]) -> set[object]:
    return {row.pk for row in rows.standing(noun)}


def tries(visit: Visit) -> list[tuple[object, int]]:
    return [(s.pk, vars(s)["tried"]) for s in calls.waiting(visit.site, visit.clock.now())]


def test_a_query_has_the_same_facts_standing_as_the_rows_of_a_session(clock: TestClock) -> None:
    visit = observed(clock)
    reading, other = visit.read(), visit.read()
    wrong = visit.correct(reading, systolic=141)
    visit.correct(other, systolic=139)
    visit.strike(wrong, by=visit.clinician)
    waits = visit.strike(visit.session.dose_set.get(number=1))
    refused_one = visit.strike(visit.session.dose_set.get(number=2))
    visit.confirm(refused_one, is_confirmed=False, reason="It was given")
    visit.strike(visit.event(), by=visit.clinician)
    rows = visit.session.rows
    for noun in SessionFact.tables():
        if rows.has(noun):
            found = standing(noun).filter(session=visit.id)
            assert {row.pk for row in found} == ids(rows, noun), noun
    assert issubclass(Reading, Correctable)
    assert not {wrong.pk, reading.pk} & ids(rows, Reading)
    visit.confirm(waits)
    assert waits.target not in {dose.pk for dose in standing(Dose)}


def test_who_was_reached_by_a_call_entered_in_error_waits_again(clock: TestClock) -> None:
    """Entered for the patient in the next line of the list: this one has not been called."""
    visit = next_day(clock)
    tried, reached = visit.call(was_reached=False, detail="No answer"), visit.call()
    assert not calls.waiting(visit.site, clock.now())
    waits = visit.strike(reached)
    assert not calls.waiting(visit.site, clock.now())
    visit.confirm(waits)
    assert tries(visit) == [(visit.id, 1)]
    visit.strike(tried, by=visit.clinician)
    assert tries(visit) == [(visit.id, 0)]
    assert visit.call() in standing(Call)


def test_a_late_entry_that_was_struck_waits_for_no_review(clock: TestClock) -> None:
    visit = discharged(clock)
    reading = visit.read(systolic=182, diastolic=101)
    event = visit.event("symptom", symptoms=("nausea",))
    assert sum(map(len, reviews.waiting_lists(visit.site))) == 2
    waits = [visit.strike(reading), visit.strike(event)]
    assert sum(map(len, reviews.waiting_lists(visit.site))) == 4
    for strike in waits:
        visit.confirm(strike)
    assert sum(map(len, reviews.waiting_lists(visit.site))) == 0
    with refused("unknown_reading"):
        visit.review(reading)
    (told,) = late_readings(visit.session)
    assert told.gone


def test_what_a_struck_review_answered_waits_again(clock: TestClock) -> None:
    visit = discharged(clock)
    event = visit.event("symptom", symptoms=("nausea",))
    review = visit.review_event(event.pk)
    assert not reviews.waiting_events(visit.site)
    visit.strike(review, by=visit.clinician)
    assert list(reviews.waiting_events(visit.site)) == [event]


def test_the_worst_values_of_the_last_session_are_those_that_stand(clock: TestClock) -> None:
    visit = observed(clock)
    wrong = visit.read(sedation=2, dissociation=4)
    found = visit.session
    visit.strike(wrong, by=visit.clinician)
    visit.leave("transferred")
    last = last_dosed(found.patient)
    assert last is not None
    assert (last.lowest_sedation, last.highest_dissociation) == (5, 0)  # type: ignore[attr-defined]


def test_a_reading_corrected_after_leaving_counts_as_corrected_however_often(
    clock: TestClock,
) -> None:
    """One that was entered only then does not count, nor does its correction."""
    visit = observed(clock)
    found = visit.read(sedation=4)
    visit.leave("transferred")
    late = visit.read(sedation=1)
    visit.correct(late, sedation=0)
    for sedation in (5, 4, 3):
        found = visit.correct(found, sedation=sedation)
    last = last_dosed(visit.patient)
    assert last is not None
    assert last.lowest_sedation == 3  # type: ignore[attr-defined]


def test_a_prescriber_whose_leaving_was_entered_in_error_has_not_left(clock: TestClock) -> None:
    visit = dosed(clock)
    other = admitted(
        clock, site=visit.site, people=(visit.nurse, visit.clinician), version=visit.version
    )
    clock.forward(minutes=1)
    left = prescriber_leaves(other, person(visit.site, "clinician"))
    assert [item.code for item in before_device(visit.session)] == ["prescriber_gone"]
    other.strike(left, by=visit.clinician)
    assert before_device(visit.session) == []
