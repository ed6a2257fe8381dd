"""What the monitoring form asks of the observer."""

from __future__ import annotations

from typing import Any

import pytest

from clinic.ids import uuid7
from monitoring.actions import Conflict
from monitoring.models import FormAnswers
from tests.actions.refusals import refused
from tests.clock import TestClock
from tests.factories.visits import Visit, discharged, observed, planned

pytestmark = pytest.mark.django_db


def test_the_answers_fill_what_the_record_cannot_know(clock: TestClock) -> None:
    visit = discharged(clock)
    asked = {"vitals_before", "vitals_end", "respiratory", "pressure_increase"}
    assert asked <= {f.key for f in visit.form.missing}
    made = visit.answer_form()
    assert (made.recorded_by, made.printed_name) == (visit.nurse, visit.nurse.printed_name)
    assert made.answers == dict.fromkeys(asked, False) | {"vitals_before": True, "vitals_end": True}
    assert not asked & {f.key for f in visit.form.missing}
    assert made.seq == visit.session.last_seq


def test_answered_again_they_say_why_and_the_first_stay(clock: TestClock) -> None:
    visit = discharged(clock)
    first = visit.answer_form()
    with refused("required", "reason"):
        visit.answer_form(reason=" ")
    visit.answer_form(vitals_end=False, reason="Looked at the pulse once more")
    (ends,) = (f for f in visit.form.fields if f.field.key == "vitals_end")
    assert ends.value is False
    assert FormAnswers.objects.first() == first
    assert FormAnswers.objects.count() == 2


def test_who_answers_beside_another_is_told(clock: TestClock) -> None:
    visit = discharged(clock)
    visit.answer_form()
    with pytest.raises(Conflict):
        visit.answer_form(seen=None)


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({"vitals_end": None}, "form_unanswered", "vitals_end"),
        ({"vitals_end": "yes"}, "form_impossible", "vitals_end"),
        ({"respiratory": True}, "form_unanswered", "respiratory_onset"),
        (
            {"respiratory": True, "respiratory_onset": 1441},
            "form_impossible",
            "respiratory_onset",
        ),
        ({"respiratory_onset": 5}, "form_only_if_yes", "respiratory_onset"),
        ({"maois": True}, "form_unknown", "maois"),
    ],
)
def test_answers_that_cannot_be_are_refused_at_their_field(
    clock: TestClock, given: dict[str, Any], code: str, field: str
) -> None:
    visit = discharged(clock)
    with refused(code, field):
        visit.answer_form(**given)


def test_who_left_early_without_a_signature_is_asked_about_readiness(clock: TestClock) -> None:
    visit = observed(clock)
    visit.leave("against_advice")
    assert "ready_minutes" in {f.key for f in visit.form.asked}
    visit.answer_form(ready_minutes="not_ready")
    (ready,) = (f for f in visit.form.fields if f.field.key == "ready_minutes")
    assert (ready.value, ready.is_answer) == ("not_ready", True)


def test_while_the_session_goes_on_nothing_is_answered(clock: TestClock) -> None:
    with refused("wrong_phase"):
        observed(clock).answer_form()


def test_who_was_given_nothing_has_no_form(clock: TestClock) -> None:
    visit = Visit(clock)
    visit.admit()
    visit.leave("left_unseen")
    assert visit.session.form_due_at is None
    with refused("no_form"):
        visit.answer_form(is_whole=False)
    assert planned(clock).session.form_due_at is None


def test_sent_twice_they_are_one(clock: TestClock) -> None:
    visit, same = discharged(clock), uuid7()
    assert visit.answer_form(id=same) == visit.answer_form(id=same, reason="")
    assert FormAnswers.objects.count() == 1
