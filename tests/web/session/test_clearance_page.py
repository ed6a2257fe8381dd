"""The page on which a clearance is signed, and the one on which it is withdrawn."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from monitoring.models import Clearance, Session
from monitoring.rules.questions import CHECKLIST
from monitoring.web.session.clearance import _changes
from tests.clock import TestClock
from tests.factories.people import PASSWORD, person
from tests.factories.sent import send, told
from tests.factories.visits import (
    Visit,
    observed,
    predosed,
    ready_to_sign,
    signed,
)

pytestmark = pytest.mark.django_db
Signer = Callable[..., Client]


def clearance_body(visit: Visit, **changed: Any) -> dict[str, Any]:
    return {
        "through_seq": str(visit.session.last_seq),
        **dict.fromkeys(CHECKLIST, "on"),
        "had_serious_event": "no",
        "ready_minutes": "100",
        "identified_by": "mrn",
        "password": PASSWORD,
    } | changed


def test_the_clearance_page_shows_the_course_the_statement_and_who_signs(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = ready_to_sign(clock)
    page = signed_in(visit.clinician).get(f"/sessions/{visit.id}/clearance/").content.decode()
    assert f"I, {visit.clinician.printed_name}, clear" in page
    assert visit.patient.mrn in page
    assert f"up to entry {visit.session.last_seq}" in page
    assert page.count('<th scope="row">') == 7
    assert 'type="password"' in page
    assert 'value="' + PASSWORD not in page


def test_nothing_can_be_signed_while_an_item_is_open(clock: TestClock, signed_in: Signer) -> None:
    visit = observed(clock, through=60)
    clinician = signed_in(visit.clinician)
    page = clinician.get(f"/sessions/{visit.id}/clearance/").content.decode()
    assert "cannot be signed yet" in page
    assert 'type="password"' not in page
    answer = send(clinician, visit, "clearance", clearance_body(visit))
    assert told(answer, None, "Observation until")
    assert not Clearance.objects.exists()


def test_a_wrong_password_keeps_all_that_was_written_but_itself(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = ready_to_sign(clock)
    visit.read(systolic=145, diastolic=95)
    clinician = signed_in(visit.clinician)
    words = {"justify_blood_pressure_rising": "Coughing", "justify_blood_pressure": "Known"}
    body = clearance_body(visit, password="wrong one") | words
    answer = send(clinician, visit, "clearance", body)
    assert told(answer, "password", "The password is wrong.")
    page = answer.content.decode()
    assert "Coughing" in page
    assert "wrong one" not in page
    assert 'value="100"' in page


def test_a_caution_without_words_is_told_at_its_own_field(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = ready_to_sign(clock)
    visit.read(sedation=4)
    answer = send(signed_in(visit.clinician), visit, "clearance", clearance_body(visit))
    assert told(answer, "justify_sedation", "Say in your own words")
    assert "MOAA/S 4, criterion 5" in answer.content.decode()


def test_a_record_that_changed_is_shown_before_it_is_signed(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = ready_to_sign(clock)
    body = clearance_body(visit, ready_minutes="111")
    visit.read(systolic=126)
    visit.event("symptom", symptoms=["nausea", "dizziness"], detail="Since standing up")
    clinician = signed_in(visit.clinician)
    answer = send(clinician, visit, "clearance", body)
    page = answer.content.decode()
    changed = page.split('id="changes-heading"')[1].split("</ul>")[0]
    assert "Symptom: Nausea, Dizziness, Since standing up" in changed
    assert "BP 126/78" in changed
    assert visit.nurse.printed_name in changed
    assert page.count("data-error-summary") == 1
    assert "has changed since" not in page
    assert "checked" not in re.findall(r'<input[^>]*name="record_reviewed"[^>]*>', page)[0]
    assert "checked" in re.findall(r'<input[^>]*name="clinically_stable"[^>]*>', page)[0]
    assert answer.status_code == 422
    assert "Not signed: recorded since this page was shown" in page
    assert "126/78" in page
    assert 'value="111"' in page
    assert not Clearance.objects.exists()
    again = clearance_body(visit, justify_blood_pressure_rising="Talking")
    assert send(clinician, visit, "clearance", again).status_code == 302
    assert Clearance.objects.get().printed_name == visit.clinician.printed_name


def test_what_has_changed_names_doses_decisions_symptoms_and_answers_in_full(
    clock: TestClock,
) -> None:
    visit = predosed(clock, predose={"systolic": 150})
    visit.decide(reason="Usual range for this patient")
    visit.dose()
    visit.respond(visit.event("symptom", symptoms=["chest_pain"], detail="").pk)
    session = Session.objects.for_page(visit.id)
    assert session is not None
    lines = "\n".join(_changes(session, session.facts_loaded(), 1))
    for words in (
        "Reading, Pre-dose: BP 150/78",
        "Decision: Give the dose: Usual range for this patient",
        "Device 1, 28 mg: lot A1234",
        "Symptom: Chest pain",
        f"informed: {visit.clinician.printed_name}; ordered: Repeat in 5 minutes",
    ):
        assert words in lines
    assert len(_changes(session, session.facts_loaded(), session.last_seq - 1)) == 1


def test_the_signer_is_who_is_signed_in_whatever_is_sent(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = ready_to_sign(clock)
    other = person(visit.site, "clinician")
    body = clearance_body(visit, signed_by=str(other.pk), printed_name="Someone Else")
    assert send(signed_in(visit.clinician), visit, "clearance", body).status_code == 302
    assert Clearance.objects.get().signed_by == visit.clinician


def test_a_clearance_is_withdrawn_on_its_page(clock: TestClock, signed_in: Signer) -> None:
    visit = signed(clock)
    clearance = str(visit.session.standing_clearance_id)
    clinician = signed_in(visit.clinician)
    answer = send(clinician, visit, "clearance/withdraw", {"clearance": clearance})
    assert told(answer, "reason", "Enter this.")
    body = {"clearance": clearance, "reason": "Dizzy on standing"}
    assert send(clinician, visit, "clearance/withdraw", body).status_code == 302
    assert visit.session.phase == "observing"
