"""Which flags a reading or an event has, as its row says; it knows none of the product's rules."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

Row = dict[str, Any]
PRESSURE = {"systolic": (180, 200, 40), "diastolic": (110, 120, 25)}
"""From which on it is high, and an emergency; the rise."""
LOW = {"systolic": (100, 90), "respiratory_rate": (11, 8), "heart_rate": (50, 40)}
HIGH = {"respiratory_rate": (21, 25), "heart_rate": (111, 131)}
"""What is outside, and what is an emergency; each included."""
NAMES = {"systolic": "systolic", "respiratory_rate": "respiratory", "heart_rate": "heart"}
CRISIS = {"chest_pain", "shortness_of_breath", "severe_headache", "visual_disturbance", "seizure",
          "reduced_consciousness", "focal_deficit"}  # fmt: skip
URGENT = {"apnoea", "syncope"}
FLAGS = (
    *(f"{name}{how}" for name in PRESSURE for how in ("_emergency", "_high", "_high_again",
                                                      "_rise")),
    *(f"{NAMES[name]}_low{how}" for name in LOW for how in ("", "_emergency")),
    *(f"{NAMES[name]}_high{how}" for name in HIGH for how in ("", "_emergency")),
    "spo2_far_below", "spo2_below_again", "spo2_below", "sedation_emergency", "sedation_low",
    "dissociation_high", "crisis_symptom", "urgent_symptom", "suicidal_thoughts", "phq9_item9",
    "cssrs_4", "cssrs_5", "cssrs_6", "serious_event",
)  # fmt: skip


def of_reading(row: Row, before: list[Row], predose: Row | None) -> set[str]:
    """Those of a reading after the dose; `before` are those since the dose that are earlier."""
    found = set()
    for field, (high, emergency, rise) in PRESSURE.items():
        value, base = row[field], (predose or {}).get(field)
        if value is None:
            continue
        if value >= emergency:
            found.add(f"{field}_emergency")
        elif value >= high:
            found.add(f"{field}_high_again" if _stayed_high(row, before) else f"{field}_high")
        if base is not None and value - base >= rise:
            found.add(f"{field}_rise")
    found |= outside(row)
    earlier = [r["spo2"] for r in before if r["spo2"] is not None]
    if row["spo2"] is not None and row["spo2"] < 93:
        again = "spo2_below_again" if earlier and earlier[-1] < 93 else "spo2_below"
        found.add("spo2_far_below" if row["spo2"] < 90 else again)
    if row["sedation"] is not None and row["sedation"] <= 3:
        found.add("sedation_emergency" if row["sedation"] <= 1 else "sedation_low")
    if row["dissociation"] is not None and row["dissociation"] >= 3:
        found.add("dissociation_high")
    return found


def outside(row: Row) -> set[str]:
    """What is outside before the dose as after it."""
    found = set()
    for field, (low, emergency) in LOW.items():
        if row[field] is not None and row[field] <= low:
            found.add(f"{NAMES[field]}_low" + "_emergency" * (row[field] <= emergency))
    for field, (high, emergency) in HIGH.items():
        if row[field] is not None and row[field] >= high:
            found.add(f"{NAMES[field]}_high" + "_emergency" * (row[field] >= emergency))
    return found


def _is_high(row: Row) -> bool:
    return any(row[f] is not None and row[f] >= high for f, (high, _, _) in PRESSURE.items())


def _stayed_high(row: Row, before: list[Row]) -> bool:
    measured = [r for r in before if r["systolic"] is not None]
    while measured and _is_high(measured[-1]):
        if row["taken_at"] - measured.pop()["taken_at"] >= timedelta(minutes=5):
            return True
    return False


def of_event(row: Row) -> set[str]:
    symptoms, found = set(row["symptoms"]), set()
    found |= {"crisis_symptom"} if symptoms & CRISIS else set()
    found |= {"urgent_symptom"} if symptoms & URGENT else set()
    found |= symptoms & {"suicidal_thoughts"}
    found |= {"phq9_item9"} if row["phq9_item9"] else set()
    found |= {q for q in ("cssrs_4", "cssrs_5", "cssrs_6") if row[q]}
    return found | ({"serious_event"} if row["is_serious"] else set())
