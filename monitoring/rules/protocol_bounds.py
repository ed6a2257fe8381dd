"""Within which bounds a clinic may set its own protocol, so that each limit can still fire.

Every bound names its row in the table of rules (CLINICAL 8): what is the source's is only made
stricter, and rule 54 says how far. What is not listed is not the clinic's to set: the drug,
its devices and totals, and when sedation and dissociation are resolved (rules 5, 20 and 21).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from clinic.message import Message
from monitoring.rules.codes import SettingCode
from monitoring.rules.protocol import REMS_CHECK_MINUTES, Protocol

DAY = 1440
"""Minutes: a time after the dose, or before it, lies within a day (`Protocol.slots`)."""

LONGEST = 720
"""Minutes: half a day. A longer window or fast belongs to a night's stay, not to a session."""

LEAST_DIASTOLIC = 65
"""mmHg: as far below 90 as a rise that someone is informed of (25). No rule names a low diastolic
pressure; a guide below this would call nearly every patient high."""


@dataclass(frozen=True, slots=True)
class Bound:
    """The least and the most that a setting may be; `rule` is its row in CLINICAL 8."""

    least: int
    most: int
    rule: str

    def holds(self, value: int) -> bool:
        return self.least <= value <= self.most


EVERYWHERE: dict[str, Bound] = {
    # Stricter is shorter, or narrower.
    "repeat_every_minutes": Bound(5, 15, "8"),
    "slot_tolerance_minutes": Bound(0, 5, "7"),
    "forty_from": Bound(30, REMS_CHECK_MINUTES, "7"),
    "forty_to": Bound(REMS_CHECK_MINUTES, 50, "7"),
    "overdue_after_minutes": Bound(1, 5, "9"),
    "escalate_after_minutes": Bound(1, 10, "9"),
    "late_entry_minutes": Bound(1, 5, "37"),
    "predose_max_age_minutes": Bound(5, 30, "12 and 54"),
    "final_set_max_age_minutes": Bound(5, 15, "16 and 54"),
    "clearance_valid_minutes": Bound(5, 15, "33 and 54"),
    "emergency_repeat_minutes": Bound(1, 5, "14"),
    "repeat_pressure_minutes": Bound(1, 5, "51"),
    "repeat_spo2_minutes": Bound(1, 2, "51"),
    "answer_within_minutes": Bound(1, 10, "9"),
    # Stricter is longer.
    "food_minutes": Bound(120, LONGEST, "23"),
    "liquid_minutes": Bound(30, LONGEST, "23"),
    # Stricter is lower. A guide lies above the low pressures of rule 48; diastolic has none there.
    "guide_systolic": Bound(101, 140, "10 and 48"),
    "guide_diastolic": Bound(LEAST_DIASTOLIC, 90, "10"),
    "notify_systolic": Bound(140, 180, "13 and 54"),
    "notify_diastolic": Bound(90, 110, "13 and 54"),
    "notify_systolic_rise": Bound(20, 40, "13 and 54"),
    "notify_diastolic_rise": Bound(15, 25, "13 and 54"),
    "emergency_systolic": Bound(141, 200, "14 and 54"),
    "emergency_diastolic": Bound(91, 120, "14 and 54"),
    "clearance_systolic": Bound(101, 140, "15 and 48"),
    "clearance_diastolic": Bound(LEAST_DIASTOLIC, 90, "15"),
    "clearance_within_percent": Bound(0, 20, "15 and 54"),
    "dissociation_notify": Bound(2, 3, "19 and 54"),
    "clearance_rise": Bound(5, 10, "15"),
    # From the source's limit as far as the edge of what NEWS2 calls normal, the edge included.
    "respiratory_low_emergency": Bound(8, 11, "48"),
    "respiratory_low_notify": Bound(11, 12, "48"),
    "respiratory_high_notify": Bound(20, 21, "48"),
    "respiratory_high_emergency": Bound(21, 25, "48"),
    "heart_low_emergency": Bound(40, 50, "48"),
    "heart_low_notify": Bound(50, 51, "48"),
    "heart_high_notify": Bound(90, 111, "48"),
    "heart_high_emergency": Bound(91, 131, "48"),
    "systolic_low_emergency": Bound(90, 110, "48"),
    "systolic_low_notify": Bound(100, 111, "48"),
    # Stricter is higher.
    "spo2_below": Bound(93, 96, "17 and 54"),
    "spo2_far_below": Bound(90, 95, "17 and 54"),
    "sedation_notify": Bound(3, 4, "18 and 54"),
    "sedation_emergency": Bound(1, 3, "18 and 54"),
}

