"""What is asked when a patient arrives, and how."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from clinic.ids import uuid7
from monitoring.models import Admission, Session
from monitoring.rules.protocol import SPRAVATO_US
from monitoring.rules.questions import CONCOMITANT, CONTRAINDICATIONS
from tests.clock import TestClock
from tests.factories.answers import ESCORT, GOOD_ANSWERS
from tests.factories.visits import Visit, planned

QUESTIONS = SPRAVATO_US.questions
pytestmark = pytest.mark.django_db
Signer = Callable[..., Client]


@pytest.fixture
def visit(clock: TestClock) -> Visit:
    made = planned(clock)
    Session.objects.filter(pk=made.id).update(room="Chair 14")
    return made


def filled(visit: Visit, **changes: str) -> dict[str, str]:
    answers = {name: "yes" if yes else "no" for name, yes in GOOD_ANSWERS.items()}
    return {
        "id": str(uuid7()),
        "prescriber": str(visit.clinician.pk),
        **ESCORT,
        **answers,
        **changes,
    }


def test_the_planned_room_is_shown_and_stays(visit: Visit, signed_in: Signer) -> None:
    nurse = signed_in(visit.nurse)
    form = nurse.get(f"/sessions/{visit.id}/admission/").context["form"]
    assert form["room"].value() == "Chair 14"
    nurse.post(f"/sessions/{visit.id}/admission/", filled(visit, room=""))
    assert visit.session.room == "Chair 14"


def test_no_question_is_put_in_the_negative(visit: Visit, signed_in: Signer) -> None:
    form = signed_in(visit.nurse).get(f"/sessions/{visit.id}/admission/").context["form"]
    labels = [str(form.fields[name].label) for name in QUESTIONS]
    assert [label for label in labels if label.lower().startswith(("no ", "not "))] == []
    assert form.fields["no_recent_food"].choices == [
        ("yes", "More than 2 hours ago"), ("no", "Within 2 hours"),
    ]  # fmt: skip


@pytest.mark.parametrize(("answer", "kept"), [("yes", True), ("no", False)])
def test_an_answer_means_what_it_did(
    visit: Visit, signed_in: Signer, answer: str, kept: bool
) -> None:
    sent = filled(visit, no_recent_food=answer, fasting_reason="" if kept else "A biscuit")
    signed_in(visit.nurse).post(f"/sessions/{visit.id}/admission/", sent)
    assert Admission.objects.get(session=visit.id).no_recent_food is kept


def test_the_answer_that_makes_the_dose_wait_looks_like_one(
    visit: Visit, signed_in: Signer
) -> None:
    answer = signed_in(visit.nurse).get(f"/sessions/{visit.id}/admission/")
    fields = answer.context["form"].fields
    waits = {name: fields[name].widget.attrs.get("waits") for name in QUESTIONS}
    good = {name: "yes" if yes else "no" for name, yes in GOOD_ANSWERS.items()}
    for name in QUESTIONS:
        if name in CONCOMITANT:
            assert waits[name] is None
        else:
            assert waits[name] == {"yes": "no", "no": "yes"}[good[name]], name
    shown = answer.content.decode()
    assert shown.count("the dose waits") == len(QUESTIONS) - len(CONCOMITANT)
    assert set(CONTRAINDICATIONS) <= set(waits)
