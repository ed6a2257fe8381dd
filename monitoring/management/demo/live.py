"""Plays the day of the demo on: what is open goes on by the verbs, what a board lacks comes new.

Each step is made at the time at which it would have been made, up to now. A session that someone
has opened is left to them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from random import Random
from time import sleep

from django.db import connection

from clinic import clock as clinic_clock
from clinic.models import Site, Staff, TrailEntry
from clinic.refusal import Refused
from monitoring.management.demo.body import body, ride
from monitoring.management.demo.build import quick_commits
from monitoring.management.demo.going_on import go_on
from monitoring.management.demo.one import add_one
from monitoring.management.demo.past import Clock, moved_clock
from monitoring.management.demo.people import MAIN, Team, found_teams
from monitoring.management.demo.today import Day
from monitoring.management.demo.visit import Visit
from monitoring.models import AccessEntry, Admission, Session
from monitoring.rules.facts import age_in_years
from monitoring.rules.urgency import Kind, waits

WANTED: dict[str, frozenset[Kind]] = {
    "arrived": frozenset({"arrived"}),
    "observing": frozenset({"upcoming"}),
    "due": frozenset({"due", "repeat"}),
    "overdue": frozenset({"overdue", "urgent"}),
    "flagged": frozenset({"flagged", "emergency"}),
    "ready": frozenset({"waiting"}),
    "cleared": frozenset({"ready"}),
}
"""What a board shows at any hour, by state of the demo; someone who is to come, too."""
WANTED_ELSEWHERE = ("observing",)


def play_on(*, seed: int, password: str) -> None:
    """Every session of the demo that no one has opened, up to now, and the states that are missing
    then. Played twice it is played once."""
    with moved_clock() as clock, quick_commits():
        day = Day(clock, password)
        for team in found_teams(password):
            for session in _left_to_us(team.site, clock):
                _play_on(session, team, day)
            for state in _lacking(team.site, clock):
                add_one(state, team, day, seed=seed)


def play_on_every(minutes: int, *, seed: int, password: str) -> None:
    """Play on every so many minutes, until the process that started this one has ended."""
    started_by = os.getppid()
    while True:
        for _second in range(60 * minutes):
            sleep(1)
            if os.getppid() != started_by:
                return
        play_on(seed=seed, password=password)
        connection.close()  # No connection waits open for the next time.


def _left_to_us(site: Site, clock: Clock) -> list[Session]:
    """Sessions in progress, and those whose patient should have come, that no one has opened."""
    opened = AccessEntry.objects.filter(action=AccessEntry.Action.OPENED, session__isnull=False)
    found = Session.objects.at(site).on_board(clock.present).with_people()
    return list(found.exclude(pk__in=opened.values("session")).order_by("planned_for"))


def _play_on(session: Session, team: Team, day: Day) -> None:
    last = TrailEntry.objects.filter(chain=session.pk).latest("seq")
    day.clock.move_to(max(last.at, session.planned_for) if session.phase == "planned" else last.at)
    try:
        go_on(_taken_up(session, team, day.clock), day.password)
    except Refused:
        return  # A person was there in the meantime, or is asked: it stays as it is.


def _taken_up(session: Session, team: Team, clock: Clock) -> Visit:
    """The visit of a session that was begun before, with its people, its body and its escort."""
    rng = Random(f"{session.pk}/{session.last_seq}")
    patient = session.patient
    age = age_in_years(patient.date_of_birth, clock.present.date())
    rest = body(rng, age, is_hypertensive="hypertension" in patient.cautions)
    shown = ride(rest, rng, number=session.patient.sessions.count())
    visit = Visit(team, patient, shown, clock, rng, session.room)
    visit.id, visit.order_mg = session.pk, session.planned_mg
    visit.nurse = _found(team.nurses, session.observer or session.planned_by, visit.nurse)
    visit.clinician = _found(team.clinicians, session.prescriber, visit.clinician)
    visit.escort = _escort(session)
    visit.reload()
    visit.first_dose_at = visit.facts.first_dose_at or clock.now()
    predose = visit.facts.predose
    if predose is not None and predose.has_value("blood_pressure"):
        at_rest = int(predose.value("systolic") or 0), int(predose.value("diastolic") or 0)
        visit.ride = replace(shown, at_rest=at_rest)
    return visit


def _escort(session: Session) -> dict[str, str]:
    """Who was named on arrival to take the patient home."""
    named = ("escort_name", "escort_phone")
    admitted = Admission.objects.filter(session=session).exclude(escort_name="").order_by("seq")
    return next(iter(admitted.reverse().values(*named)), {})


def _found(people: tuple[Staff, ...], person: Staff | None, otherwise: Staff) -> Staff:
    return next((p for p in people if p == person), otherwise)


def _lacking(site: Site, clock: Clock) -> Iterator[str]:
    """The states that no session at the site is in now."""
    clock.move_to(clock.present)
    now = clinic_clock.now()
    is_main = site.name == MAIN
    kinds: set[Kind] = set()
    for found in Session.objects.at(site).in_progress():
        kinds |= {wait.kind for wait in waits(Session.read(found.pk).facts(), now)}
    for state, of in WANTED.items():
        if not kinds & of and (is_main or state in WANTED_ELSEWHERE):
            yield state
    end = now + timedelta(hours=12)
    planned = Session.objects.at(site).filter(phase="planned", planned_for__range=(now, end))
    if not planned.exists():
        yield "planned"
