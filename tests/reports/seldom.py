"""Sessions with what is seldom: infusions, earlier sessions of the patient that ask something,
answers that were changed, one who watches too many, and a clock that jumps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from clinic.ids import uuid7
from monitoring import actions
from monitoring.actions.correct_dose import DoseCorrection
from monitoring.models import Dose
from monitoring.rules.protocol import KETAMINE_IV
from tests.factories.answers import GOOD_ANSWERS, WELL
from tests.factories.protocols import by_weight
from tests.factories.record import PatientFactory
from tests.factories.visits import Visit
from tests.guards.raw import copy
from tests.sequences.watch import accept, offer

DAY = 24 * 60


def _another(like: Visit, **plan: Any) -> Visit:
    """At the site of `like`, of its people, under its protocol where no other is named."""
    same: dict[str, Any] = {"site": like.site, "people": (like.nurse, like.clinician)}
    same |= {} if "protocol" in plan else {"version": like.version}
    same |= {} if "patient" in plan else {"patient": PatientFactory.create(site=like.site)}
    return Visit(like.clock, **same | plan)


def _infusions(like: Visit) -> None:
    """In three parts, over half an hour, and stopped; as the protocol asks; of more mg/kg, and it
    still runs as the patient leaves."""
    asked = by_weight(KETAMINE_IV, 36)
    short = replace(asked, infusion_minutes=30, beyond_reason="As last time")
    visit = _another(like, protocol=KETAMINE_IV, planned_mg=36, infusion=short)
    _in_parts(visit)
    _in_one(_another(visit, planned_mg=36, infusion=asked))
    more = _another(visit, planned_mg=36, infusion=asked)
    more.order(Decimal("36.1"), beyond_reason="Little effect last time")
    _begin(more)
    more.clock.forward(minutes=20)
    more.leave("against_advice")


def _in_parts(visit: Visit) -> None:
    """The start and the last end are entered a minute too late, another end in time. A reading
    leaves out what its slot, the last of an infusion, asks for."""
    _begin(visit, minutes_ago=6)
    visit.clock.forward(minutes=4)
    _end(visit, 11, is_paused=True, partial_detail="Line occluded")
    visit.dose()
    visit.clock.forward(minutes=6)
    _end(visit, 5, minutes_ago=5, is_paused=True, partial_detail="Line occluded")
    visit.dose()
    visit.clock.forward(minutes=8)
    _end(visit, 9, minutes_ago=6, is_paused=True, partial_detail="Nausea")
    visit.decide("do_not_give", reason="Nausea goes on")
    visit.clock.forward(minutes=67)
    visit.read(respiratory_rate=None)
    visit.leave("against_advice")


def _in_one(visit: Visit) -> None:
    """Entered just in time; a clinician corrects the end, which makes it no later entered."""
    _begin(visit, minutes_ago=5)
    visit.clock.forward(minutes=40)
    _end(visit, 36, is_complete=True)
    visit.clock.forward(minutes=9)
    last, ended_at = visit.session.rows.standing(Dose)[-1], visit.clock.now() - timedelta(minutes=8)
    actions.correct_dose(
        visit.id,
        visit.clinician,
        id=uuid7(),
        replaces=last.pk,
        correction=DoseCorrection(ended_at=ended_at),
        reason="Misread",
    )
    visit.leave("against_advice")


def _begin(visit: Visit, *, minutes_ago: int = 0) -> None:
    visit.admit()
    visit.read()
    visit.clock.forward(minutes=minutes_ago + 1)
    visit.dose(**_ago(visit, "started_at", minutes_ago))


def _ago(visit: Visit, name: str, minutes: int) -> dict[str, Any]:
    at = visit.clock.now() - timedelta(minutes=minutes)
    return {name: at, "confirmed_at": at, "late_reason": "Was with the patient"}


def _end(visit: Visit, mg: float, *, minutes_ago: int = 0, **how: Any) -> None:
    told = {"id": uuid7(), "mg": Decimal(str(mg)), **_ago(visit, "ended_at", minutes_ago)}
    actions.end_infusion(visit.id, visit.nurse, **told | how)


def _incomplete(like: Visit) -> None:
    """Readings that leave out what not each slot asks for, or nearly all; and a device of a time
    when sprays were not asked, of which a part was given."""
    visit = _another(like)
    _begin(visit)
    visit.clock.forward(minutes=5)
    first, now = visit.session.rows.standing(Dose)[-1], visit.clock.now()
    part: dict[str, Any] = {"sprays": None, "is_complete": False, "partial_detail": "Dropped"}
    copy(first, number=2, seq=visit.session.last_seq + 1, started_at=now, recorded_at=now, **part)
    for minutes, left_out in ((10, "sedation"), (15, "respiratory_rate"), (10, "respiratory_rate")):
        visit.clock.forward(minutes=minutes)
        left: dict[str, Any] = {left_out: None}
        visit.read(**left)
    visit.clock.forward(minutes=20)
    nothing: dict[str, Any] = dict.fromkeys(WELL, None)
    visit.read(**nothing, not_done={"heart_rate": "refused"})
    visit.leave("against_advice")


def _earlier(like: Visit) -> None:
    """A minor with acute suicidal ideation comes again: planned as a first treatment twice, the day
    after, with a contraindication, four weeks later, and once more on that day."""
    young = PatientFactory.create(site=like.site, date_of_birth=date(2010, 3, 10))
    plan: dict[str, Any] = {"patient": young, "indication": "mdsi", "treatment_phase": "induction"}
    first, second = (_another(like, **plan, is_first_treatment=True) for _ in range(2))
    _treated(first)
    like.clock.forward(minutes=DAY)
    _treated(second)
    _contraindicated(_another(like, **plan))
    like.clock.forward(minutes=27 * DAY)
    for _ in range(2):
        _treated(_another(like, **plan))


def _treated(visit: Visit) -> None:
    visit.admit()
    visit.screen()
    visit.read()
    for _ in range(2):
        visit.decide()
    visit.dose()
    visit.clock.forward(minutes=40)
    visit.leave("against_advice")


def _contraindicated(visit: Visit) -> None:
    """Of two one is taken back; nobody asks about suicidality."""
    answers = GOOD_ANSWERS | {"aneurysmal_disease": True, "hypersensitivity": True}
    visit.admit(answers=answers)
    less = answers | {"hypersensitivity": False}
    visit.admit(answers=less, by=visit.clinician, contraindication_reason="It was the sister's")
    visit.leave("against_advice")


def _watching(like: Visit) -> None:
    """The nurse admits one too many, and the clinician takes over one too many."""
    visits = [_another(like) for _ in range(like.site.watch_limit + 1)]
    for visit in visits:
        like.clock.forward(minutes=1)
        visit.admit()
    for visit in visits:
        like.clock.forward(minutes=1)
        offer(visit)
        accept(visit)
    like.clock.forward(minutes=1)
    for visit in visits:
        visit.leave("against_advice")


def _clock_back(like: Visit, *, minutes: int) -> None:
    """Set back after a reading, and the patient leaves."""
    visit = _another(like)
    _begin(visit)
    visit.clock.forward(minutes=40)
    visit.read()
    visit.clock.forward(minutes=-minutes)
    visit.leave("against_advice")


def _clocks_back(like: Visit) -> None:
    """By so much that it tells; by as much as two clocks may stand apart; and, the last that is
    recorded, so that it still lies ahead."""
    for minutes in (2, 3):
        _clock_back(like, minutes=minutes)
    like.clock.forward(minutes=DAY)
    visit = _another(like)
    visit.admit()
    visit.clock.forward(minutes=3)
    visit.leave("against_advice")
    visit.clock.forward(minutes=-3)


SELDOM: tuple[Callable[[Visit], None], ...] = (
    _infusions,
    _incomplete,
    _earlier,
    _watching,
    _clocks_back,
)
"""Each like a visit of the same site; the last leaves the clock behind its record."""