APART: tuple[tuple[str, str, str], ...] = (
    ("overdue_after_minutes", "escalate_after_minutes", "9"),
    ("notify_systolic", "emergency_systolic", "14 and 54"),
    ("notify_diastolic", "emergency_diastolic", "14 and 54"),
    ("spo2_far_below", "spo2_below", "17 and 54"),
    ("sedation_emergency", "sedation_notify", "18 and 54"),
    ("respiratory_low_emergency", "respiratory_low_notify", "48 and 54"),
    ("respiratory_high_notify", "respiratory_high_emergency", "48 and 54"),
    ("heart_low_emergency", "heart_low_notify", "48 and 54"),
    ("heart_high_notify", "heart_high_emergency", "48 and 54"),
    ("systolic_low_emergency", "systolic_low_notify", "48 and 54"),
    ("systolic_low_notify", "guide_systolic", "10 and 48"),
    ("systolic_low_notify", "clearance_systolic", "15 and 48"),
)
"""The first lies below the second, or the milder of the two would never be seen alone (rule 54)."""

Settings = Mapping[str, int | tuple[int, ...] | None]
"""By name what a clinic may set; `slots` are several numbers, all else is one."""


def bounds(protocol: Protocol) -> dict[str, Bound]:
    """What a clinic may set of this protocol, and how far.

    Under REMS the window is at least 120 minutes; elsewhere the clinic sets its own minimum, with
    the 40-minute blood pressure in it (CLINICAL 8, rules 1, 2, 6 and 44). Only nasal devices rest,
    mind a spray, and have a schedule of weeks (rules 22, 23 and 26). 0.5 mg/kg over 40 min is the
    one dose of an infusion that CLINICAL 5 has a source for.
    """
    least, rule = (120, "1") if protocol.rems else (REMS_CHECK_MINUTES, "6 and 44")
    found = {"window_minutes": Bound(least, LONGEST, rule), **EVERYWHERE}
    if protocol.is_infusion:
        found["infusion_most_mcg_kg"] = Bound(1, 500, "44")
        found["infusion_least_minutes"] = Bound(40, LONGEST, "44")
    else:
        found["rest_between_devices_minutes"] = Bound(5, 60, "22")
        found["nasal_minutes"] = Bound(60, LONGEST, "23")
        found["least_days_between"] = Bound(2, 7, "26 and 53")
        found["induction_weeks"] = Bound(0, 4, "26")
        found["induction_a_week"] = Bound(1, 2, "26")
    return found


def settings_of(protocol: Protocol) -> dict[str, int | tuple[int, ...]]:
    """What a clinic may set of this protocol, as it stands."""
    first, last = protocol.forty_on_time
    span = {"forty_from": first, "forty_to": last}
    single = {name: getattr(protocol, name) for name in bounds(protocol) if name not in span}
    return {"slots": protocol.slots, **span, **single}


def changed(protocol: Protocol, settings: Settings) -> Protocol:
    """The protocol with these settings, for which `problems` found nothing."""
    values = {name: value for name, value in settings.items() if name in settings_of(protocol)}
    span = {"forty_on_time": (values.pop("forty_from"), values.pop("forty_to"))}
    return replace(protocol, **values, **span)  # type: ignore[arg-type]  # each by its name


def problems(protocol: Protocol, settings: Settings) -> list[Message]:
    """What of `settings` a clinic may not set, each at its field with the range that is allowed.

    Source: CLINICAL 8, rule 54, and the rows that each bound names.
    """
    found = [*_of_range(protocol, settings), *_of_slots(settings.get("slots"))]
    wrong = {problem.field for problem in found}
    return found + [p for p in _of_order(settings) if p.field not in wrong]


def _of_range(protocol: Protocol, settings: Settings) -> Iterator[Message]:
    for name, bound in bounds(protocol).items():
        value = settings.get(name)
        if not isinstance(value, int) or not bound.holds(value):
            params = {"least": bound.least, "most": bound.most}
            yield Message("setting_out_of_bounds", params, name)


def _of_slots(slots: object) -> Iterator[Message]:
    """The 40-minute blood pressure stays, whatever else is asked (CLINICAL 8, rules 6 and 8)."""
    if not isinstance(slots, tuple) or not all(0 < slot <= DAY for slot in slots):
        yield Message("slots_out_of_bounds", {"least": 1, "most": DAY}, "slots")
    elif list(slots) != sorted(set(slots)):
        yield Message("slots_do_not_rise", {}, "slots")
    elif REMS_CHECK_MINUTES not in slots:
        yield Message("slots_without_forty", {"minutes": REMS_CHECK_MINUTES}, "slots")


def _of_order(settings: Settings) -> Iterator[Message]:
    for lower, higher, _rule in APART:
        low, high = settings.get(lower), settings.get(higher)
        if isinstance(low, int) and isinstance(high, int) and low >= high:
            params = {"setting": SettingCode(lower), "value": low}
            yield Message("setting_not_above", params, higher)
