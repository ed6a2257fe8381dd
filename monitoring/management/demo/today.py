"""A day in full swing: sessions in every phase, relative to now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from monitoring.management.demo.body import ride
from monitoring.management.demo.history import Case, milligrams, planned
from monitoring.management.demo.past import Clock
from monitoring.management.demo.people import MAIN, least_busy
from monitoring.management.demo.play import DEVICE_MG, Plot, give, infuse, observe, whole
from monitoring.management.demo.stories import MAIN_STORIES, OTHER_STORIES, Story
from monitoring.management.demo.visit import Visit
from monitoring.models import Session

PLAIN = Plot()


@dataclass(frozen=True, slots=True)
class Day:
    """What a scene needs: the clock, and the password that signs."""

    clock: Clock
    password: str

    def ago(self, minutes: float) -> datetime:
        return self.clock.present - timedelta(minutes=minutes)


Scene = Callable[[Day, Visit], None]


def _dosed(day: Day, visit: Visit, since: float, devices: int | None = None) -> None:
    """Arrived and dosed so that the first device was given `since` minutes ago; all devices of the
    order unless told otherwise."""
    day.clock.move_to(day.ago(since + 24))
    visit.admit()
    day.clock.move_to(day.ago(since + 12))
    visit.predose().decide("Usual range for this patient")
    day.clock.move_to(day.ago(since))
    give(visit, PLAIN, devices or int(visit.facts.planned_mg) // DEVICE_MG)


def arrived(day: Day, visit: Visit) -> None:
    day.clock.move_to(day.ago(6))
    visit.admit()


def above_guide(day: Day, visit: Visit) -> None:
    day.clock.move_to(day.ago(14))
    visit.admit()
    day.clock.move_to(day.ago(4))
    visit.predose({"systolic": 152, "diastolic": 94})


def dosing(day: Day, visit: Visit) -> None:
    _dosed(day, visit, 3, devices=1)


def calm(day: Day, visit: Visit) -> None:
    _dosed(day, visit, 22)
    observe(visit, PLAIN, until=15)
    day.clock.move_to(day.ago(2))
    visit.hand_over(is_accepted=False)


def due(day: Day, visit: Visit) -> None:
    _dosed(day, visit, 41)
    observe(visit, PLAIN, until=30)


def overdue(day: Day, visit: Visit) -> None:
    _dosed(day, visit, 69)
    observe(visit, PLAIN, until=40)


def flagged(day: Day, visit: Visit) -> None:
    _dosed(day, visit, 46)
    observe(visit, PLAIN, until=30)
    day.clock.move_to(day.ago(5))
    visit.read(40, {"systolic": 186, "diastolic": 104, "sedation": 3, "dissociation": 2})


def suicidal(day: Day, visit: Visit) -> None:
    """A positive screen and lorazepam; the clinician was told and has still to review it."""
    _dosed(day, visit, 64)
    observe(visit, PLAIN, until=40)
    day.clock.move_to(day.ago(12))
    visit.screen(phq9_item9=2, phq9_total=19)
    day.clock.move_to(day.ago(10))
    visit.respond("Comes to see the patient")
    visit.medicate("Lorazepam", 1, "Panic")


def waiting(day: Day, visit: Visit) -> None:
    _dosed(day, visit, 130)
    observe(visit, PLAIN, until=120)


def cleared(day: Day, visit: Visit) -> None:
    _dosed(day, visit, 132)
    observe(visit, PLAIN, until=120)
    day.clock.move_to(day.ago(2))
    visit.sign(day.password)


def past_two_hours(day: Day, visit: Visit) -> None:
    """Chest pain of another patient was entered, and waits for a clinician to confirm that."""
    _dosed(day, visit, 158)
    observe(visit, Plot(late=60), until=90)
    visit.hand_over()
    observe(visit, PLAIN, after=90, until=135)
    visit.event("symptom", symptoms=["chest_pain"])
    visit.wait(1, 2)
    visit.strike("event", visit.facts.events[-1].id, "It was the patient in the next room")
    observe(visit, PLAIN, after=135, until=151)


def infused(day: Day, visit: Visit) -> None:
    day.clock.move_to(day.ago(100))
    visit.admit()
    day.clock.move_to(day.ago(88))
    visit.predose().decide("Usual range for this patient")
    day.clock.move_to(day.ago(80))
    infuse(visit, Decimal("36.5"), is_paused=True)
    observe(visit, PLAIN, after=30, until=60)


def closed(day: Day, visit: Visit) -> None:
    day.clock.move_to(day.ago(210))
    whole(visit, Plot(late=40), day.password, devices=2, mg=Decimal(56))


def expected(day: Day, visit: Visit) -> None:
    """Planned; the patient has not come yet."""


def unordered(day: Day, visit: Visit) -> None:
    """Planned by a nurse: a clinician has still to order it."""


def told(story: Story) -> Scene:
    """The whole of a session that has ended by now."""

    def scene(day: Day, visit: Visit) -> None:
        day.clock.move_to(day.ago(400))
        story(visit, day.password)

    return scene


MAIN_SCENES: tuple[Scene, ...] = (
    arrived,
    above_guide,
    dosing,
    calm,
    due,
    overdue,
    flagged,
    suicidal,
    waiting,
    cleared,
    past_two_hours,
    closed,
    expected,
    unordered,
)
"""The IV infusion of its own patient comes on top."""
TO_COME = (expected, unordered)
EACH, EVENING = 45, 18
"""Minutes between the arrivals to come, and the hour from which no one is expected any more."""
SCENES: dict[str, Scene] = {
    "planned": expected,
    "unordered": unordered,
    "arrived": arrived,
    "above-guide": above_guide,
    "dosing": dosing,
    "infusion": infused,
    "observing": calm,
    "due": due,
    "overdue": overdue,
    "flagged": flagged,
    "suicidality": suicidal,
    "ready": waiting,
    "cleared": cleared,
    "strike-waits": past_two_hours,
    "closed": closed,
    **{name: told(story) for name, story in {**MAIN_STORIES, **OTHER_STORIES}.items()},
}
"""States that a single session can be made in, beside the demo's own: phases, and what a phase may
hold. `infusion` is of a patient who has infusions."""
BOARD = tuple(n for n, scene in SCENES.items() if scene in {*MAIN_SCENES, infused})
"""What a board in full swing holds."""
OTHER_SCENES: tuple[Scene, ...] = (due, waiting, calm, expected)
"""One nurse watches all three who are there: more than the site's number."""


