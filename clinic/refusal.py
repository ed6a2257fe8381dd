"""How a verb says no: one family, for the verbs of both packages."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import models

from clinic.message import Message


class Refusal(Exception):
    """A verb changed nothing, and says why."""


class GuardsMissing(Exception):
    """The database does not hold the invariants: nothing may be written. `names` say which."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(f"guards missing or changed: {', '.join(names)}")
        self.names = names


class NotAllowed(Refusal):
    """The acting person may not do this here; to them it is as if it did not exist."""


class Refused(Refusal):
    """The rules, or how things stand, forbid it; `messages` say why, each at its field."""

    def __init__(self, messages: Iterable[Message]) -> None:
        self.messages = tuple(messages)
        super().__init__(", ".join(message.code for message in self.messages))


class Conflict(Refusal):
    """Someone else's row stands where this one would; `theirs` is that row."""

    def __init__(self, theirs: models.Model) -> None:
        self.theirs = theirs
        super().__init__(str(theirs.pk))


def refuse(code: str, field: str = "", **params: object) -> Refused:
    """A refusal with one message."""
    return Refused([Message(code, params, field)])
