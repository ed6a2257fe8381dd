"""What verification found, in words that a person can read."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import cache

from django.apps import apps

from clinic.models.row import name_of
from clinic.trail.differences import Difference


@dataclass(frozen=True, slots=True)
class Problem:
    """`subject` is the kind and id of the chain, or the name of an anchor's file."""

    subject: str
    words: str


@dataclass
class Verification:
    """What was checked, how often, and what was found wrong; `losses` are those that someone told:
    they are said for good."""

    checked: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)
    losses: list[Problem] = field(default_factory=list)
    seconds: float = 0

    @property
    def is_whole(self) -> bool:
        return not self.problems


def printable(text: str) -> str:
    """Without line ends and the like: whoever wrote them would write the list as well."""
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)


@cache
def _model_names() -> dict[str, str]:
    return {name_of(m): str(m._meta.verbose_name) for m in apps.get_models()}


def noun_of(table: str) -> str:
    return _model_names().get(table, table)


def words_of(difference: Difference) -> str:
    what = f"{noun_of(difference.table)} {difference.id}"
    if difference.kind == "missing":
        return f"{what} was recorded, and is gone"
    if difference.kind == "unlogged":
        return f"{what} is there, and was never recorded"
    if difference.kind == "double":
        return f"{what} is there more than once"
    return f"{what} was changed: {', '.join(difference.columns)}"
