"""A whole session from arrival to departure, with what happens on the way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from random import Random

from monitoring.management.demo.visit import Visit
from monitoring.models import Reading
from monitoring.rules.protocol import REMS_CHECK_MINUTES, Protocol
from monitoring.rules.repeats import next_repeat

DEVICE_MG = 28
MOST_REPEATS = 6
"""In one go; what is still due then is measured with the next reading of the schedule."""


@dataclass(frozen=True, kw_only=True)
class Plot:
    """What departs from the ordinary in one session. Slots are minutes."""

    late: int | None = None
    missed: int | None = None
    not_done: int | None = None
    corrected: int | None = None
    entered_late: int | None = None
    partial: bool = False
    early_device: bool = False
    fasting_broken: bool = False
    symptom: str = ""
    withdrawn: bool = False


def drawn(rng: Random) -> Plot:
    """Most sessions have nothing of it; late and missed readings are the commonest."""

    def slot(chance: float, *slots: int) -> int | None:
        return rng.choice(slots) if rng.random() < chance else None

    return Plot(
        late=slot(0.10, 30, 40, 40, 60),
        missed=slot(0.06, 15, 30, 90),
        not_done=slot(0.02, 40, 60),
        corrected=slot(0.04, 30, 60, 90),
        entered_late=slot(0.03, 30, 90),
        partial=rng.random() < 0.004,
        early_device=rng.random() < 0.01,
        fasting_broken=rng.random() < 0.02,
        symptom=rng.choice(("dizziness", "nausea", "somnolence", "anxiety"))
        if rng.random() < 0.12
        else "",
        withdrawn=rng.random() < 0.012,
    )


def arrive(visit: Visit, plot: Plot) -> None:
    if plot.fasting_broken:
        visit.admit(
            no_recent_food=False, fasting_reason="Light breakfast 90 minutes ago; told the risk"
        )
    else:
        visit.admit()
    visit.wait(3, 9)
    visit.predose()
    visit.wait(1, 4)
    visit.decide("Usual range for this patient; rested ten minutes, no symptoms")
    visit.wait(2, 6)


def give(visit: Visit, plot: Plot, devices: int) -> None:
    for number in range(1, devices + 1):
        is_last = number == devices
        partial = plot.partial and is_last and "Sneezed after the first spray"
        early = plot.early_device and number == 2 and "Patient asked to go on; rest cut by a minute"
        visit.dose(number, partial=partial or "", early=early or "")
        if not is_last:
            is_next_early = plot.early_device and number == 1
            visit.clock.forward(seconds=245 if is_next_early else visit.rng.randrange(302, 340))


def infuse(visit: Visit, mg: Decimal, *, is_paused: bool = False) -> None:
    """Forty minutes, with the readings of that time; where it is paused, five minutes more."""
    visit.dose(1)
    visit.clock.move_to(visit.first_dose_at + timedelta(minutes=15))
    visit.read(15)
    ran_in = Decimal(0)
    if is_paused:
        visit.clock.move_to(visit.first_dose_at + timedelta(minutes=17))
        ran_in = Decimal(15)
        visit.end_infusion(ran_in, paused="Paused for nausea; patient asked for a break")
        visit.clock.forward(seconds=300)
        visit.dose(2)
    visit.clock.move_to(visit.first_dose_at + timedelta(minutes=30))
    visit.read(30)
    visit.clock.move_to(visit.first_dose_at + timedelta(minutes=REMS_CHECK_MINUTES + 5 * is_paused))
    visit.end_infusion(mg - ran_in)


def observe(
    visit: Visit,
    plot: Plot,
    *,
    until: float = 24 * 60,
    after: float = 0,
    without: int | None = None,
) -> None:
    """Read every slot from `after` until nothing is open, or until `until` minutes."""
    facts = visit.facts
    protocol, ends = facts.protocol, facts.window_ends_at
    window = facts.minutes(ends) if ends else protocol.window_minutes
    minutes = list(protocol.slots)
    while minutes[-1] + 8 < (window or 0):
        minutes.append(minutes[-1] + protocol.repeat_every_minutes)
    for slot in minutes:
        if after < slot <= until and slot != without:
            _slot(visit, plot, slot, protocol, window or 0)
            follow_up(visit, until)
    while until > minutes[-1] + 15 and not _is_over(visit, window or 0):
        minutes.append(minutes[-1] + protocol.repeat_every_minutes)
        if minutes[-1] <= until:
            _slot(visit, plot, minutes[-1], protocol, window or 0)
            follow_up(visit, until)


def follow_up(visit: Visit, until: float) -> None:
    """What a value or an order made due is measured when it is due, but for what is left open."""
    for _ in range(MOST_REPEATS):
        due = next_repeat(visit.facts, visit.clock.now())
        if due is None or due.due_at > visit.first_dose_at + timedelta(minutes=until):
            return
        visit.clock.move_to(max(visit.clock.now(), due.due_at))
        visit.wait(0, 1)
        visit.read(None)
        visit.wait(0.2, 1)
        visit.respond()


def _is_over(visit: Visit, window: int) -> bool:
    visit.clock.move_to(max(visit.clock.now(), visit.first_dose_at + timedelta(minutes=window + 1)))
    return visit.is_ready()


def _slot(visit: Visit, plot: Plot, slot: int, protocol: Protocol, window: int) -> None:
    rng = visit.rng
    if slot == plot.missed:
        return
    at = slot + rng.uniform(-2, 3.5)
    if slot == plot.late:
        at = slot + rng.uniform(12, 15) if slot == REMS_CHECK_MINUTES else slot + rng.uniform(6, 9)
    if window - 6 <= slot <= window + 10:
        at = max(at, min(window, slot + 4) + 0.5)
    # Never back: what was entered late may have been entered after this one was due.
    at = max(at, (visit.clock.now() - visit.first_dose_at) / timedelta(minutes=1))
    visit.clock.move_to(visit.first_dose_at + timedelta(minutes=at))
    if slot == plot.not_done:
        visit.skip(slot, rng.choice(("refused", "device_failure", "unable")))
        return
    reading = _read(visit, plot, slot, at)
    visit.wait(0.5, 2)
    if slot == plot.corrected and reading.systolic:
        visit.correct(reading, {"systolic": reading.systolic - 10})
    if slot == REMS_CHECK_MINUTES and plot.symptom:
        visit.event("symptom", symptoms=[plot.symptom])
    visit.wait(0.2, 1)
    visit.respond()


def _read(visit: Visit, plot: Plot, slot: int, at: float) -> Reading:
    values: dict[str, int] = {}
    if slot == plot.corrected:
        values["systolic"] = (visit.ride.at(at)["systolic"] or 0) + 10
    if slot == plot.entered_late:
        visit.clock.forward(seconds=60 * visit.rng.randrange(7, 16))
        late = "Called to another patient; written on paper first"
        return visit.read(slot, values, minutes=at, late=late)
    return visit.read(slot, values)


def close(visit: Visit, plot: Plot, password: str, *, leaves: bool = True) -> None:
    """Signature and departure; sometimes a high reading comes between the two."""
    ends = visit.facts.window_ends_at
    if ends:
        visit.clock.move_to(max(visit.clock.now(), ends + timedelta(seconds=50)))
    visit.wait(0.5, 2.5)
    if not visit.is_complete():
        visit.read(None)
        visit.wait(0.5, 1)
        visit.respond()
    visit.sign(password)
    if plot.withdrawn:
        visit.wait(2, 4)
        well = {"sedation": 5, "dissociation": 0}
        visit.read(None, {"systolic": 172, "diastolic": 96, **well})
        visit.wait(1, 2)
        visit.respond()
        visit.wait(10, 12)
        visit.read(None, {"systolic": 131, "diastolic": 82, **well})
        visit.wait(1, 2)
        visit.respond()
        visit.sign(password)
    visit.wait(3, 9)
    if leaves:
        visit.leave()


def whole(visit: Visit, plot: Plot, password: str, *, devices: int, mg: Decimal) -> None:
    """Everything of one ordinary, or nearly ordinary, session."""
    arrive(visit, plot)
    if devices:
        give(visit, plot, devices)
    else:
        infuse(visit, mg)
    observe(visit, plot, after=0 if devices else 30)
    close(visit, plot, password)
