"""The statement is made by the verb itself, of the record that it signs."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from clinic.models import Staff
from monitoring.models import Session
from monitoring.words.statement import statement
from tests.clock import TestClock
from tests.factories.visits import predosed, ready_to_sign

pytestmark = pytest.mark.django_db
SignedIn = Callable[[Staff], Client]


def test_what_is_signed_names_patient_doses_window_and_what_it_covers(clock: TestClock) -> None:
    visit = ready_to_sign(clock)
    patient, seq = visit.patient, visit.session.last_seq
    lines = visit.sign().statement.splitlines()
    assert lines[0] == (
        f"I, {visit.clinician.printed_name}, clear {patient.banner_name}, "
        f"born {patient.date_of_birth:%d-%b-%Y}, MRN {patient.mrn}, to leave after observation."
    )
    first = visit.session.first_dose_at
    assert first is not None
    assert f"first dose {first.astimezone(visit.site.tz):%d-%b-%Y %H:%M}" in lines[1]
    assert "mg of esketamine" in lines[1]
    assert "I have read the whole record of the session." in lines
    assert lines[-1].startswith(f"This covers the record up to entry {seq} (")


def test_a_second_signature_says_what_was_shown_before_the_lapsed_one_is_taken_back(
    clock: TestClock,
) -> None:
    visit = ready_to_sign(clock)
    visit.sign()
    clock.forward(minutes=16)
    visit.read(None)
    session = Session.read(visit.id)
    shown = statement(session, session.facts(), visit.clinician.printed_name)
    assert visit.sign().statement == shown


def test_there_is_none_before_the_first_dose(clock: TestClock) -> None:
    visit = predosed(clock)
    session = Session.read(visit.id)
    assert statement(session, session.facts(), "A. Smith") == ""


def test_the_page_shows_what_is_then_signed(clock: TestClock, signed_in: SignedIn) -> None:
    visit = ready_to_sign(clock)
    page = signed_in(visit.clinician).get(f"/sessions/{visit.id}/clearance/")
    assert page.context["statement"] == visit.sign().statement
