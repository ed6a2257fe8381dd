"""A staff contact that was entered in error stays readable and counts in nothing."""

from __future__ import annotations

import pytest

from clinic.ids import uuid7
from clinic.refusal import Conflict
from monitoring.models import StaffContact
from tests.actions.refusals import refused
from tests.clock import TestClock
from tests.factories.people import person
from tests.factories.visits import Visit, dosed

pytestmark = pytest.mark.django_db


def with_contact(clock: TestClock) -> tuple[Visit, StaffContact]:
    visit = dosed(clock)
    clock.forward(minutes=20)
    return visit, visit.contact(10)


def test_its_author_or_a_clinician_strikes_it_with_a_reason(clock: TestClock) -> None:
    visit, contact = with_contact(clock)
    with refused("required", "reason"):
        visit.strike_contact(contact, reason=" ")
    with refused("not_struck_by_you"):
        visit.strike_contact(contact, by=person(visit.site, "nurse"))
    visit.strike_contact(contact, by=visit.clinician)
    assert StaffContact.objects.get(pk=contact.pk).strike.reason == "Another patient"


def test_it_is_struck_once_and_only_in_its_session(clock: TestClock) -> None:
    visit, contact = with_contact(clock)
    same = uuid7()
    made = visit.strike_contact(contact, id=same)
    assert visit.strike_contact(contact, id=same) == made
    with pytest.raises(Conflict):
        visit.strike_contact(contact)
    with refused("unknown_fact"):
        dosed(clock).strike_contact(contact)
