"""A card of the board and the page of the session name the same next step, in every state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from monitoring.rules.entry import PRE_DOSE
from monitoring.rules.protocol import KETAMINE_IV
from tests.clock import TestClock
from tests.factories.answers import GOOD_ANSWERS
from tests.factories.people import SiteFactory
from tests.factories.record import PatientFactory
from tests.factories.visits import (
    Visit,
    admitted,
    dosed,
    infused,
    observed,
    planned,
    predosed,
    ready_to_sign,
    signed,
)

pytestmark = pytest.mark.django_db
Signer = Callable[..., Client]
HIGH = {"systolic": 152, "diastolic": 94}


def decided(clock: TestClock, outcome: str) -> Visit:
    visit = predosed(clock, predose=HIGH)
    visit.decide(outcome)
    return visit


def halfway(clock: TestClock) -> Visit:
    visit = predosed(clock)
    visit.dose()
    return visit


def infusing(clock: TestClock) -> Visit:
    visit = predosed(clock, protocol=KETAMINE_IV, planned_mg=36)
    visit.dose()
    return visit


def at_forty(clock: TestClock) -> Visit:
    return observed(clock, through=40)


def read(clock: TestClock, **values: Any) -> Visit:
    visit = observed(clock, through=40)
    visit.read(**values)
    return visit


def said(clock: TestClock, build: Callable[..., Visit], kind: str, **given: Any) -> Visit:
    visit = build(clock)
    visit.event(kind, **given)
    return visit


def answered(clock: TestClock) -> Visit:
    visit = observed(clock, through=40)
    visit.respond(visit.read(systolic=204).pk)
    return visit


def chest_pain(clock: TestClock, build: Callable[..., Visit]) -> Visit:
    return said(clock, build, "symptom", symptoms=["chest_pain"], detail="")


def serious(clock: TestClock) -> Visit:
    return said(clock, dosed, "adverse_event", is_serious=True, onset_at=clock.now())


def answers(clock: TestClock, **given: bool) -> Visit:
    visit = predosed(clock)
    visit.admit(answers=GOOD_ANSWERS | given)
    return visit


def not_enrolled(clock: TestClock) -> Visit:
    site = SiteFactory.create()
    return predosed(
        clock, site=site, patient=PatientFactory.create(site=site, rems_enrolled_on=None)
    )


def recheck_above(clock: TestClock) -> Visit:
    visit = decided(clock, "give")
    clock.forward(minutes=2)
    visit.read(PRE_DOSE, systolic=160, diastolic=96)
    return visit


def recent(clock: TestClock) -> Visit:
    """The window is over, the last set is new, and the repeat is overdue all the same."""
    visit = observed(clock)
    first = visit.session.first_dose_at
    assert first is not None
    clock.travel_to(first)
    clock.forward(minutes=129)
    visit.read()
    clock.forward(minutes=12)
    return visit


STATES: dict[str, tuple[Callable[[Any], Visit], float, str | None, str | None]] = {
    "planned": (planned, 0, "Admit", "Admit"),
    "arrived": (admitted, 0, "Record pre-dose reading", "Record pre-dose reading"),
    "answers open": (
        lambda c: answers(c, aneurysmal_disease=True), 0, "Answers again", "Answers again",
    ),
    "not enrolled": (
        not_enrolled, 0, "Enter the REMS enrolment", "Enter the REMS enrolment",
    ),
    "pre-dose taken": (predosed, 0, "Record the first dose", "Record the first dose"),
    "pre-dose old": (predosed, 31, "Record pre-dose reading", "Record pre-dose reading"),
    "above the guide": (
        lambda c: predosed(c, predose=HIGH), 0, None, "Decide on the dose",
    ),
    "decided to give": (
        lambda c: decided(c, "give"), 0, "Record the first dose", "Record the first dose",
    ),
    "decided to delay": (lambda c: decided(c, "delay"), 0, None, "Decide on the dose"),
    "decided not to give": (
        lambda c: decided(c, "do_not_give"), 0,
        "End the session without a dose", "End the session without a dose",
    ),
    "recheck above the guide": (recheck_above, 0, None, "Decide on the dose"),
    "chest pain on arrival": (
        lambda c: chest_pain(c, admitted), 0, "Record who was informed", "Record who was informed",
    ),
    "device, resting": (halfway, 4, "Record device 2", "Record device 2"),
    "device, rest over": (halfway, 6, "Record device 2", "Record device 2"),
    "infusion runs": (
        infusing, 5, "Record the end or a pause", "Record the end or a pause",
    ),
    "infusion ended": (infused, 0, "Record 40-minute reading", "Record 40-minute reading"),
    "observing": (at_forty, 1, None, None),
    "due": (
        at_forty, 17, "Record 60-minute reading", "Record 60-minute reading",
    ),
    "overdue": (
        at_forty, 26, "Record 60-minute reading", "Record 60-minute reading",
    ),
    "urgent": (
        at_forty, 31, "Record 60-minute reading", "Record 60-minute reading",
    ),
    "flagged": (
        lambda c: read(c, systolic=185), 0, "Record who was informed", "Record who was informed",
    ),
    "flagged and overdue": (
        lambda c: read(c, systolic=185), 12, "Record who was informed", "Record who was informed",
    ),
    "emergency": (
        lambda c: read(c, sedation=1), 0, "Record who was informed", "Record who was informed",
    ),
    "emergency and urgent": (
        lambda c: read(c, sedation=1), 31, "Record who was informed", "Record who was informed",
    ),
    "answered": (answered, 1, None, None),
    "serious adverse event": (
        serious, 0, "Record who was informed", "Record who was informed",
    ),
    "window over": (ready_to_sign, 0, None, "Review and sign clearance"),
    "window over, repeat overdue": (
        recent, 0, "Record 135-minute reading", "Review and sign clearance",
    ),
    "final set old": (ready_to_sign, 18, "Record 135-minute reading",
                      "Record 135-minute reading"),
    "signed": (signed, 0, "Record departure", "Record departure"),
    "signature lapsed": (signed, 15, "Record 135-minute reading", "Record 135-minute reading"),
    "chest pain after the signature": (
        lambda c: chest_pain(c, signed), 0, "Record who was informed", "Record who was informed",
    ),
}  # fmt: skip


@pytest.mark.parametrize("state", STATES)
def test_the_card_and_the_page_name_the_same_next_step(
    clock: TestClock, signed_in: Signer, state: str
) -> None:
    build, minutes, of_nurse, of_clinician = STATES[state]
    visit = build(clock)
    clock.forward(minutes=minutes)
    for staff, expected in ((visit.nurse, of_nurse), (visit.clinician, of_clinician)):
        client = signed_in(staff)
        (card,) = client.get("/").context["cards"]
        primary = client.get(f"/sessions/{visit.id}/").context["primary"]
        assert (primary.words if primary else None) == expected
        if primary:
            assert card.action == primary
        else:
            assert (card.action.words, card.action.href) == (
                "Open the session",
                f"/sessions/{visit.id}/",
            )
