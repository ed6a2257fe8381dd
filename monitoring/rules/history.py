"""What the record asks before another dose: the patient's earlier sessions, and the age.

A clinician answers with a reason; nothing is refused (CLINICAL 8, rules 20, 24, 26 and 53). Only
what is known of this patient is asked about: a person treated at another site is another patient
there, whom no one here is told of.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from clinic.message import Message
from monitoring.rules.marking import gettext_noop as _
from monitoring.rules.protocol import Protocol

ADULT_YEARS = 18
"""Esketamine is "not approved in pediatric patients" (CLINICAL 8, rule 53; 11, S100)."""
OLDER_YEARS = 65
"""From this age 28 mg is a first dose, where a protocol lists it (CLINICAL 8, rule 20, S20)."""
LOW_TOTAL_MG = 28
WEEK = timedelta(days=7)
EVALUATED = timedelta(weeks=4)
"""Acute suicidal ideation: beyond four weeks it was not evaluated (CLINICAL 1, S13)."""

ASKED: dict[str, str] = {
    "under_age": _("The patient is younger than 18"),
    "same_day": _("A dose was given on this day already"),
    "too_soon": _("Sooner after the last dose than the schedule allows"),
    "too_many": _("More sessions within 7 days than the schedule allows"),
    "not_evaluated": _("Beyond the 4 weeks for which this indication was evaluated"),
    "not_first": _("Planned as a first treatment, but an earlier dose is on record"),
    "low_total": _("28 mg for someone younger than 65"),
    "first_total": _("A first dose above 28 mg from the age of 65"),
    "contraindicated": _("A contraindication was answered Yes at the last session"),
}
"""Each thing that is asked, as it is told where a clinician answered it."""


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """An earlier session in which the patient had arrived; `on` is its day at the site.

    `is_contraindicated`: a contraindication that does not pass stood there to the end.
    """

    on: date
    is_dosed: bool
    indication: str = "trd"
    is_contraindicated: bool = False


@dataclass(frozen=True, kw_only=True)
class History:
    """What is known of the patient on the day of a session; `earlier` in the order of time."""

    on: date
    age: int
    earlier: tuple[Earlier, ...] = ()

    @property
    def dosed(self) -> tuple[Earlier, ...]:
        """Earlier sessions in which a dose was given."""
        return tuple(e for e in self.earlier if e.is_dosed)

    @property
    def is_treated(self) -> bool:
        """Whether the record knows of an earlier dose: then this is no first treatment."""
        return bool(self.dosed)


@dataclass(frozen=True, kw_only=True)
class Ordered:
    """What is ordered for the session that is asked about."""

    protocol: Protocol
    mg: float
    indication: str
    is_first: bool


def asks(history: History | None, ordered: Ordered) -> list[Message]:
    """What a clinician answers with a reason before the first device; none where the history was
    not loaded. Each code is one of ASKED."""
    if history is None:
        return []
    return [*_age(history), *_days(history, ordered), *_totals(history, ordered)]


def _age(history: History) -> Iterator[Message]:
    if history.age < ADULT_YEARS:
        yield Message("under_age", {"age": history.age})
    if history.earlier and history.earlier[-1].is_contraindicated:
        yield Message("contraindicated", {"on": history.earlier[-1].on})


def _days(history: History, ordered: Ordered) -> Iterator[Message]:
    """Days since earlier doses; how many a week only of a spray, for no source says so of an
    infusion."""
    dosed, protocol = history.dosed, ordered.protocol
    if not dosed:
        return
    last = dosed[-1].on
    days = (history.on - last).days
    if days == 0:
        yield Message("same_day")
    elif not protocol.is_infusion and days < protocol.least_days_between:
        yield Message("too_soon", {"days": days, "least": protocol.least_days_between, "on": last})
    if not protocol.is_infusion:
        yield from _a_week(history, protocol)
    since = [e.on for e in dosed if e.indication == "mdsi"]
    if ordered.indication == "mdsi" and since and history.on - since[0] >= EVALUATED:
        yield Message("not_evaluated", {"on": since[0]})


def _a_week(history: History, protocol: Protocol) -> Iterator[Message]:
    """Twice a week at first, then once (CLINICAL 1, S10 and S12), within any seven days."""
    weeks = (history.on - history.dosed[0].on) // WEEK
    is_early = weeks < protocol.induction_weeks
    most = protocol.induction_a_week if is_early else protocol.later_a_week
    lately = sum(e.on > history.on - WEEK for e in history.dosed)
    if lately >= most:
        yield Message("too_many", {"count": lately, "most": most, "week": weeks + 1})


def _totals(history: History, ordered: Ordered) -> Iterator[Message]:
    if ordered.is_first and history.is_treated:
        yield Message("not_first", {"on": history.dosed[-1].on})
    is_low = ordered.protocol.device_mg is not None and ordered.mg <= LOW_TOTAL_MG
    if is_low and history.age < OLDER_YEARS:
        yield Message("low_total", {"age": history.age})
    greatest = ordered.protocol.first_treatment_older_max_mg
    is_first_of_older = ordered.is_first and history.age >= OLDER_YEARS
    if greatest is not None and is_first_of_older and ordered.mg > greatest:
        yield Message("first_total", {"age": history.age, "greatest": greatest})
