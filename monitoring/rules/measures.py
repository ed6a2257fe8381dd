"""What is measured: unit, possible and plausible range, code.

Impossible values are refused at the field; implausible ones are asked about and then kept
(CLINICAL 7, hazard 8: hard limits 50-300 / 20-200, confirm a jump of more than 40).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from monitoring.rules.marking import gettext_noop as _

NotDoneReason = Literal["not_done", "refused", "unable", "device_failure"]

NOT_DONE_REASONS: dict[NotDoneReason, str] = {
    "not_done": _("Not done"),
    "refused": _("Patient declined"),
    "unable": _("Unable to measure"),
    "device_failure": _("Device failure"),
}
"""Why a measure has no value (CLINICAL 7, hazard 28; 8, rule 38)."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One vital sign. Ranges are inclusive and in `unit`; `code` is LOINC (CLINICAL 6).

    `possible` bounds what can be saved; outside `plausible`, or more than `jump` away from the
    last value, the nurse is asked whether the value is right.
    """

    key: str
    name: str
    unit: str
    possible: tuple[int, int]
    plausible: tuple[int, int]
    jump: int | None
    code: str


SYSTOLIC = Measure("systolic", _("Systolic"), "mmHg", (50, 300), (91, 199), 40, "8480-6")
DIASTOLIC = Measure("diastolic", _("Diastolic"), "mmHg", (20, 200), (20, 119), 40, "8462-4")
HEART_RATE = Measure("heart_rate", _("Heart rate"), "/min", (10, 300), (41, 130), None, "8867-4")
SPO2 = Measure("spo2", _("SpO₂"), "%", (1, 100), (92, 100), None, "59408-5")
RESPIRATORY_RATE = Measure(
    "respiratory_rate", _("Respiratory rate"), "/min", (1, 99), (9, 24), None, "9279-1"
)
"""Blood pressure: possible range and jump from hazard 8; plausible below the emergency prompt
(CLINICAL 8, rule 14). The other plausible ranges are the inner side of NEWS2's outermost bands
(CLINICAL 3, S64), used only to ask. The other possible ranges are no clinical threshold: they keep
out what no monitor displays."""

MEASURES: dict[str, Measure] = {
    m.key: m for m in (SYSTOLIC, DIASTOLIC, HEART_RATE, SPO2, RESPIRATORY_RATE)
}

OBSERVATIONS: dict[str, tuple[str, ...]] = {
    "blood_pressure": ("systolic", "diastolic"),
    "heart_rate": ("heart_rate",),
    "spo2": ("spo2",),
    "respiratory_rate": ("respiratory_rate",),
    "sedation": ("sedation",),
    "dissociation": ("dissociation",),
}
"""What is done or not done as one, with the fields that hold its value."""

OBSERVATION_NAMES: dict[str, str] = {
    "blood_pressure": _("Blood pressure"),
    "heart_rate": _("Heart rate"),
    "spo2": _("SpO₂"),
    "respiratory_rate": _("Respiratory rate"),
    "sedation": _("Sedation"),
    "dissociation": _("Dissociation"),
}

VALUE_FIELDS: tuple[str, ...] = tuple(f for fields in OBSERVATIONS.values() for f in fields)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something about one field: `code` names the message, `params` fill it."""

    field: str
    code: str
    params: Mapping[str, object]


def impossible(values: Mapping[str, int | None]) -> list[Problem]:
    """Values that cannot be: outside the possible range, or diastolic not below systolic.

    Source: CLINICAL 7, hazard 8.
    """
    problems = []
    for key, measure in MEASURES.items():
        value = values.get(key)
        low, high = measure.possible
        if value is not None and not low <= value <= high:
            problems.append(Problem(key, "impossible", {"value": value, "low": low, "high": high}))
    systolic, diastolic = values.get("systolic"), values.get("diastolic")
    in_range = not any(p.field in {"systolic", "diastolic"} for p in problems)
    if in_range and systolic is not None and diastolic is not None and systolic <= diastolic:
        params = {"systolic": systolic, "diastolic": diastolic}
        problems.append(Problem("systolic", "not_above_diastolic", params))
    return problems


QUESTIONS = frozenset({"unusual", "jump"})
"""The codes by which `implausible` asks whether a value is right."""


def implausible(
    values: Mapping[str, int | None], previous: Mapping[str, int | None]
) -> list[Problem]:
    """Possible values worth a second look: unusual, or far from the last one.

    `previous` holds the last value of each field, where there is one. The answer is kept with the
    reading; nothing is refused. Source: CLINICAL 7, hazard 8.
    """
    questions = []
    for key, measure in MEASURES.items():
        value, last = values.get(key), previous.get(key)
        if value is None:
            continue
        low, high = measure.plausible
        if not low <= value <= high:
            questions.append(Problem(key, "unusual", {"value": value}))
        elif measure.jump and last is not None and abs(value - last) > measure.jump:
            questions.append(Problem(key, "jump", {"value": value, "last": last}))
    return questions
