"""What a session that has ended counts in: one bit a line, so that all of it is added up at once.

The thresholds are those of CLINICAL 8, rules 13 and 17, whatever a site has set: sites and years
stay comparable.
"""

from __future__ import annotations

from collections.abc import Callable

from monitoring.rules.figures import SessionFigures
from monitoring.rules.protocol import Protocol

RISES = {"systolic": Protocol.notify_systolic_rise, "diastolic": Protocol.notify_diastolic_rise}
SPO2_BELOW, SPO2_FAR_BELOW = Protocol.spo2_below, Protocol.spo2_far_below
_AFFECTED = ("resolved", "not_resolved")

COUNTED: dict[str, Callable[[SessionFigures], bool]] = {
    # How it ended.
    "discharged": lambda f: f.end == "discharged",
    "transferred": lambda f: f.end == "transferred",
    "against_advice": lambda f: f.end == "against_advice",
    "left_unseen": lambda f: f.end == "left_unseen",
    "cancelled": lambda f: f.end == "cancelled",
    "dosed": lambda f: f.is_dosed,
    "signed": lambda f: f.is_dosed and f.is_signed,
    "unsigned": lambda f: f.is_dosed and not f.is_signed,
    "left_early": lambda f: f.left_early,
    # Readings: of slots, the sessions that lack one.
    "slots_answered": lambda f: f.slots_answered < f.slots_asked,
    "slots_in_time": lambda f: f.slots_in_time < f.slots_asked,
    "forty": lambda f: f.forty != "",
    "forty_on_time": lambda f: f.forty == "on_time",
    "forty_late": lambda f: f.forty == "late",
    "forty_not_done": lambda f: f.forty == "not_done",
    "forty_missed": lambda f: f.forty == "missed",
    # Values: first whether it was measured.
    "systolic": lambda f: f.systolic_rise is not None,
    "systolic_rise": lambda f: f.systolic_rise is not None and f.systolic_rise >= RISES["systolic"],
    "diastolic": lambda f: f.diastolic_rise is not None,
    "diastolic_rise": lambda f: (
        f.diastolic_rise is not None and f.diastolic_rise >= RISES["diastolic"]
    ),
    "spo2": lambda f: f.lowest_spo2 is not None,
    "spo2_below": lambda f: f.lowest_spo2 is not None and f.lowest_spo2 < SPO2_BELOW,
    "spo2_far_below": lambda f: f.lowest_spo2 is not None and f.lowest_spo2 < SPO2_FAR_BELOW,
    "sedation": lambda f: f.sedation != "",
    "sedation_affected": lambda f: f.sedation in _AFFECTED,
    "sedation_not_over": lambda f: f.sedation == "not_resolved",
    "dissociation": lambda f: f.dissociation != "",
    "dissociation_affected": lambda f: f.dissociation in _AFFECTED,
    "dissociation_not_over": lambda f: f.dissociation == "not_resolved",
    # Entries: the sessions that have one.
    "entered_late": lambda f: f.entered_late > 0,
    "corrected": lambda f: f.corrected > 0,
    "struck": lambda f: f.struck > 0,
    "answered_late": lambda f: f.answered_late > 0,
    "unanswered": lambda f: f.unanswered > 0,
}
"""By line whether a session is among those behind it. A new line is added at the end, and
`manage.py figures --rebuild` run."""
COMMON = frozenset(
    {"discharged", "dosed", "signed", "forty", "forty_on_time", "systolic", "diastolic", "spo2"}
    | {"sedation", "dissociation"}
)
"""The lines behind which most sessions are."""
SELDOM = COUNTED.keys() - COMMON
_BITS = {code: 1 << place for place, code in enumerate(COUNTED)}


def bit(code: str) -> int:
    """Where `counts` says it. Raises KeyError."""
    return _BITS[code]


def counts(figures: SessionFigures) -> int:
    """The bits of every line that the session is behind."""
    return sum(_BITS[code] for code in counted_in(figures))


def counted_in(figures: SessionFigures) -> list[str]:
    """The lines that the session is behind."""
    return [code for code, is_so in COUNTED.items() if is_so(figures)]
