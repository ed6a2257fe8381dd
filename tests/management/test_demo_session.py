"""One session of the demo in a named state, made by the verbs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from clinic import clock as clinic_clock
from clinic.models import Membership, Site, Staff
from monitoring.management.demo.people import MAIN
from monitoring.management.demo.stories import MAIN_STORIES, OTHER_STORIES
from monitoring.management.demo.today import MAIN_SCENES, SCENES
from monitoring.models import Patient, Session
from monitoring.proof.verify import verify
from monitoring.rules.facts import SessionFacts
from monitoring.rules.flags import unanswered
from monitoring.rules.readiness import before_clearance, needs_decision
from monitoring.rules.schedule import next_slot
from monitoring.rules.suicidality import unreviewed
from tests.clock import TestClock
from tests.factories.logged import insert
from tests.factories.people import StaffFactory
from tests.management.demo import made

pytestmark = pytest.mark.django_db

PHASES = {
    "planned": "planned",
    "unordered": "planned",
    "arrived": "arrived",
    "above-guide": "arrived",
    "dosing": "dosing",
    "infusion": "observing",
    "observing": "observing",
    "due": "observing",
    "overdue": "observing",
    "flagged": "observing",
    "suicidality": "observing",
    "ready": "observing",
    "strike-waits": "observing",
    "cleared": "cleared",
    "closed": "closed",
}


Said = Callable[[SessionFacts, datetime], bool]
SAID: dict[str, Said] = {
    "above-guide": lambda facts, now: needs_decision(facts),
    "arrived": lambda facts, now: not needs_decision(facts),
    "infusion": lambda facts, now: facts.protocol.is_infusion,
    "flagged": lambda facts, now: bool(unanswered(facts)),
    "suicidality": lambda facts, now: bool(unreviewed(facts)),
    "ready": lambda facts, now: not before_clearance(facts, now),
    "observing": lambda facts, now: (
        bool(before_clearance(facts, now)) and slot(facts, now) == "upcoming"
    ),
    "strike-waits": lambda facts, now: any(s.waits for s in facts.struck),
    "due": lambda facts, now: slot(facts, now) == "due",
    "overdue": lambda facts, now: slot(facts, now) == "overdue",
}
"""What the name of a state says beyond its phase."""


def slot(facts: SessionFacts, now: datetime) -> str:
    found = next_slot(facts, now)
    return found.state if found else "none"


def test_every_state_has_a_phase_here() -> None:
    assert set(PHASES) | set(MAIN_STORIES) | set(OTHER_STORIES) == set(SCENES)
    assert set(SAID) <= set(PHASES)


@pytest.mark.parametrize("state", PHASES)
def test_an_empty_database_gets_one_session_in_that_state(clock: TestClock, state: str) -> None:
    moment = clock.now()
    session = made(state)

    assert session.phase == PHASES[state]
    assert state not in SAID or SAID[state](session.facts(), moment)
    assert session.site.name == MAIN
    assert Session.objects.count() == Patient.objects.count() == 1
    assert verify(session.pk).problems == []
    assert clinic_clock.now == clock.now
    assert clock.now() == moment


def test_each_is_of_a_patient_of_its_own_whom_the_demos_staff_may_open(
    clock: TestClock, client: Client, settings: Settings
) -> None:
    settings.CLINIC_DEMO_PASSWORD = "a-password-of-ours"
    first, second = made("cleared"), made("cleared")

    assert first.patient_id != second.patient_id
    assert Staff.objects.count() == 9
    assert client.login(username="rosa", password="a-password-of-ours")
    assert client.get(f"/sessions/{second.pk}/").status_code == 200


def test_a_demo_that_is_there_gets_one_more(clock: TestClock) -> None:
    call_command("demo", days=3, stdout=StringIO())
    before = Session.objects.count()

    session = made("observing")
    assert Session.objects.count() == before + 1
    assert Membership.objects.filter(staff__username="thomas").count() == 2
    assert session.patient.mrn == "DEMO-0041"


def test_a_board_in_full_swing_is_made_at_any_hour(clock: TestClock) -> None:
    call_command("demo", session="every", stdout=StringIO())

    sessions = Session.objects.select_related("patient")
    assert {s.phase for s in sessions} == set(PHASES.values())
    assert len({s.patient.pk for s in sessions}) == len(sessions) >= len(MAIN_SCENES)


def test_a_database_that_is_not_of_the_demo_is_refused_and_unchanged(clock: TestClock) -> None:
    insert(Site(name="Real clinic"))
    StaffFactory.create(username="someone")

    with pytest.raises(CommandError, match="not of the demo"):
        call_command("demo", session="observing", stdout=StringIO())
    assert not Patient.objects.exists()
    assert Staff.objects.count() == 1


def test_a_state_that_there_is_not_is_refused(clock: TestClock) -> None:
    with pytest.raises(CommandError, match="invalid choice"):
        call_command("demo", "--session=asleep", stdout=StringIO())
