"""A contraindication's Yes is changed to No by a clinician only, with a reason; both are told."""

from __future__ import annotations

import pytest

from monitoring.models import Admission
from monitoring.rules.deviations import deviations
from monitoring.rules.entry import PRE_DOSE
from monitoring.rules.protocol import SPRAVATO_EU
from tests.actions.refusals import refused
from tests.clock import TestClock
from tests.factories.answers import GOOD_ANSWERS
from tests.factories.visits import Visit, planned

pytestmark = pytest.mark.django_db
HAEMORRHAGE = GOOD_ANSWERS | {"intracerebral_haemorrhage": True}
WHY = "It was the sister's; imaging seen"


@pytest.fixture
def visit(clock: TestClock) -> Visit:
    """Someone who was admitted with a contraindication."""
    made = planned(clock)
    made.admit(answers=HAEMORRHAGE)
    made.read(PRE_DOSE)
    return made


def test_a_nurse_cannot_answer_it_again_with_no(visit: Visit) -> None:
    with refused("only_a_clinician", "intracerebral_haemorrhage"):
        visit.admit(contraindication_reason=WHY)
    with refused("contraindication"):
        visit.dose()
    assert Admission.objects.filter(session=visit.id).count() == 1


def test_a_nurse_may_answer_everything_else_again(visit: Visit) -> None:
    again = visit.admit(answers=HAEMORRHAGE | {"opioid": True})
    assert (again.intracerebral_haemorrhage, again.opioid) == (True, True)


def test_a_clinician_changes_it_with_a_reason_and_both_answers_are_told(visit: Visit) -> None:
    with refused("required", "contraindication_reason"):
        visit.admit(by=visit.clinician)
    visit.admit(by=visit.clinician, contraindication_reason=WHY)
    visit.dose()
    told = deviations(visit.session.facts(), visit.clock.now())
    assert [d.code for d in told] == ["contraindication_changed"]
    assert told[0].params["reason"] == WHY
    answers = Admission.objects.filter(session=visit.id).order_by("seq")
    assert [a.intracerebral_haemorrhage for a in answers] == [True, False]


def test_a_question_that_the_protocol_does_not_ask_is_not_answered(clock: TestClock) -> None:
    assert planned(clock).admit(answers=GOOD_ANSWERS | {"pregnancy": True}).pregnancy is None


def test_europes_questions_are_answered_where_its_protocol_asks(clock: TestClock) -> None:
    visit = planned(clock, protocol=SPRAVATO_EU)
    with refused("unanswered", "pregnancy"):
        visit.admit(answers=GOOD_ANSWERS | {"pregnancy": None})
    visit.admit(answers=GOOD_ANSWERS | {"pregnancy": True})
    visit.read(PRE_DOSE)
    with refused("contraindication"):
        visit.dose()
    visit.admit(by=visit.clinician, contraindication_reason="Test of today negative")
    assert visit.dose().number == 1
