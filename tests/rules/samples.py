"""Plain facts for the rules, in minutes from the first device."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from monitoring.rules.dose_facts import DoseFacts
from monitoring.rules.facts import (
    AdmissionFacts,
    ClearanceFacts,
    DecisionFacts,
    DepartureFacts,
    EventFacts,
    ReadingFacts,
    SessionFacts,
)
from monitoring.rules.order import OrderFacts
from monitoring.rules.protocol import SPRAVATO_US
from tests.factories.answers import GOOD_ANSWERS
from tests.factories.filled import filled

FIRST = datetime(2026, 3, 10, 14, tzinfo=UTC)
WELL: dict[str, int | None] = {
    "systolic": 120,
    "diastolic": 80,
    "heart_rate": 70,
    "spo2": 98,
    "oxygen": 0,
    "respiratory_rate": 14,
    "sedation": 5,
    "dissociation": 0,
}
_count = iter(range(1, 10**9))


def at(minutes: float, seconds: float = 0) -> datetime:
    return FIRST + timedelta(minutes=minutes, seconds=seconds)


def reading(minutes: float, **given: Any) -> ReadingFacts:
    """A complete, well set; keywords change values or fields of the reading."""
    values = {k: given.pop(k) for k in list(given) if k in WELL}
    taken = given.pop("taken_at", at(minutes))
    return ReadingFacts(
        **filled(
            given,
            id=uuid4(),
            seq=next(_count),
            taken_at=taken,
            received_at=taken,
            values=WELL | values,
        )
    )


def not_done(
    minutes: float, *observations: str, code: str = "refused", **given: Any
) -> ReadingFacts:
    from monitoring.rules.measures import OBSERVATIONS

    gone = {f: None for o in observations for f in OBSERVATIONS[o].fields}
    return reading(minutes, not_done=dict.fromkeys(observations, code), **gone, **given)


def dose(minutes: float, number: int = 1, **given: Any) -> DoseFacts:
    return DoseFacts(
        **filled(
            given,
            id=uuid4(),
            seq=next(_count),
            number=number,
            mg=28,
            started_at=at(minutes),
            recorded_at=given.get("started_at", at(minutes)),
            ended_at=None,
            is_complete=True,
        )
    )


def event(minutes: float, kind: str = "note", **given: Any) -> EventFacts:
    return EventFacts(
        **filled(
            given, id=uuid4(), seq=next(_count), at=at(minutes), recorded_at=at(minutes), kind=kind
        )
    )


def admission(**answers: Any) -> AdmissionFacts:
    """Good answers; keywords change one, or a field of the facts."""
    given = {q: answers.pop(q) for q in list(answers) if q in GOOD_ANSWERS}
    sound = {"seq": 1, "at": at(-30), "prescriber": "Mei Chen, MD", "given": GOOD_ANSWERS | given}
    return AdmissionFacts(**filled(answers, **sound))


def order(mg: float = 56, **given: Any) -> OrderFacts:
    return OrderFacts(
        **filled(
            given, seq=1, at=at(-60), mg=mg, treatment_phase="maintenance", reason="As last time",
            by="Mei Chen, MD",
        )
    )  # fmt: skip


def decision(outcome: Any = "give", reading: UUID | None = None, **given: Any) -> DecisionFacts:
    return DecisionFacts(
        **filled(
            given, seq=next(_count), at=at(-5), outcome=outcome, reason="Weighed", reading=reading
        )
    )


def clearance(minutes: float, through_seq: int = 10, **given: Any) -> ClearanceFacts:
    return ClearanceFacts(id=uuid4(), signed_at=at(minutes), through_seq=through_seq, **given)


def departure(minutes: float, kind: Any = "discharged", **given: Any) -> DepartureFacts:
    return DepartureFacts(**filled(given, at=at(minutes), recorded_at=at(minutes), kind=kind))


def arrived(*readings: ReadingFacts, **given: Any) -> SessionFacts:
    """A patient with good answers, before the first device."""
    return SessionFacts(
        **filled(
            given,
            protocol=SPRAVATO_US,
            phase="arrived",
            planned_mg=56,
            last_seq=10,
            is_admitted=True,
            is_site_certified=True,
            is_patient_enrolled=True,
            orders=(order(given.get("planned_mg", 56)),),
            admissions=(admission(),),
            readings=readings,
        )
    )


def observed(*readings: ReadingFacts, **given: Any) -> SessionFacts:
    """Two devices at 0 and 5 minutes on a well pre-dose reading."""
    predose = given.pop("predose", reading(-10))
    doses = (dose(0, predose_reading=predose.id), dose(5, 2))
    return arrived(predose, *readings, **filled(given, phase="observing", doses=doses))


def whole(**given: Any) -> SessionFacts:
    """Every slot read on time and well."""
    return observed(*(reading(m) for m in (15, 30, 40, 60, 90, 120)), **given)


def with_readings(facts: SessionFacts, *readings: ReadingFacts) -> SessionFacts:
    return replace(facts, readings=(*facts.readings, *readings))
