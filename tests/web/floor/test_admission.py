"""What is asked when a patient arrives, and how."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from clinic.ids import uuid7
from monitoring.models import Admission, Session
from monitoring.rules.protocol import SPRAVATO_EU, SPRAVATO_US
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


def test_a_contraindication_answered_again_by_a_nurse_is_refused_at_the_question(
    visit: Visit, signed_in: Signer
) -> None:
    """A clinician changes it with a reason; page 1 of the report then tells both answers."""
    address = f"/sessions/{visit.id}/admission/"
    nurse, clinician = signed_in(visit.nurse), signed_in(visit.clinician)
    nurse.post(address, filled(visit, intracerebral_haemorrhage="yes"))
    assert "answered Yes before" in nurse.get(address).content.decode()
    again = filled(visit, contraindication_reason="It was the sister's")
    errors = nurse.post(address, again).context["form"].errors
    told = "This was answered Yes. Only a clinician can change it, with a reason."
    assert errors == {"intracerebral_haemorrhage": [told]}
    assert Admission.objects.filter(session=visit.id).count() == 1
    without = clinician.post(address, filled(visit))
    assert "contraindication_reason" in without.context["form"].errors
    assert clinician.post(address, again).status_code == 302
    report = clinician.get(f"/sessions/{visit.id}/report/").content.decode()
    assert "Contraindication answered Yes at" in report
    assert "History of intracerebral haemorrhage. It was the sister&#x27;s" in report


def test_europes_questions_stand_on_its_page(clock: TestClock, signed_in: Signer) -> None:
    visit = planned(clock, protocol=SPRAVATO_EU)
    page = signed_in(visit.nurse).get(f"/sessions/{visit.id}/admission/").content.decode()
    for question in ("within 6 weeks", "Pregnant", "Thyroid hormone", "Vasopressin"):
        assert question in page
