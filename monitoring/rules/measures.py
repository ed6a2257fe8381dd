"""What is measured: unit, possible and plausible range, code.

Impossible values are refused at the field; implausible ones are asked about and then kept
(CLINICAL 7, hazard 8: hard limits 50-300 / 20-200, confirm a jump of more than 40).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Literal

from clinic.message import Message
from monitoring.rules.marking import gettext_noop as _

NotDoneReason = Literal["not_done", "refused", "unable", "device_failure"]

NOT_DONE_REASONS: dict[NotDoneReason, str] = {
    "not_done": _("Not done"),
    "refused": _("Patient declined"),
    "unable": _("Unable to measure"),
    "device_failure": _("Device failure"),
}
"""Why a measure has no value (CLINICAL 7, hazard 28; 8, rule 38)."""


Number = int | Decimal
"""A value as it was measured: whole, or in tenths."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One number of one observation. Ranges are inclusive and in `unit`; `code` is LOINC
    (CLINICAL 6).

    `possible` bounds what can be saved; outside `plausible`, or more than `jump` away from the
    last value, the nurse is asked whether the value is right. `example` is what a value looks
    like; it has `decimals` digits after the point.
    """

    key: str
    name: str
    unit: str
    possible: tuple[Number, Number]
    plausible: tuple[Number, Number]
    jump: Number | None
    code: str
    example: str
    decimals: int = 0


@dataclass(frozen=True, slots=True)
class Strip:
    """The plot of an observation below that of the blood pressure: its axis, with lines at
    `marks`. A value off the axis has its number beside it."""

    low: int
    high: int
    marks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Observation:
    """What is done or not done as one: measured as one number or two, or rated on the scale that
    the protocol names for `key`.

    `short` heads a column that the name would make too wide. One that is not asked at each slot
    is asked before the dose, at 40 minutes and at the last slots (CLINICAL 4). `beside` is what its
    value cannot be read without: it is answered with each value, and not known of an older one.
    """

    key: str
    name: str
    measures: tuple[Measure, ...] = ()
    short: str = ""
    is_at_each_slot: bool = True
    strip: Strip | None = None
    beside: Measure | None = None
    fields: tuple[str, ...] = field(init=False)
    """The names of its values in a reading, but for what stands beside them."""
    every_field: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        # Asked so often that they are not made anew each time.
        names = tuple(m.key for m in self.measures) or (self.key,)
        object.__setattr__(self, "fields", names)
        beside = (self.beside.key,) if self.beside else ()
        object.__setattr__(self, "every_field", (*names, *beside))

    @property
    def is_scale(self) -> bool:
        return not self.measures

    @property
    def every_measure(self) -> tuple[Measure, ...]:
        return (*self.measures, self.beside) if self.beside else self.measures


SYSTOLIC = Measure("systolic", _("Systolic"), "mmHg", (50, 300), (91, 199), 40, "8480-6", "120")
DIASTOLIC = Measure("diastolic", _("Diastolic"), "mmHg", (20, 200), (20, 119), 40, "8462-4", "80")
HEART_RATE = Measure(
    "heart_rate", _("Heart rate"), "/min", (10, 300), (41, 130), None, "8867-4", "70"
)
SPO2 = Measure("spo2", _("SpO₂"), "%", (1, 100), (92, 100), None, "59408-5", "98")
OXYGEN = Measure("oxygen", _("Oxygen"), "L/min", (0, 99), (0, 15), None, "3151-8", "2", decimals=1)
"""Litres a minute that the patient breathes while SpO2 is read; 0 is room air (CLINICAL 8, rule
50). More than the 15 that a flow meter shows is asked about."""
RESPIRATORY_RATE = Measure(
    "respiratory_rate", _("Respiratory rate"), "/min", (1, 99), (9, 24), None, "9279-1", "14"
)
"""Blood pressure: possible range and jump from hazard 8; plausible below the emergency prompt
(CLINICAL 8, rule 14). The other plausible ranges are the inner side of NEWS2's outermost bands
(CLINICAL 3, S64), used only to ask. The other possible ranges are no clinical threshold: they keep
out what no monitor displays."""

OBSERVATIONS: dict[str, Observation] = {
    o.key: o
    for o in (
        Observation("blood_pressure", _("Blood pressure"), (SYSTOLIC, DIASTOLIC), _("BP")),
        Observation(
            "heart_rate",
            _("Heart rate"),
            (HEART_RATE,),
            _("HR"),
            strip=Strip(40, 140, (40, 80, 120)),
        ),
        Observation("spo2", _("SpO₂"), (SPO2,), strip=Strip(85, 100, (90, 95, 100)), beside=OXYGEN),
        Observation(
            "respiratory_rate",
            _("Respiratory rate"),
            (RESPIRATORY_RATE,),
            _("RR"),
            is_at_each_slot=False,
            strip=Strip(5, 30, (10, 20, 30)),
        ),
        Observation("sedation", _("Sedation"), strip=Strip(0, 5, (0, 5))),
        Observation("dissociation", _("Dissociation"), strip=Strip(0, 4, (0, 4))),
    )
}
"""All that a reading observes, in the order in which it is entered and shown: the one list that
forms, tables, charts, checks and sentences are made from. Each value, and `…_not_done` of each
observation, has a column of the same name in a reading."""


def measures() -> dict[str, Measure]:
    """Every measure, by the name of its value."""
    return {m.key: m for o in OBSERVATIONS.values() for m in o.every_measure}


def value_fields() -> tuple[str, ...]:
    """The names of all values of a reading, measured and rated."""
    return _fields_of(tuple(OBSERVATIONS))


@cache
def _fields_of(observations: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f for key in observations for f in OBSERVATIONS[key].every_field)


def impossible(values: Mapping[str, Number | None]) -> list[Message]:
    """Values that cannot be: outside the possible range, or diastolic not below systolic.

    Source: CLINICAL 7, hazard 8.
    """
    problems = []
    for key, measure in measures().items():
        value = values.get(key)
        low, high = measure.possible
        if value is not None and not low <= value <= high:
            problems.append(Message("impossible", {"value": value, "low": low, "high": high}, key))
    systolic, diastolic = values.get("systolic"), values.get("diastolic")
    in_range = not any(p.field in {"systolic", "diastolic"} for p in problems)
    if in_range and systolic is not None and diastolic is not None and systolic <= diastolic:
        params = {"systolic": systolic, "diastolic": diastolic}
        problems.append(Message("not_above_diastolic", params, "systolic"))
    return problems


QUESTIONS = frozenset({"unusual", "jump"})
"""The codes by which `implausible` asks whether a value is right."""


def implausible(
    values: Mapping[str, Number | None], previous: Mapping[str, Number | None]
) -> list[Message]:
    """Possible values worth a second look: unusual, or far from the last one.

    `previous` holds the last value of each field, where there is one. The answer is kept with the
    reading; nothing is refused. Source: CLINICAL 7, hazard 8.
    """
    questions = []
    for key, measure in measures().items():
        value, last = values.get(key), previous.get(key)
        if value is None:
            continue
        low, high = measure.plausible
        if not low <= value <= high:
            questions.append(Message("unusual", {"value": value}, key))
        elif measure.jump and last is not None and abs(Decimal(value) - last) > measure.jump:
            questions.append(Message("jump", {"value": value, "last": last}, key))
    return questions
