"""Events: symptoms, notes, adverse events and what ended them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from clinic.ids import uuid7
from monitoring.actions import Conflict
from monitoring.actions.record_event import RECORDABLE
from tests.actions.refusals import refused
from tests.clock import TestClock
from tests.factories.visits import admitted, discharged, dosed, planned, predosed

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("kind", ["intervention", "note"])
def test_an_event_says_what_happened(clock: TestClock, kind: str) -> None:
    visit = dosed(clock)
    with refused("required", "detail"):
        visit.event(kind, detail=" ")
    assert visit.event(kind, detail=" Ondansetron 4 mg ").detail == "Ondansetron 4 mg"


def test_a_symptom_names_at_least_one_that_is_known(clock: TestClock) -> None:
    visit = dosed(clock)
    for symptoms in ((), ("hiccups",)):
        with refused("required", "symptoms"):
            visit.event("symptom", symptoms=symptoms)
    assert visit.event("symptom", symptoms=("nausea",)).symptoms == ["nausea"]


def test_an_adverse_event_says_whether_serious_and_since_when(clock: TestClock) -> None:
    visit = dosed(clock)
    with refused("unanswered", "is_serious"):
        visit.event("adverse_event", onset_at=clock.now())
    with refused("required", "onset_at"):
        visit.event("adverse_event", is_serious=True)
    with refused("future", "onset_at"):
        later = clock.now() + timedelta(minutes=3)
        visit.event("adverse_event", is_serious=True, onset_at=later)
    made = visit.event("adverse_event", is_serious=False, onset_at=clock.now())
    with refused("required", "resolves"):
        visit.event("resolution", resolves_id=uuid7())
    assert visit.event("resolution", resolves_id=made.pk).resolves == made
    with refused("required", "resolves"):
        visit.event("resolution", resolves_id=made.pk)


def test_an_event_is_of_a_known_kind_and_not_of_the_future(clock: TestClock) -> None:
    visit, same = dosed(clock), uuid7()
    for kind in ("response", "medication", "screen", "review", "party"):
        with refused("required", "kind"):
            visit.event(kind)
    with refused("future", "at"):
        visit.event(at=clock.now() + timedelta(minutes=3))
    assert visit.event(id=same) == visit.event(id=same)


def test_what_happened_after_leaving_is_marked_and_a_note_is_an_amendment(
    clock: TestClock,
) -> None:
    visit = discharged(clock)
    with refused("amended_after_leaving", "kind"):
        visit.event()
    late = visit.event("symptom", symptoms=("nausea",))
    assert late.after_departure
    assert visit.event("resolution", resolves_id=late.pk).after_departure


def test_before_arrival_there_is_no_event(clock: TestClock) -> None:
    with refused("wrong_phase"):
        planned(clock).event()


def test_an_arrived_patient_can_have_events_and_additional_readings(clock: TestClock) -> None:
    visit = admitted(clock)
    visit.event()
    visit.read(systolic=150)
    assert visit.session.last_seq == 4
    assert predosed(clock).session.phase == "arrived"


def test_another_event_under_the_same_id_is_a_conflict(clock: TestClock) -> None:
    visit, same = dosed(clock), uuid7()
    first = visit.event(id=same)
    with pytest.raises(Conflict) as caught:
        visit.event(id=same, detail="Restless")
    assert caught.value.theirs == first
    onset = clock.now()
    event = visit.event("adverse_event", id=uuid7(), is_serious=False, onset_at=onset)
    with pytest.raises(Conflict):
        visit.event("adverse_event", id=event.pk, is_serious=True, onset_at=onset)


def test_only_symptoms_and_adverse_events_are_resolved(clock: TestClock) -> None:
    visit = dosed(clock)
    with refused("required", "resolves"):
        visit.event("resolution", resolves_id=visit.event("note").pk)
    nausea = visit.event("symptom", symptoms=("nausea",))
    assert visit.event("resolution", resolves_id=nausea.pk).resolves == nausea


OTHER_KINDS = sorted(RECORDABLE - {"symptom"})


@pytest.mark.parametrize("kind", OTHER_KINDS)
def test_a_symptom_ticked_under_another_kind_is_refused_and_never_dropped(
    clock: TestClock, kind: str
) -> None:
    visit = dosed(clock)
    with refused("not_a_symptom", "symptoms"):
        visit.event(kind, symptoms=["chest_pain"])
    assert not visit.session.event_set.exists()


@pytest.mark.parametrize("kind", sorted(RECORDABLE - {"adverse_event"}))
def test_what_belongs_to_an_adverse_event_is_refused_under_another_kind(
    clock: TestClock, kind: str
) -> None:
    visit = dosed(clock)
    given: dict[str, Any] = {"symptoms": ["nausea"]} if kind == "symptom" else {}
    with refused("not_adverse", "is_serious"):
        visit.event(kind, is_serious=True, **given)
    with refused("not_adverse", "onset_at"):
        visit.event(kind, onset_at=clock.now(), **given)


def test_what_is_resolved_is_refused_under_another_kind(clock: TestClock) -> None:
    visit = dosed(clock)
    nausea = visit.event("symptom", symptoms=["nausea"])
    with refused("not_a_resolution", "resolves"):
        visit.event("note", resolves_id=nausea.pk)


def test_not_serious_says_nothing_of_a_note_and_may_stand(clock: TestClock) -> None:
    assert dosed(clock).event("note", is_serious=False).is_serious is None
