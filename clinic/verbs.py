"""The shell of every verb: its name, who may, in which phases; one transaction; what is refused.

A verb is the only way to its change, and one function. It is declared where it is written:

    @verb(Permission.MANAGE_TABLETS)
    def revoke_tablet(work: Work, by: Staff, site: Site, tablet_id: UUID) -> Tablet:
        work.require(by, site)
        ...

and called without `work`, which the shell makes: `revoke_tablet(by, site, tablet.pk)`. Pages ask
the verb itself what they may offer: `revoke_tablet.is_offered(permissions)`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, update_wrapper
from typing import Concatenate, Generic, ParamSpec, TypeVar
from uuid import UUID

from django.db import IntegrityError, OperationalError, models, transaction
from django.utils.module_loading import import_string

from clinic import access, clock
from clinic.access import Permission
from clinic.models import Site, Staff
from clinic.refusal import Conflict, NotAllowed, refuse

P = ParamSpec("P")
Q = ParamSpec("Q")
R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)
S = TypeVar("S")
M = TypeVar("M", bound=models.Model)

SERIALIZATION_FAILURE, DEADLOCK_DETECTED = "40001", "40P01"
TRIES = 3

_checks: list[str] = []
_refusals: dict[str, str] = {}


def protect(check: str, refusals: Mapping[str, str]) -> None:
    """Have every verb ask the function of the dotted name `check`, which raises, before it writes;
    and answer with the code in `refusals` where the database refuses by the guard of that name.

    Called once, when the application starts, by the package that has guards.
    """
    if check not in _checks:
        _checks.append(check)
    _refusals.update(refusals)


@dataclass(frozen=True, slots=True)
class Declared:
    """What is said of a verb beside it.

    `permission` is None where no role is asked for: a command, or what one does to oneself.
    `phases` are those of the session in which it is allowed; none where it is about no session.
    """

    name: str
    permission: Permission | None
    phases: tuple[str, ...] = ()


class Work:
    """One call of a verb: who acts, when, and what was written."""

    def __init__(self, declared: Declared) -> None:
        self.declared = declared
        self.by: Staff | None = None
        self.inserted: list[models.Model] = []

    @cached_property
    def now(self) -> datetime:
        """The time of the change, read once. Ask for it after everything is locked."""
        return clock.now()

    def require(self, by: Staff, site: Site) -> None:
        """Raises NotAllowed unless `by` may do this at `site`."""
        permission = self.declared.permission
        if permission is None or not access.may(by, permission, site):
            raise NotAllowed(self.declared.name)
        self.by = by

    def insert(self, row: M) -> M:
        """Insert `row`, which must be new."""
        row.save(force_insert=True)
        self.inserted.append(row)
        return row


class Verb(Generic[P, R_co]):
    """A verb, to be called; and what was declared of it."""

    def __init__(self, declared: Declared, run: Callable[P, R_co]) -> None:
        self.declared = declared
        self._run = run
        update_wrapper(self, run)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R_co:
        return self._run(*args, **kwargs)

    @property
    def name(self) -> str:
        return self.declared.name

    @property
    def permission(self) -> Permission | None:
        return self.declared.permission

    @property
    def phases(self) -> tuple[str, ...]:
        return self.declared.phases

    def is_offered(self, permissions: Collection[Permission], phase: str = "") -> bool:
        """Whether someone with `permissions` may do this, to a session in `phase`."""
        is_in_phase = not self.phases or phase in self.phases
        return is_in_phase and (self.permission is None or self.permission in permissions)

    def behind(self, entrance: Callable[Q, S]) -> Verb[Q, S]:
        """The same verb as it is called by everyone: through `entrance`, which does what must hold
        no lock, and calls this one."""
        return Verb(self.declared, entrance)


def verb(
    permission: Permission | None, *, phases: Iterable[str] = (), name: str = ""
) -> Callable[[Callable[Concatenate[Work, P], R]], Verb[P, R]]:
    """Make a verb of a function that takes its `Work` first; it is called without.

    It runs in one transaction that is committed when it returns. A deadlock or a serialization
    failure is tried again: nothing of the first try was saved. Raises what the checks of `protect`
    raise, and Refused where a guard of the database refused what a person can mend. `name` is the
    function's own unless it has an entrance (see `Verb.behind`).
    """

    def declare(action: Callable[Concatenate[Work, P], R]) -> Verb[P, R]:
        declared = Declared(name or action.__name__, permission, tuple(phases))

        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            return in_one_transaction(lambda: action(Work(declared), *args, **kwargs))

        return Verb(declared, update_wrapper(run, action))

    return declare


def in_one_transaction(change: Callable[[], R]) -> R:
    """What `change` made, committed. See `verb`."""
    for check in _checks:
        import_string(check)()
    for last in range(TRIES):
        try:
            with transaction.atomic(durable=True):
                return change()
        except OperationalError as error:
            state = getattr(error.__cause__, "sqlstate", None)
            if state not in {SERIALIZATION_FAILURE, DEADLOCK_DETECTED} or last == TRIES - 1:
                raise
            time.sleep(0.05 * (last + 1))
        except IntegrityError as error:
            code = next((c for guard, c in _refusals.items() if guard in str(error)), None)
            if code is None:
                raise
            raise refuse(code) from error
    raise AssertionError("unreachable")


def sent_before(rows: Iterable[M], id: UUID, given: Mapping[str, object]) -> M | None:
    """The row among `rows` that was made when the same form was sent before; None where there is
    none. Raises Conflict with it where it stands for other values than `given`."""
    found = next((row for row in rows if row.pk == id), None)
    return found and same_or_conflict(found, given)


def same_or_conflict(found: M, given: Mapping[str, object]) -> M:
    """`found`, which stands for the values in `given`. Raises Conflict where it does not."""
    if any(getattr(found, name) != value for name, value in given.items()):
        raise Conflict(found)
    return found
