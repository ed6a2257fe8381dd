"""The past of each patient: induction twice a week, then weekly, then every one or two weeks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random

from clinic.refusal import Refused
from monitoring.actions import cancel_session, defer_dose, register_patient
from monitoring.actions.register_patient import NewPatient
from monitoring.management.demo.body import Body, Ride, body, ride
from monitoring.management.demo.names import NAMES, Name
from monitoring.management.demo.past import Clock, new_id
from monitoring.management.demo.people import MAIN, Team
from monitoring.management.demo.play import (
    DEVICE_MG,
    arrive,
    drawn,
    whole,
)
from monitoring.management.demo.stories import MAIN_STORIES, OTHER_STORIES, Story
from monitoring.management.demo.visit import Visit
from monitoring.models import Patient

INDUCTION = (0, 3, 7, 10, 14, 17, 21, 24)
WEEKLY = (31, 38, 45, 52)
SLOW_ONE_IN = 30
INFUSED = 4
"""Which patient has infusions."""
CHAIRS = 13


def chair(number: int) -> str:
    return f"Chair {number % CHAIRS + 1}"


@dataclass(frozen=True, slots=True)
class Case:
    """One patient of the demo with the body that the values come from."""

    number: int
    name: Name
    patient: Patient
    body: Body
    team: Team
    begins: date
    rng: Random

    @property
    def is_infused(self) -> bool:
        return self.number == INFUSED and self.team.ketamine is not None

    def room(self) -> str:
        """No two patients of the same day share one."""
        return "Infusion room" if self.is_infused else chair(self.number)


def cases(teams: list[Team], clock: Clock, seed: int, days: int) -> list[Case]:
    """Register every patient some days before the first session."""
    main = next(t for t in teams if t.site.name == MAIN)
    other = next(t for t in teams if t.site.name != MAIN)
    today = clock.present.date()
    found: list[Case] = []
    for number, name in enumerate(NAMES, start=1):
        is_first = all(case.name.family != name.family for case in found)
        rng = Random(f"{seed}/{name.family}/{name.given}" + ("" if is_first else f"/{number}"))
        team = other if number > 27 else main
        begins = today - timedelta(days=rng.randrange(3, max(4, days - 2)))
        found.append(
            register(
                team, clock, rng, number=number, mrn=f"DEMO-{number:04d}", name=name, begins=begins
            )
        )
    return found


def register(
    team: Team, clock: Clock, rng: Random, *, number: int, mrn: str, name: Name, begins: date
) -> Case:
    """Register a patient three days before treatment begins."""
    clock.move_to(datetime.combine(begins, time(17), clock.present.tzinfo) - timedelta(days=3))
    by, id = rng.choice(team.nurses), new_id(clock.now(), rng)
    patient = NewPatient(
        mrn=mrn,
        family_name=name.family,
        given_name=name.given,
        date_of_birth=date(name.born, rng.randrange(1, 13), rng.randrange(1, 29)),
        sex=name.sex,
        allergies=name.allergies,
        cautions=name.cautions,
        rems_enrolled_on=begins - timedelta(days=2) if number != INFUSED else None,
    )
    try:
        registered = register_patient(team.site, by, id=id, patient=patient)
    except Refused as asked:  # A patient of that name is there: another person.
        told = [str(reason.params["answer"]) for reason in asked.messages]
        registered = register_patient(team.site, by, id=id, patient=patient, confirmed=told)
    age = clock.present.year - name.born
    rest = body(rng, age, is_hypertensive="hypertension" in name.cautions)
    return Case(number, name, registered, rest, team, begins, rng)


def days_of(case: Case, until: date) -> Iterator[date]:
    """The days of a course of treatment before `until`, none at a weekend."""
    offsets = [*INDUCTION, *WEEKLY]
    while case.begins + timedelta(days=offsets[-1]) < until:
        offsets.append(offsets[-1] + case.rng.choice((7, 14, 14)))
    last = case.begins - timedelta(days=1)
    for offset in offsets:
        day = case.begins + timedelta(days=offset)
        day += timedelta(days={5: 2, 6: 1}.get(day.weekday(), 0))
        day = max(day, last + timedelta(days=1))
        if day >= until:
            return
        last = day
        yield day


def past_of(cases: list[Case], until: date) -> Iterator[tuple[Case, list[date], Story | None]]:
    """Each patient with the days of the sessions before `until`, and what is told of the last."""
    main, other = iter(MAIN_STORIES.values()), iter(OTHER_STORIES.values())
    for case in cases:
        days = list(days_of(case, until))
        stories = main if case.team.site.name == MAIN else other
        is_told = bool(days) and not case.is_infused
        yield case, days, next(stories, None) if is_told else None


def play(
    case: Case, day: date, number: int, clock: Clock, password: str, story: Story | None
) -> None:
    """The `number`th session of a patient, on `day`; an ordinary one where there is no `story`."""
    rng = case.rng
    tz = case.team.site.tz
    begin = datetime.combine(day, time(8, 30), tz) + timedelta(minutes=15 * rng.randrange(22))
    begin = begin.astimezone(clock.present.tzinfo)
    clock.move_to(begin - timedelta(days=1, hours=rng.randrange(1, 4)))
    mg = milligrams(case, number)
    shown = usual_ride(case, number)
    visit = planned(case, begin, clock, of=shown, mg=mg, is_first=number == 1)
    if rng.random() < 0.02 and story is None:
        clock.move_to(begin - timedelta(hours=2))
        cancel_session(visit.id, visit.nurse, reason="Patient called: fever, new date agreed")
        return
    clock.move_to(begin + timedelta(minutes=rng.randrange(-4, 12)))
    plot = drawn(rng)
    if story is not None:
        story(visit, password)
    elif rng.random() < 0.008:
        arrive(visit, replace(plot, fasting_broken=False))
        defer_dose(visit.id, visit.nurse, reason="Patient anxious today and asked to come back")
    else:
        devices = 0 if case.is_infused else int(mg) // DEVICE_MG
        whole(visit, plot, password, devices=devices, mg=mg)


def milligrams(case: Case, number: int) -> Decimal:
    """56 mg first; later 84 for most. The infusion is half a milligram a kilogram."""
    if case.is_infused:
        return Decimal("36.5")
    return Decimal(56 if number == 1 or case.number % 3 == 0 else 84)


def usual_ride(case: Case, number: int) -> Ride:
    """As drawn: one in thirty recovers slowly, a few arrive above the guide."""
    rng = case.rng
    is_slow = rng.random() < 1 / SLOW_ONE_IN
    above = rng.randrange(4, 16) if rng.random() < _above(case) else 0
    return ride(case.body, rng, number=number, is_slow=is_slow, above=above)


def planned(
    case: Case,
    begin: datetime,
    clock: Clock,
    *,
    of: Ride,
    mg: Decimal,
    is_first: bool,
    is_ordered: bool = True,
) -> Visit:
    team = case.team
    visit = Visit(team, case.patient, of, clock, case.rng, case.room())
    version = team.ketamine if case.is_infused and team.ketamine else team.spravato
    weeks = (begin.date() - case.begins).days // 7
    return visit.plan(version, begin, mg, is_first=is_first, weeks=weeks, is_ordered=is_ordered)


def _above(case: Case) -> float:
    return 0.12 if "hypertension" in case.name.cautions else 0.025
