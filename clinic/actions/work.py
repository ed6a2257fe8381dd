"""The shell of the verbs of the organisation: what they write is appended to the log."""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper
from typing import Concatenate, ParamSpec, TypeVar

from clinic.access import Permission
from clinic.trail.changes import Changes
from clinic.verbs import Declared, Verb, Work, verb

P = ParamSpec("P")
R = TypeVar("R")


class OrganisationWork(Work):
    """One change of the organisation or its people; every row of theirs is written by `log`."""

    def __init__(self, declared: Declared) -> None:
        super().__init__(declared)
        self.log = Changes()


def organisation_verb(
    permission: Permission | None, *, name: str = ""
) -> Callable[[Callable[Concatenate[OrganisationWork, P], R]], Verb[P, R]]:
    """Make a verb of a function that takes its `OrganisationWork` first; it is called without.

    What the function wrote is appended to the log when it returns, under the verb's name: one entry
    for each chain.
    """

    def declare(action: Callable[Concatenate[OrganisationWork, P], R]) -> Verb[P, R]:
        def opened(work: Work, /, *args: P.args, **kwargs: P.kwargs) -> R:
            change = OrganisationWork(work.declared)
            made = action(change, *args, **kwargs)
            change.log.append(change.declared.name, change.by)
            return made

        return verb(permission, name=name)(update_wrapper(opened, action))

    return declare
