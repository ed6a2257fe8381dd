"""The result of a screen, and what it keeps from being signed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from clinic.ids import uuid7
from monitoring.actions import Conflict, record_screen
from tests.actions.refusals import refused
from tests.clock import TestClock
from tests.factories.visits import Visit, admitted, discharged, predosed, ready_to_sign

pytestmark = pytest.mark.django_db


def test_a_screen_keeps_what_was_answered_and_is_sent_once(clock: TestClock) -> None:
    visit, same = admitted(clock), uuid7()
    given = {"phq9_item9": 2, "phq9_total": 17, "cssrs_1": True, "cssrs_2": False, "cssrs_6": False}
    made = visit.screen(id=same, **given)
    assert {name: getattr(made, name) for name in given} == given
    assert visit.screen(id=same, **given) == made
    with pytest.raises(Conflict):
        visit.screen(id=same, phq9_item9=0)
    assert record_screen.phases == ("arrived", "dosing", "observing", "cleared")


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({"phq9_total": 3}, "unanswered", "phq9_item9"),
        ({"phq9_item9": 4}, "impossible", "phq9_item9"),
        ({"cssrs_1": True}, "unanswered", "cssrs_2"),
        ({"not_done": "because"}, "unknown_reason", "not_done"),
    ],
)
def test_what_is_missing_is_asked_for_at_its_field(
    clock: TestClock, given: dict[str, Any], code: str, field: str
) -> None:
    with refused(code, field):
        admitted(clock).screen(**given)


def test_a_screen_is_of_its_time(clock: TestClock) -> None:
    visit = admitted(clock)
    now = clock.forward(minutes=20)
    with refused("before_admission", "at"):
        visit.screen(at=now - timedelta(minutes=25), late_reason="Asked at the door")
    with refused("late_reason", "late_reason"):
        visit.screen(at=now - timedelta(minutes=10))
    with refused("wrong_phase"):
        discharged(clock).screen()


@pytest.mark.parametrize("said", ["screen", "symptom"])
def test_suicidality_positive_no_signature_before_a_clinician_has_reviewed_it(
    clock: TestClock, said: str
) -> None:
    """Scenario "suicidality positive": neither a nurse's answer nor a clean screen lets it pass."""
    visit = ready_to_sign(clock)
    found = (
        visit.screen(phq9_item9=3, phq9_total=20)
        if said == "screen"
        else visit.event("symptom", symptoms=("suicidal_thoughts",))
    )
    visit.respond(found.pk)
    visit.screen(phq9_item9=0)
    with refused("suicidality"):
        visit.sign()
    visit.review_event(found.pk)
    visit.sign()
    assert visit.leave().kind == "discharged"
    assert visit.session.deviation_count >= 1


def test_an_acute_suicidal_crisis_is_asked_about_before_the_dose(clock: TestClock) -> None:
    visit: Visit = predosed(clock, indication="mdsi", planned_mg=84)
    with refused("screen_missing"):
        visit.dose()
    visit.screen(not_done="refused")
    assert visit.dose().number == 1
