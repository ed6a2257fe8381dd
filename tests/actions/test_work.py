"""The shell of every verb of a session: its phases, its entry in the trail, its one transaction."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from clinic.access import Permission
from clinic.ids import uuid7
from clinic.models import TrailEntry
from monitoring.actions import NotAllowed
from monitoring.actions.work import SessionWork, session_verb
from monitoring.models import Event
from monitoring.rules.phase import PRESENT
from tests.actions.refusals import refused
from tests.clock import TestClock
from tests.factories.visits import Visit, admitted, discharged, dosed, planned

pytestmark = pytest.mark.django_db


@session_verb(Permission.RECORD_EVENT, phases=PRESENT)
def forget_the_phase(work: SessionWork) -> Event:
    """A verb that does not ask whether it may in this phase."""
    return work.add(Event(id=uuid7(), kind="note", at=work.now, detail="Calm"))


@session_verb(Permission.RECORD_EVENT, phases=PRESENT)
def do_nothing(work: SessionWork) -> None:
    """A verb that finds that all was recorded before."""


def entries(visit: Visit) -> list[str]:
    found = TrailEntry.objects.filter(chain=visit.id).order_by("seq")
    return list(found.values_list("verb", flat=True))


@pytest.mark.parametrize("build", [admitted, dosed])
def test_a_verb_is_appended_to_the_trail_by_its_name(
    clock: TestClock, build: Callable[[TestClock], Visit]
) -> None:
    visit = build(clock)
    event = forget_the_phase(visit.id, visit.nurse)
    assert visit.session.last_seq == event.seq
    assert entries(visit)[-1] == "forget_the_phase"


@pytest.mark.parametrize("build", [planned, discharged])
def test_nothing_is_written_in_a_phase_that_is_not_declared(
    clock: TestClock, build: Callable[[TestClock], Visit]
) -> None:
    visit = build(clock)
    before = entries(visit), visit.session.last_seq
    with refused("wrong_phase"):
        forget_the_phase(visit.id, visit.nurse)
    assert (entries(visit), visit.session.last_seq) == before


def test_a_verb_that_changes_nothing_appends_nothing(clock: TestClock) -> None:
    visit = dosed(clock)
    before = entries(visit)
    do_nothing(visit.id, visit.nurse)
    assert entries(visit) == before


def test_a_session_that_is_none_is_as_one_of_another_site(clock: TestClock) -> None:
    visit = dosed(clock)
    with pytest.raises(NotAllowed):
        do_nothing(uuid7(), visit.nurse)
