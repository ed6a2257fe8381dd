"""Reads the guards from their text: one heading, one reason, one condition each."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_HEADING = re.compile(
    r"^-- guard: (?P<rule>\w+) on: (?P<tables>[\w ]+)\n"
    r"-- (?P<moment>before|after): (?P<event>[^\n]+)\n"
    r"-- (?P<why>[^\n]+)\n"
    r"(?P<body>.*?);$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Guard:
    """One rule on one table. `body` is the condition that refuses, or, after `DO`, a statement."""

    rule: str
    table: str
    moment: str
    event: str
    why: str
    body: str

    @property
    def name(self) -> str:
        _package, noun = self.table.split("_", 1)
        return f"guard_{noun}_{self.rule}"

    @property
    def has_session(self) -> bool:
        """Whether its rows belong to a session, whose row is locked first."""
        return self.table not in {
            "monitoring_accessentry",
            "clinic_chainhead",
            "monitoring_patient",
            "monitoring_patientamendment",
            "monitoring_protocolversion",
            "monitoring_session",
            "clinic_trailentry",
        }


@cache
def guards() -> tuple[Guard, ...]:
    """Every guard of the text, one a table."""
    text = (Path(__file__).parent / "guards.sql").read_text()
    found = []
    for match in _HEADING.finditer(text):
        for noun in match["tables"].split():
            table = noun if noun.startswith("clinic_") else f"monitoring_{noun}"
            body = match["body"].strip().replace("{table}", table)
            found.append(
                Guard(match["rule"], table, match["moment"], match["event"], match["why"], body)
            )
    return tuple(found)
