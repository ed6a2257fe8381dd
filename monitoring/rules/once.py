"""A rule is worked out once for the same facts and the same moment.

A page asks the schedule, the flags and what is open from many places. Facts never change, so what
was worked out of them stays true; it is kept with them, and goes with them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, Protocol, TypeVar, cast

P = ParamSpec("P")
Answer = TypeVar("Answer")


class Keeps(Protocol):
    """Facts that keep what was worked out of them."""

    @property
    def worked_out(self) -> dict[object, tuple[object, object]]: ...


F = TypeVar("F", bound=Keeps)


def once(rule: Callable[Concatenate[F, P], Answer]) -> Callable[Concatenate[F, P], Answer]:
    """The same rule. A list is given as a copy, for who asked may sort it.

    An argument that is no plain value counts as the same where it is the same object: comparing
    two readings would cost as much as judging one.
    """

    @wraps(rule)
    def asked(facts: F, /, *args: P.args, **kwargs: P.kwargs) -> Answer:
        kept = facts.worked_out
        given: tuple[object, ...] = ()
        key: object = rule
        if args or kwargs:
            given = (*args, *kwargs.values())
            key = (rule, *kwargs, *[id(a) if hasattr(a, "__dict__") else a for a in given])
        if key not in kept:
            # The arguments are kept as well, so that no other object gets the place of one.
            kept[key] = rule(facts, *args, **kwargs), given
        answer = cast(Answer, kept[key][0])
        return cast(Answer, [*answer]) if isinstance(answer, list) else answer

    return cast(Callable[Concatenate[F, P], Answer], asked)
