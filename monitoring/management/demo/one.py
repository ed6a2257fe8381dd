"""One more session of the demo, in a named state: to look at a page, or to try something out."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from monitoring.management.demo.build import is_empty, quick_commits
from monitoring.management.demo.history import CHAIRS, INFUSED, chair, register
from monitoring.management.demo.names import NAMES, Name
from monitoring.management.demo.past import moved_clock
from monitoring.management.demo.people import Team, found_teams, let_in, open_clinic
from monitoring.management.demo.today import Day, play_scene
from monitoring.models import Patient, Session

OPENED_BEFORE = timedelta(days=40)
PATIENT_BEFORE = timedelta(days=7)


def build_one(state: str, *, seed: int, password: str) -> Session:
    """A session of a new patient at the main site, brought to `state` by the verbs.

    `state` is a name in `SCENES`. An empty database gets the demo's sites and staff first; whether
    the database may hold the demo is asked by the command.
    """
    with moved_clock() as clock, quick_commits():
        is_new = is_empty()
        clock.move_to(clock.present - OPENED_BEFORE)
        opened = open_clinic(clock.now(), Random(f"{seed}"), password) if is_new else None
        team = (opened or found_teams(password))[0]
        session = add_one(state, team, Day(clock, password), seed=seed)
        if is_new:
            let_in(password)
        return session


def add_one(state: str, team: Team, day: Day, *, seed: int) -> Session:
    """A session of a new patient of the team's site, in a chair that is free."""
    known = Patient.objects.count()
    rng = Random(f"{seed}/{state}/{known}")
    begins = (day.clock.present - PATIENT_BEFORE).date()
    mrn = f"DEMO-{known + 1:04d}"
    case = register(
        team,
        day.clock,
        rng,
        number=INFUSED if state == "infusion" else _number(team, known),
        mrn=mrn,
        name=_name(known),
        begins=begins,
    )
    return play_scene(case, state, day)


def _number(team: Team, known: int) -> int:
    """The next one whose chair no one sits in, where there is one."""
    taken = set(Session.objects.at(team.site).in_progress().values_list("room", flat=True))
    first = INFUSED + 1 + known
    return next((n for n in range(first, first + CHAIRS) if chair(n) not in taken), first)


def _name(known: int) -> Name:
    """One that none of the patients before has: each round pairs the names in another way."""
    size = len(NAMES)
    return NAMES[(known + known // size) % size]._replace(family=NAMES[known % size].family)
