"""Sessions that went in many ways: partial and struck doses, corrections, late entries, readings at
no slot's time, flags that were answered, late or never, and every way to leave."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any

from clinic.ids import uuid7
from clinic.models import Site
from monitoring import actions
from monitoring.actions import Conflict, NotAllowed, Refused
from monitoring.models import Reading
from monitoring.rules.flags import unanswered
from tests.clock import TestClock
from tests.factories.people import SiteFactory
from tests.factories.record import PatientFactory
from tests.factories.visits import Visit
from tests.sequences.steps import STEPS

LEAVES = ("discharged", "discharged", "transferred", "against_advice", "left_unseen")
VALUES: dict[str, tuple[int, ...]] = {
    "systolic": (119, 131, 158, 160, 165, 184),
    "diastolic": (78, 84, 95, 104, 105, 112),
    "spo2": (98, 95, 93, 92, 91, 89),
    "sedation": (5, 5, 4, 3),
    "dissociation": (0, 0, 1, 2, 3),
}


def simulated(clock: TestClock, seed: int, sessions: int = 6, *, site: Site | None = None) -> Site:
    """A site with so many sessions that ended, of which one was cancelled, and one that goes on."""
    random = Random(seed)
    site = site or SiteFactory.create()
    first = Visit(clock, site=site)
    same: dict[str, Any] = {"site": site, "version": first.version,
                            "people": (first.nurse, first.clinician)}  # fmt: skip
    for number in range(sessions):
        visit = Visit(clock, patient=PatientFactory.create(site=site), **same) if number else first
        if number == 0:
            actions.cancel_session(visit.id, visit.nurse, reason="Rang")
        else:
            _live(visit, random, LEAVES[(number + seed) % len(LEAVES)])
        clock.forward(minutes=60 * 24 * random.choice((1, 9)))
    Visit(clock, patient=PatientFactory.create(site=site), **same).admit()
    return site


def _live(visit: Visit, random: Random, kind: str) -> None:
    visit.admit()
    visit.read(systolic=random.choice((120, 132)), sedation=random.choice((5, 5, 4)))
    _try(visit.decide)
    _dose(visit, random)
    for _ in range(random.randrange(3, 7)):
        visit.clock.forward(minutes=random.choice((3, 7, 11, 16, 24, 33)))
        _try(lambda: visit.read(**_values(random)))
        _try(lambda: _something(visit, random))
    _leave(visit, random, kind)
    if random.random() < 0.5:
        _try(
            lambda: STEPS[random.choice(("read", "read high", "correct", "strike reading"))](visit)
        )


def _dose(visit: Visit, random: Random) -> None:
    visit.dose()
    visit.clock.forward(minutes=5)
    if random.random() < 0.3:
        _try(lambda: STEPS["strike dose at once"](visit))
    in_part = {"sprays": 1, "partial_detail": "Sneezed"}
    late = {"started_at": visit.clock.now() - timedelta(minutes=2)}
    _try(lambda: visit.dose(**random.choice(({}, {}, in_part, late))))
    _try(lambda: visit.decide("do_not_give"))


def _values(random: Random) -> dict[str, Any]:
    picked: dict[str, Any] = {key: random.choice(values) for key, values in VALUES.items()}
    if random.random() < 0.3:
        picked |= {"systolic": None, "diastolic": None, "not_done": {"blood_pressure": "refused"}}
    return picked


def _something(visit: Visit, random: Random) -> object:
    steps: dict[str, Callable[[], object]] = {
        "late": lambda: STEPS["read late"](visit),
        "corrected": lambda: visit.correct(visit.session.rows.standing(Reading)[-1], systolic=150),
        "moved": lambda: _moved(visit),
        "struck": lambda: STEPS["strike reading at once"](visit),
        "told": lambda: _answered(visit, random.choice((0, 5, 25))),
        "symptom": lambda: visit.event("symptom", symptoms=("chest_pain",)),
        "note": visit.event,
        "note corrected": lambda: STEPS["correct event"](visit),
        "dose corrected": lambda: STEPS["correct dose"](visit),
        "struck event": lambda: STEPS["strike event"](visit),
        "struck dose waits": lambda: STEPS["strike dose"](visit),
        "signed": visit.sign,
        "withdrawn": lambda: STEPS["withdraw"](visit),
    }
    return [steps[name]() for name in random.sample(sorted(steps), k=2)]


def _moved(visit: Visit) -> object:
    last = visit.session.rows.standing(Reading)[-1]
    taken = last.taken_at - timedelta(minutes=2)
    return visit.correct(last, is_time_wrong=True, taken_at=taken)


def _answered(visit: Visit, minutes: int) -> None:
    visit.clock.forward(minutes=minutes)
    for flag in unanswered(visit.session.facts()):
        visit.respond(flag.fact.id)


def _leave(visit: Visit, random: Random, kind: str) -> None:
    if kind == "discharged":
        visit.clock.forward(minutes=random.choice((120, 150)))
        _try(visit.read)
        _try(lambda: _answered(visit, 0))
        _try(lambda: STEPS["review event"](visit))
        _try(lambda: visit.sign(ready_minutes=random.choice((60, 118, 131))))
        visit.clock.forward(minutes=random.choice((1, 9)))
    _try(lambda: visit.leave(kind))
    if visit.session.phase != "closed":
        visit.leave("against_advice", id=uuid7())


def _try(step: Callable[[], object]) -> None:
    with contextlib.suppress(Refused, Conflict, NotAllowed):
        step()
