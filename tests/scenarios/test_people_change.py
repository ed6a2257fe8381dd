"""People change while a patient is watched, and the record says who was there when."""

from __future__ import annotations

import pytest

from clinic.ids import uuid7
from clinic.models import Staff
from clinic.refusal import Refused
from monitoring import actions
from monitoring.rules.people import observers, prescribers
from tests.clock import TestClock
from tests.factories.logged import save
from tests.factories.people import person
from tests.factories.visits import dosed, predosed

pytestmark = pytest.mark.django_db


def test_a_prescriber_who_left_is_named_no_more_before_the_next_device(clock: TestClock) -> None:
    visit = predosed(clock)
    visit.dose()
    other: Staff = person(visit.site, "clinician", credentials="MD")
    gone = Staff.objects.get(pk=visit.clinician.pk)
    gone.is_active = False
    save(gone, "is_active")
    clock.forward(minutes=5)
    with pytest.raises(Refused):
        visit.dose()
    actions.hand_over_prescriber(visit.id, visit.nurse, id=uuid7(), to_id=other.pk, at=clock.now())
    visit.dose()
    first, second = prescribers(visit.session.facts())
    assert (first.person, second.person) == (visit.clinician.pk, other.pk)
    assert first.until == second.since == clock.now()


def test_at_the_change_of_shifts_the_next_nurse_accepts_the_patient(clock: TestClock) -> None:
    visit = dosed(clock)
    other: Staff = person(visit.site, "nurse")
    clock.forward(minutes=30)
    handover = actions.hand_over_watch(visit.id, visit.nurse, id=uuid7(), to_id=other.pk)
    clock.forward(minutes=2)
    actions.accept_watch(visit.id, other, id=uuid7(), handover_id=handover.pk)
    spans = observers(visit.session.facts())
    assert [s.person for s in spans] == [visit.nurse.pk, other.pk]
    assert spans[-1].since == clock.now()