def play_today(cases: list[Case], clock: Clock, password: str) -> None:
    """One scene a patient, at both sites."""
    day = Day(clock, password)
    main = [c for c in cases if c.team.site.name == MAIN and not c.is_infused]
    other = [c for c in cases if c.team.site.name != MAIN]
    for case in (c for c in cases if c.is_infused):
        _play(case, infused, day, day.ago(100))
    for scenes, patients in ((MAIN_SCENES, main), (OTHER_SCENES, other)):
        later = 35
        for scene, case in zip(scenes, patients[-len(scenes) :], strict=True):
            begin = day.ago(20)
            if scene in TO_COME:
                begin, later = _within_today(day, case, later), later + EACH
            _play(case, scene, day, begin)
    _plan_the_rest(main[: -len(MAIN_SCENES)], day)


def _plan_the_rest(cases: list[Case], day: Day) -> None:
    """One arrival after another until the evening, so that someone is to come at any hour."""
    after = 35 + EACH * len(TO_COME)
    for case in cases:
        tz = case.team.site.tz
        begin = day.ago(-after)
        here = begin.astimezone(tz)
        if here.hour >= EVENING or here.date() != day.clock.present.astimezone(tz).date():
            return
        _play(case, expected, day, begin)
        after += EACH


def play_scene(case: Case, state: str, day: Day) -> Session:
    """One session of `case` in a state of `SCENES`."""
    scene = SCENES[state]
    begin = _within_today(day, case, 35) if scene in TO_COME else day.ago(20)
    return _play(case, scene, day, begin)


def _play(case: Case, scene: Scene, day: Day, begin: datetime) -> Session:
    number = case.patient.sessions.exclude(phase="cancelled").count() + 1
    shown = ride(case.body, case.rng, number=number, is_slow=scene is past_two_hours)
    day.clock.move_to(day.ago(24 * 60))
    is_longer = scene in {dosing, past_two_hours} and number > 1
    mg = Decimal(84 if is_longer else 56)
    mg = milligrams(case, number) if case.is_infused else mg
    is_ordered = scene is not unordered
    visit = planned(
        case, begin, day.clock, of=shown, mg=mg, is_first=number == 1, is_ordered=is_ordered
    )
    visit.nurse = least_busy(case.team)
    scene(day, visit)
    return Session.objects.get(pk=visit.id)


def _within_today(day: Day, case: Case, later: int) -> datetime:
    """Some minutes from now, but not past the site's midnight, so that the board shows it."""
    tz = case.team.site.tz
    wanted = day.clock.present + timedelta(minutes=later)
    is_today = wanted.astimezone(tz).date() == day.clock.present.astimezone(tz).date()
    return wanted if is_today else day.clock.present
