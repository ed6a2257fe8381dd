"""Sessions that went otherwise in the ways that chance does not find: every flag, devices that
failed, suicidality, what was overridden on arrival, entered late or put right."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from clinic.ids import uuid7
from clinic.models import Site
from monitoring import actions
from monitoring.actions.correct_dose import DoseCorrection
from monitoring.actions.correct_event import EventCorrection
from monitoring.models import Dose, Event
from tests.clock import TestClock
from tests.factories.answers import GOOD_ANSWERS
from tests.factories.people import SiteFactory
from tests.factories.record import PatientFactory
from tests.factories.visits import Visit
from tests.reports.seldom import SELDOM
from tests.sequences.watch import offer

OUT: tuple[dict[str, Any], ...] = (
    {"systolic": 185}, {"systolic": 186}, {"systolic": 201, "diastolic": 121}, {},
    {"diastolic": 111}, {"diastolic": 112}, {"systolic": 99}, {"systolic": 89},
    {"respiratory_rate": 8}, {"respiratory_rate": 11}, {"respiratory_rate": 21},
    {"respiratory_rate": 25}, {"heart_rate": 40}, {"heart_rate": 50}, {"heart_rate": 111},
    {"heart_rate": 131}, {"spo2": 92}, {"spo2": 91}, {"spo2": 89}, {"sedation": 1},
    {"sedation": 3}, {"dissociation": 3},
)  # fmt: skip
"""Of each reading what is outside; each limit is included."""


def otherwise(clock: TestClock) -> Site:
    """A site with such sessions, which have ended."""
    site = SiteFactory.create(watch_limit=1)
    first = Visit(clock, site=site)
    same: dict[str, Any] = {"site": site, "version": first.version,
                            "people": (first.nurse, first.clinician)}  # fmt: skip
    for number, lived in enumerate(WAYS):
        visit = Visit(clock, patient=PatientFactory.create(site=site), **same) if number else first
        lived(visit)
        clock.forward(minutes=60 * 24)
    for lived_like in SELDOM:
        morning = clock.now().replace(hour=14, minute=0)
        clock.travel_to(morning + timedelta(days=1))
        lived_like(first)
    return site


def _dosed(visit: Visit, *, devices: int = 2, **answers: Any) -> None:
    visit.admit(**answers)
    visit.read()
    for _ in range(devices):
        visit.clock.forward(minutes=5)
        visit.dose()


def _flagged(visit: Visit) -> None:
    _dosed(visit)
    for values in OUT:
        visit.clock.forward(minutes=5)
        visit.read(**values)
    visit.event("symptom", symptoms=("seizure",))
    visit.event("symptom", symptoms=("syncope",))
    visit.event("adverse_event", is_serious=True, onset_at=visit.clock.now(), detail="Fell")
    visit.leave("against_advice", escort_name="Ann Smith", had_serious_event=True)


def _suicidal(visit: Visit) -> None:
    visit.admit()
    visit.screen(not_done="refused")
    visit.read()
    visit.clock.forward(minutes=5)
    visit.dose()
    for yes in ("cssrs_4", "cssrs_5", "cssrs_6"):
        answers = dict.fromkeys((f"cssrs_{n}" for n in range(1, 7)), False)
        visit.screen(**answers | {"cssrs_2": True, yes: True})
    asked = visit.screen(phq9_item9=2)
    visit.event("symptom", symptoms=("suicidal_thoughts",))
    visit.review_event(asked.pk)
    visit.clock.forward(minutes=40)
    visit.leave("transferred")


def _devices(visit: Visit, *, complaint: str) -> None:
    """The first fails and is replaced by one that gives one spray; the last fails, too."""
    visit.admit()
    visit.read()
    nothing = {"sprays": 0, "partial_detail": "Jammed", "complaint": complaint}
    visit.dose(**nothing)
    visit.dose(sprays=1, partial_detail="Sneezed", complaint=complaint, early_reason="Replaced")
    visit.clock.forward(minutes=2)
    visit.dose(**nothing, early_reason="Forgot the time")
    visit.decide("do_not_give")
    visit.clock.forward(minutes=40)
    visit.read(systolic=None, diastolic=None, not_done={"blood_pressure": "refused"})
    visit.leave("left_unseen")


def _early(visit: Visit) -> None:
    visit.admit()
    visit.read()
    visit.dose()
    visit.clock.forward(minutes=2)
    visit.dose(early_reason="Forgot the time")
    visit.clock.forward(minutes=40)
    visit.leave("transferred")


def _asked(visit: Visit) -> None:
    visit.order(84)
    answers = GOOD_ANSWERS | {"no_recent_food": False, "transport_arranged": False}
    visit.admit(answers=answers, fasting_reason="Toast at six", transport_reason="A taxi")
    visit.read(systolic=150)
    visit.clock.forward(minutes=6)
    visit.read(dissociation=1)
    visit.decide()
    visit.dose()
    offer(visit)
    visit.clock.forward(minutes=45)
    visit.leave("against_advice")


def _late(visit: Visit) -> None:
    ago = partial(_ago, visit)
    visit.admit()
    visit.read()
    visit.clock.forward(minutes=12)
    visit.dose(**ago("started_at", 8))
    visit.clock.forward(minutes=15)
    visit.event(**ago("at", 7))
    high = visit.read(systolic=190)
    visit.clock.forward(minutes=30)
    visit.respond(high.pk, **ago("at", 20))
    visit.clock.forward(minutes=5)
    left = ago("left_at", 9)
    visit.leave("against_advice", **left)
    visit.event("symptom", symptoms=("nausea",))


def _ago(visit: Visit, name: str, minutes: int) -> dict[str, Any]:
    at = visit.clock.now() - timedelta(minutes=minutes)
    read_back = {} if name != "left_at" else {"confirmed_at": at}
    return {name: at, "late_reason": "Was with the patient", **read_back}


def _put_right(visit: Visit) -> None:
    _dosed(visit)
    note = visit.event()
    visit.clock.forward(minutes=5)
    earlier = EventCorrection(at=note.at - timedelta(minutes=1))
    _mend(visit, note, earlier)
    dose = visit.session.rows.standing(Dose)[-1]
    _mend(visit, dose, DoseCorrection(lot="B77"))
    visit.clock.forward(minutes=40)
    visit.leave("against_advice")
    _mend(visit, visit.session.rows.standing(Event)[-1], EventCorrection(detail="Well"))


def _mend(visit: Visit, row: Dose | Event, correction: Any) -> None:
    verb: Any = actions.correct_dose if isinstance(row, Dose) else actions.correct_event
    by, id = visit.nurse, uuid7()
    verb(visit.id, by, id=id, replaces=row.pk, correction=correction, reason="Misread")


def _not_dosed(visit: Visit) -> None:
    visit.admit()
    visit.read(heart_rate=None, not_done={"heart_rate": "refused"})
    visit.decide()
    visit.dose(sprays=0, partial_detail="Jammed", complaint="")
    visit.decide("do_not_give")
    visit.leave("against_advice")


def _alone(visit: Visit) -> None:
    """Signed with a value outside the criteria, and left without an escort."""
    _dosed(visit)
    visit.clock.forward(minutes=35)
    visit.read()
    visit.clock.forward(minutes=90)
    visit.read(systolic=150)
    visit.sign()
    alone = {"escort_name": "", "escort_phone": "", "no_escort_reason": "The sister is ill"}
    visit.leave(by=visit.clinician, **alone)


WAYS: tuple[Callable[[Visit], None], ...] = (
    _flagged,
    _suicidal,
    partial(_devices, complaint="LOT-1"),
    partial(_devices, complaint=""),
    _early,
    _asked,
    _late,
    _put_right,
    _not_dosed,
    _alone,
)
