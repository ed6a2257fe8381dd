"""One more session of the demo, in a named state: to look at a page, or to try something out."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from monitoring.management.demo.build import is_empty, quick_commits
from monitoring.management.demo.history import INFUSED, register
from monitoring.management.demo.names import NAMES, Name
from monitoring.management.demo.past import moved_clock
from monitoring.management.demo.people import MAIN, Team, found_team, let_in, open_clinic
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
        day = Day(clock, password)
        known = Patient.objects.count()
        rng = Random(f"{seed}/{state}/{known}")
        is_new = is_empty()
        clock.move_to(clock.present - OPENED_BEFORE)
        team = _main(open_clinic(clock.now(), rng, password)) if is_new else found_team(password)
        number = INFUSED if state == "infusion" else INFUSED + 1 + known
        begins = (clock.present - PATIENT_BEFORE).date()
        mrn = f"DEMO-{known + 1:04d}"
        case = register(team, clock, rng, number=number, mrn=mrn, name=_name(known), begins=begins)
        session = play_scene(case, state, day)
        if is_new:
            let_in(password)
        return session


def _name(known: int) -> Name:
    """One that none of the patients before has: each round pairs the names in another way."""
    size = len(NAMES)
    return NAMES[(known + known // size) % size]._replace(family=NAMES[known % size].family)


def _main(teams: list[Team]) -> Team:
    return next(team for team in teams if team.site.name == MAIN)
