"""Takes one control out of the product, to see that its test notices.

A plugin of pytest: with MUTANT=number the module of that hazard's control is imported as if the
control were not written there. No file is changed.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import CodeType, ModuleType

RULES = "monitoring/rules"


@dataclass(frozen=True)
class Mutant:
    """A control in a file, and what stands there without it."""

    path: str
    control: str
    without: str = "if False:"


MUTANTS: dict[int, Mutant] = {
    1: Mutant(f"{RULES}/readiness.py", "if ends is not None and now < ends:"),
    2: Mutant(f"{RULES}/cautions.py", 'if field == "sedation" and value < p.clearance_sedation:'),
    3: Mutant(
        f"{RULES}/readiness.py",
        'if slot.is_mandatory and "blood_pressure" in slot.lacking:',
    ),
    4: Mutant(f"{RULES}/schedule.py", "if reading.taken_at > last_on_time:"),
    5: Mutant(
        f"{RULES}/lateness.py",
        "return recorded_at - at > timedelta(minutes=protocol.late_entry_minutes)",
        "return False",
    ),
    6: Mutant(f"{RULES}/readiness.py", "if given.get(name) is not True:"),
    7: Mutant(f"{RULES}/alike.py", "return short[at:] == long[at + 1 :]", "return False"),
    8: Mutant(
        f"{RULES}/measures.py",
        "if in_range and systolic is not None and diastolic is not None and systolic <= diastolic:",
    ),
    9: Mutant(f"{RULES}/flags.py", "if base is not None and value - base >= rise:"),
    10: Mutant(
        f"{RULES}/flags.py",
        "if crisis := tuple(s for s in event.symptoms if s in CRISIS_SYMPTOMS):",
        "if crisis := ():",
    ),
    11: Mutant(
        f"{RULES}/readiness.py",
        "elif given.get(name) and name in protocol.contraindications:",
        "elif False:",
    ),
    12: Mutant(
        f"{RULES}/readiness.py",
        "    outside = outside_guide(facts)\n    if reading is None",
        "    outside = None\n    if reading is None",
    ),
    13: Mutant(f"{RULES}/readiness.py", "if age > timedelta(minutes=greatest):"),
    14: Mutant(
        f"{RULES}/readiness.py",
        "if any(given.get(n) is False for n in protocol.fasting) "
        "and not answers.fasting_reason.strip():",
    ),
    15: Mutant(f"{RULES}/readiness.py", 'problems.append("total")', "pass"),
    16: Mutant(f"{RULES}/next_dose.py", "if rest < least and not early_reason.strip():"),
    18: Mutant(f"{RULES}/next_dose.py", "if expiry < today:"),
    20: Mutant(
        f"{RULES}/readiness.py",
        "return [item for is_there, item in found if not is_there]",
        "return []",
    ),
    21: Mutant(f"{RULES}/readiness.py", "if not answers.prescriber:"),
    22: Mutant(
        f"{RULES}/people.py",
        "return watches is not None and watches[0] > watches[1]",
        "return False",
    ),
    25: Mutant(f"{RULES}/readiness.py", "if clearance.through_seq != facts.last_seq:"),
    26: Mutant(f"{RULES}/readiness.py", "if facts.departure is None and now >= lapses_at(facts):"),
    27: Mutant(f"{RULES}/flags.py", "sedation <= p.sedation_emergency:", "sedation >= 4:"),
    28: Mutant(
        f"{RULES}/cautions.py",
        "if latest is not None and not latest.has_value(observation):",
    ),
    32: Mutant(f"{RULES}/next_dose.py", "if started_at < other - CLOCKS_APART:"),
    33: Mutant(
        f"{RULES}/schedule.py",
        "is_escalated = now - due_at >= timedelta(minutes=protocol.escalate_after_minutes)",
        "is_escalated = False",
    ),
    34: Mutant(f"{RULES}/flags.py", "if last is not None and last < p.spo2_below:"),
    35: Mutant(f"{RULES}/flags.py", "if screen.phq9_item9:"),
    38: Mutant(f"{RULES}/flags.py", "if event.is_serious:"),
    42: Mutant(
        f"{RULES}/facts.py",
        "if self.protocol.is_infusion and any(d.ended_at is None for d in self.doses):",
    ),
    43: Mutant(f"{RULES}/cautions.py", "if litres:"),
    44: Mutant(f"{RULES}/deviations.py", "if found.answered_at is None:"),
    46: Mutant(f"{RULES}/repeats.py", "if event.repeat_minutes is None:", "if True:"),
}
"""One control of each hazard that a rule holds, by the number of the hazard."""


class _Without(SourceFileLoader):
    def get_code(self, fullname: str) -> CodeType:
        text = self.get_data(self.path).decode()
        mutant = MUTANTS[int(os.environ["MUTANT"])]
        return compile(text.replace(mutant.control, mutant.without), self.path, "exec")


class _Finder(MetaPathFinder):
    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        mutant = MUTANTS[int(os.environ["MUTANT"])]
        if name != mutant.path.removesuffix(".py").replace("/", "."):
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and spec.origin is not None:
            spec.loader = _Without(name, spec.origin)
        return spec


if os.environ.get("MUTANT"):
    sys.meta_path.insert(0, _Finder())
