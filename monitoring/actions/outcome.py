"""How a verb says no."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as attribute
from typing import TypeVar

from django.db import models

M = TypeVar("M", bound=models.Model)


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason for a refusal: `code` names the sentence, `params` fill it.

    `field` is the input it belongs to, empty where it concerns the whole.
    """

    code: str
    field: str = ""
    params: Mapping[str, object] = attribute(default_factory=dict)


class NotAllowed(Exception):
    """The acting person has no role at the site that may do this."""


class Refused(Exception):
    """The rules or the state of the session forbid it; `reasons` say why."""

    def __init__(self, reasons: Iterable[Reason]) -> None:
        self.reasons = tuple(reasons)
        super().__init__(", ".join(reason.code for reason in self.reasons))


class Conflict(Exception):
    """Someone else's row stands where this one would; `theirs` is that row."""

    def __init__(self, theirs: models.Model) -> None:
        self.theirs = theirs
        super().__init__(str(theirs.pk))


def repeated(sent: M, **given: object) -> M:
    """The row that a second sending of its id meets; a Conflict when it stands for other values.

    Times that are read as now when they are empty are compared by `require_same_time`.
    """
    if any(getattr(sent, name) != value for name, value in given.items()):
        raise Conflict(sent)
    return sent


def refuse(code: str, field: str = "", **params: object) -> Refused:
    return Refused([Reason(code, field, params)])
