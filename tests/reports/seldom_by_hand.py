"""Deviations that chance does not find, as the rows say them: of infusions, answers on arrival, who
watches whom, the patient's earlier sessions, and the server's clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from itertools import pairwise
from typing import Any

from monitoring.models import Admission, Decision, Event, Order, Session, Strike
from tests.reports.brute_force import LATE, Row, Told, latest, rows

APART = timedelta(minutes=2)
TENTH = Decimal("0.1")
CONTRAINDICATIONS = ("aneurysmal_disease", "intracerebral_haemorrhage", "hypersensitivity")


@cache
def unstruck(told: Told, noun: Any) -> list[Row]:
    struck = {row["target"] for row in rows(Strike, told.session)}
    return [row for row in rows(noun, told.session) if row["id"] not in struck]


def every(told: Told) -> Iterator[str]:
    for of in (_of_infusion, _of_answers, _of_watching, _of_history, _of_clock):
        yield from of(told)


def _of_infusion(told: Told) -> Iterator[str]:
    """Above 0.5 mg/kg or in under 40 minutes; each pause; what was not given; entered late."""
    parts = sorted(latest(told.doses), key=lambda row: row["started_at"])
    if not told.is_infusion or not parts:
        return
    session, ordered = told.session, unstruck(told, Order)[-1]["mg"]
    assert session.weight_kg is not None
    assert session.infusion_minutes is not None
    most = (session.weight_kg / 2).quantize(TENTH, ROUND_HALF_UP)
    if ordered > most or session.infusion_minutes < 40:
        yield "infusion_beyond"
    yield from ["infusion_interrupted" for before, _after in pairwise(parts) if before["ended_at"]]
    if parts[-1]["ended_at"] and sum(row["gave"] for row in parts) < ordered:
        yield "infusion_partial"
    for row in parts:
        if row["ended_at"] and row["end_entered_at"] - row["ended_at"] > LATE:
            yield "infusion_end_late"


def _of_answers(told: Told) -> Iterator[str]:
    for before, after in pairwise(unstruck(told, Admission)):
        for question in CONTRAINDICATIONS:
            if before[question] and after[question] is False:
                yield "contraindication_changed"


def _of_watching(told: Told) -> Iterator[str]:
    """Each time that someone took on a patient, with how many others that person then watched."""
    for row in (*unstruck(told, Admission), *latest(told.events)):
        if row["watch_limit"] is None:
            continue
        who, at = row["recorded_by_id"], row["recorded_at"]
        others = Session.objects.filter(site=told.session.site).exclude(pk=told.session.pk)
        watched = [s for s in others if _is_here(s, at) and watcher(s, at) == who]
        if len(watched) + 1 > row["watch_limit"]:
            yield "watched_many"


def _is_here(session: Session, at: datetime) -> bool:
    came, went = session.admitted_at, session.closed_at or session.cancelled_at
    return came is not None and came <= at and (went is None or went > at)


def watcher(session: Session, at: datetime | None = None) -> Any:
    """Who took on the watch last, up to `at`."""
    took_on = [r for r in rows(Event, session) if r["kind"] == "acceptance" or (
        r["hands_over"] == "observer" and r["recorded_by_id"] == r["handed_to_id"])]  # fmt: skip
    took_on = [*rows(Admission, session)[:1], *took_on]
    return [row["recorded_by_id"] for row in took_on if not at or row["recorded_at"] <= at][-1]


def _of_history(told: Told) -> Iterator[str]:
    """Each thing once that was asked, and that a clinician answered with a reason to give."""
    gave = [r for r in unstruck(told, Decision) if r["outcome"] == "give"]
    if told.first and gave:
        yield from ["history_overridden" for _ in set(_asked(told))]


def _asked(told: Told) -> Iterator[str]:
    session = told.session
    on, born = _day(session), session.patient.date_of_birth
    others = session.patient.sessions.filter(admitted_at__lt=session.admitted_at)
    earlier = list(others.order_by("admitted_at"))
    if (on.year - born.year - ((on.month, on.day) < (born.month, born.day))) < 18:
        yield "under_age"
    if earlier and any(rows(Admission, earlier[-1])[-1][q] for q in CONTRAINDICATIONS):
        yield "contraindicated"
    dosed = [s for s in earlier if Told(s).first]
    if not dosed:
        return
    ago = [(on - _day(s)).days for s in dosed]
    if ago[-1] < 2:
        yield "too_soon" if ago[-1] else "same_day"
    if sum(days < 7 for days in ago) >= (2 if ago[0] < 28 else 1):
        yield "too_many"
    if session.indication == "mdsi" and max(
        (days for days, s in zip(ago, dosed, strict=True) if s.indication == "mdsi"), default=0
    ) >= 28:  # fmt: skip
        yield "not_evaluated"
    if session.is_first_treatment:
        yield "not_first"


def _day(session: Session) -> date:
    assert session.admitted_at is not None
    return session.admitted_at.astimezone(session.site.tz).date()


def _of_clock(told: Told) -> Iterator[str]:
    """Entries that are dated before one that they follow."""
    latest_yet = None
    for at in _recorded(told):
        if latest_yet is not None and latest_yet - at > APART:
            yield "clock_went_back"
            latest_yet = at
        latest_yet = at if latest_yet is None else max(latest_yet, at)


def ahead(told: Told, now: datetime) -> list[str]:
    times = _recorded(told)
    return ["recorded_ahead"] if times and max(times) - now > APART else []


@cache
def _recorded(told: Told) -> list[datetime]:
    """In the order of the facts: what came while the patient was here, the end, and what came
    after it."""
    facts = [(r["seq"], r["recorded_at"], False) for noun in (Admission, Decision)
             for r in unstruck(told, noun)]  # fmt: skip
    facts += [(r["place"], r["entered_at"], False) for r in latest(told.doses)]
    facts += [(r["place"], r["entered_at"], r["late"]) for r in latest(told.events)]
    facts += [(r["seq"], r["recorded_at"], r["after_departure"]) for r in told.readings]
    facts += [(r["through_seq"] + 0.5, r["signed_at"], False) for r, _ in told.clearances]
    left = [told.left["recorded_at"]] if told.left else []
    here, late = ([at for _seq, at, is_late in sorted(facts) if is_late is which]
                  for which in (False, True))  # fmt: skip
    return [*here, *left, *late]
