"""Plain facts for the rules, in minutes from the first device."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from monitoring.rules.course import (
    Admission,
    Clearance,
    Course,
    Decision,
    Departure,
    Dose,
    Event,
    Reading,
)
from monitoring.rules.protocol import SPRAVATO_US

FIRST = datetime(2026, 3, 10, 14, tzinfo=UTC)
WELL: dict[str, int | None] = {
    "systolic": 120,
    "diastolic": 80,
    "heart_rate": 70,
    "spo2": 98,
    "respiratory_rate": 14,
    "sedation": 5,
    "dissociation": 0,
}
_count = iter(range(1, 10**9))


def at(minutes: float, seconds: float = 0) -> datetime:
    return FIRST + timedelta(minutes=minutes, seconds=seconds)


def reading(minutes: float, slot: int | None = None, **given: Any) -> Reading:
    """A complete, well set; keywords change values or fields of the reading."""
    values = {k: given.pop(k) for k in list(given) if k in WELL}
    taken = given.pop("taken_at", at(minutes))
    return Reading(
        **({
            "id": uuid4(),
            "seq": next(_count),
            "taken_at": taken,
            "received_at": taken,
            "slot": slot,
            "values": WELL | values,
        } | given)
    )  # fmt: skip


def not_done(
    minutes: float, slot: int | None, *observations: str, code: str = "refused"
) -> Reading:
    from monitoring.rules.measures import OBSERVATIONS

    gone = {f: None for o in observations for f in OBSERVATIONS[o]}
    return reading(minutes, slot, not_done=dict.fromkeys(observations, code), **gone)


def dose(minutes: float, number: int = 1, **given: Any) -> Dose:
    return Dose(
        **({
            "id": uuid4(),
            "seq": next(_count),
            "number": number,
            "mg": 28,
            "started_at": at(minutes),
            "recorded_at": given.get("started_at", at(minutes)),
            "ended_at": None,
            "is_complete": True,
        } | given)
    )  # fmt: skip


def event(minutes: float, kind: str = "note", **given: Any) -> Event:
    return Event(
        **({
            "id": uuid4(),
            "seq": next(_count),
            "at": at(minutes),
            "recorded_at": at(minutes),
            "kind": kind,
        } | given)
    )  # fmt: skip


def admission(**answers: Any) -> Admission:
    good = dict.fromkeys(
        ("aneurysmal_disease", "intracerebral_haemorrhage", "hypersensitivity", "benzodiazepine",
         "hypnotic", "opioid", "stimulant", "maoi", "alcohol"), False
    ) | dict.fromkeys(
        ("identifiers_confirmed", "food_kept", "liquid_kept", "nasal_kept", "transport_arranged",
         "no_driving_advised"), True
    )  # fmt: skip
    return Admission(**({"seq": 1, "at": at(-30), "prescriber": "Mei Chen, MD"} | good | answers))


def decision(outcome: Any = "give", reading: UUID | None = None, **given: Any) -> Decision:
    return Decision(
        **({
            "seq": next(_count),
            "at": at(-5),
            "outcome": outcome,
            "reason": "Weighed",
            "reading": reading,
        } | given)
    )  # fmt: skip


def clearance(minutes: float, through_seq: int = 10, **given: Any) -> Clearance:
    return Clearance(id=uuid4(), signed_at=at(minutes), through_seq=through_seq, **given)


def departure(minutes: float, kind: Any = "discharged", **given: Any) -> Departure:
    return Departure(**({"at": at(minutes), "recorded_at": at(minutes), "kind": kind} | given))


def arrived(*readings: Reading, **given: Any) -> Course:
    """A patient with good answers, before the first device."""
    return Course(
        **({
            "protocol": SPRAVATO_US,
            "phase": "arrived",
            "planned_mg": 56,
            "last_seq": 10,
            "is_admitted": True,
            "is_site_certified": True,
            "is_patient_enrolled": True,
            "admissions": (admission(),),
            "readings": readings,
        } | given)
    )  # fmt: skip


def observed(*readings: Reading, **given: Any) -> Course:
    """Two devices at 0 and 5 minutes on a well pre-dose reading."""
    predose = given.pop("predose", reading(-10))
    doses = (dose(0, predose_reading=predose.id), dose(5, 2))
    return arrived(predose, *readings, **({"phase": "observing", "doses": doses} | given))


def whole(**given: Any) -> Course:
    """Every slot read on time and well."""
    return observed(*(reading(m, m) for m in (15, 30, 40, 60, 90, 120)), **given)


def with_readings(course: Course, *readings: Reading) -> Course:
    return replace(course, readings=(*course.readings, *readings))
