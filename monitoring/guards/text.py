"""Reads the guards from their text: one heading, one reason, one condition each."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from clinic.models.row import Guarded, name_of
from monitoring.guards import lists
from monitoring.models import SessionRow

_HEADING = re.compile(
    r"^-- guard: (?P<rule>\w+) on: (?P<tables>[\w{} -]+)\n"
    r"-- (?P<moment>before|after): (?P<event>[^\n]+)\n"
    r"-- (?P<why>[^\n]+)\n"
    r"(?P<body>.*?);$",
    re.MULTILINE | re.DOTALL,
)
_CONDITION = re.compile(r"^-- condition: (?P<name>\w+)\n(?P<body>.*?);$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Guard:
    """One rule on one table. `body` is the condition that refuses, or, after `DO`, a statement."""

    rule: str
    model: type[Guarded]
    moment: str
    event: str
    why: str
    body: str

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    @property
    def name(self) -> str:
        return f"guard_{name_of(self.model)}_{self.rule}"

    @property
    def has_session(self) -> bool:
        """Whether its rows belong to a session, whose row is locked first."""
        return issubclass(self.model, SessionRow)


@cache
def guards() -> tuple[Guard, ...]:
    """Every guard of the text, one a table."""
    text = (Path(__file__).parent / "guards.sql").read_text()
    conditions = {c["name"]: c["body"].strip() for c in _CONDITION.finditer(text)}
    return tuple(
        Guard(
            heading["rule"],
            model,
            heading["moment"],
            heading["event"],
            heading["why"],
            lists.filled(heading["body"].strip(), conditions, model._meta.db_table),
        )
        for heading in _HEADING.finditer(text)
        for model in _models(heading["tables"].split())
    )


def _models(named: Iterable[str]) -> Iterable[type[Guarded]]:
    """The models of a heading: by their own names, by the name of a list, and less others."""
    by_name = {name_of(model): model for model in Guarded.tables()}
    found: dict[type[Guarded], None] = {}
    for name in named:
        if name.startswith("{"):
            found |= dict.fromkeys(lists.named(name.strip("{}")))
        elif name.startswith("-"):
            del found[by_name[name.removeprefix("-")]]
        else:
            found[by_name[name]] = None
    return found
