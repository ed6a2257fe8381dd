"""The rows of one session, as they were loaded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from django.db import models

from clinic.models import Staff
from clinic.models.constant import Constant
from clinic.models.row import name_of
from monitoring.models.fetch import fetch
from monitoring.models.row import Correctable, SessionFact, SessionRow

if TYPE_CHECKING:
    from monitoring.models import Session, Strike

R = TypeVar("R", bound=SessionRow)
F = TypeVar("F", bound=SessionFact)


class NotLoaded(LookupError):
    """A noun is asked for that was not loaded with its session."""


@dataclass(frozen=True, slots=True)
class SessionRows:
    """A session with its rows, each noun in the order of its numbers. A noun that was not loaded
    is an error, never an empty answer."""

    session: Session
    by_noun: Mapping[type[SessionRow], tuple[SessionRow, ...]]
    _found: dict[type[SessionRow], Any] = field(default_factory=dict, repr=False, compare=False)
    """What stands of each noun: a page asks for it many times."""

    def has(self, *nouns: type[SessionRow]) -> bool:
        """Whether each of `nouns` was loaded."""
        return all(noun in self.by_noun for noun in nouns)

    def of(self, noun: type[R]) -> tuple[R, ...]:
        """Every row of `noun`. Raises NotLoaded."""
        if noun not in self.by_noun:
            raise NotLoaded(f"{name_of(noun)} was not loaded with its session")
        found: Any = self.by_noun[noun]
        return tuple(found)

    def standing(self, noun: type[F]) -> tuple[F, ...]:
        """The facts of `noun` that count: neither entered in error nor replaced, each in the place
        of the first that it replaces. Raises NotLoaded."""
        if noun not in self._found:
            self._found[noun] = self._standing(noun)
        standing: tuple[F, ...] = self._found[noun]
        return standing

    def _standing(self, noun: type[F]) -> tuple[F, ...]:
        found = self.unstruck(noun)
        replaced = {row.replaces_id for row in found if isinstance(row, Correctable)}
        standing = (row for row in found if row.pk not in replaced)
        return tuple(sorted(standing, key=lambda row: self.first(row).seq))

    def unstruck(self, noun: type[F]) -> tuple[F, ...]:
        """The facts of `noun`, replaced ones included, without those that were entered in error
        and what these had replaced. Raises NotLoaded."""
        gone = self.struck(noun)
        if not gone:
            return self.of(noun)
        return tuple(row for row in self.of(noun) if row.pk not in gone)

    def struck(self, noun: type[SessionFact]) -> frozenset[UUID]:
        """The ids of the facts of `noun` that count in nothing any more: each of a strike that
        stands, and what it replaces. Raises NotLoaded."""
        from monitoring.models import Strike

        strikes = (s for s in self.of(Strike) if s.noun == name_of(noun) and self.stands(s))
        gone = {strike.target for strike in strikes}
        if gone and issubclass(noun, Correctable):
            for row in reversed(self.of(noun)):
                if row.pk in gone and row.replaces_id:
                    gone.add(row.replaces_id)
        return frozenset(gone)

    def stands(self, strike: Strike) -> bool:
        """Whether `strike` takes its fact out: it needs no clinician, or one has confirmed it."""
        from monitoring.models import StrikeConfirmation

        if not strike.needs_confirmation:
            return True
        confirmation = self.beside(strike, StrikeConfirmation)
        return confirmation is not None and confirmation.is_confirmed

    def first(self, row: F) -> F:
        """The fact whose place `row` has: the first one of those it replaces, or itself."""
        if not isinstance(row, Correctable) or row.replaces_id is None:
            return row
        by_id = {other.pk: other for other in self.of(type(row))}
        found: Any = row
        while found.replaces_id:
            found = by_id[found.replaces_id]
        first: F = found
        return first

    def if_loaded(self, noun: type[R]) -> tuple[R, ...]:
        """The same, for what is said of a noun only in the phases in which it is loaded."""
        return self.of(noun) if self.has(noun) else ()

    def standing_if_loaded(self, noun: type[F]) -> tuple[F, ...]:
        """The facts of `noun` that count, where it was loaded."""
        return self.standing(noun) if self.has(noun) else ()

    def find(self, noun: type[R], id: UUID) -> R | None:
        """The row of `noun` with this id. Raises NotLoaded."""
        return next((row for row in self.of(noun) if row.id == id), None)

    def find_standing(self, noun: type[F], id: UUID) -> F | None:
        """The fact of `noun` with this id, if it counts. Raises NotLoaded."""
        return next((row for row in self.standing(noun) if row.pk == id), None)

    def beside(self, row: SessionRow, noun: type[R]) -> R | None:
        """The one row of `noun` that belongs to `row`, such as the end of an infusion to its dose.
        Raises NotLoaded."""
        link = str(owner_of(noun).attname)
        return next((r for r in self.of(noun) if getattr(r, link) == row.pk), None)

    def every(self) -> list[SessionRow]:
        """All rows that were loaded."""
        return [row for rows in self.by_noun.values() for row in rows]


def owner_of(noun: type[SessionRow]) -> models.Field[Any, Any]:
    """The column by which each row of `noun` belongs to one row of another. Raises LookupError."""
    if (found := _owner_of(noun)) is None:
        raise LookupError(f"{name_of(noun)} belongs to no other row")
    return found


@cache
def _owner_of(noun: type[SessionRow]) -> models.Field[Any, Any] | None:
    for link in noun._meta.local_concrete_fields:
        owner = link.related_model
        is_row = isinstance(owner, type) and issubclass(owner, SessionRow) and owner is not noun
        if is_row and link.one_to_one and not link.null:
            return link
    return None


@cache
def beside_of(noun: type[SessionRow]) -> Mapping[type[SessionRow], str]:
    """The nouns of which one row may belong to a row of `noun`, each with its name there."""
    found: dict[type[SessionRow], str] = {}
    for other in SessionRow.tables():
        link = _owner_of(other)
        if link is not None and link.related_model is noun:
            found[other] = _back(link)
    return found


def _back(link: Any) -> str:
    """The name that the other side of `link` gives to its rows."""
    return str(link.remote_field.get_accessor_name())


def attribute(noun: type[SessionRow]) -> str:
    """Where the rows of `noun` are laid down on the session that they were loaded with."""
    return f"loaded_{name_of(noun)}"


def is_loaded(session: Session, noun: type[SessionRow]) -> bool:
    """Whether the rows of `noun` were loaded with `session`."""
    return attribute(noun) in vars(session)


def lay_down(session: Session, noun: type[SessionRow], rows: Iterable[SessionRow | None]) -> None:
    """Let `rows` be those of `noun` in `session`."""
    setattr(session, attribute(noun), [row for row in rows if row is not None])
    vars(session).pop(_GATHERED, None)


_GATHERED = "gathered_rows"


def rows_of(session: Session) -> SessionRows:
    """What was loaded with `session`, by a queryset method of its own or from the log. It is kept
    until more is laid down."""
    held = vars(session)
    if _GATHERED not in held:
        held[_GATHERED] = _gathered(session)
    found: SessionRows = held[_GATHERED]
    return found


def _gathered(session: Session) -> SessionRows:
    laid_down = vars(session)
    found: dict[type[SessionRow], tuple[SessionRow, ...]] = {}
    for noun in SessionRow.tables():
        name = attribute(noun)
        if name in laid_down:
            found[noun] = in_order(laid_down[name])
            for other, back in beside_of(noun).items():
                if attribute(other) not in laid_down:
                    found[other] = in_order([getattr(row, back, None) for row in found[noun]])
    return SessionRows(session, found)


def in_order(rows: Any) -> tuple[SessionRow, ...]:
    """A noun of which a session has one row alone is laid down as that row, or None."""
    listed: Iterable[Any] = rows if isinstance(rows, Iterable) else (rows,)
    return tuple(sorted((row for row in listed if row is not None), key=_number))


def _number(row: SessionRow) -> int:
    if isinstance(row, SessionFact):
        return row.seq
    return int(getattr(row, "through_seq", 0))


def load(
    sessions: Iterable[Session], nouns: Iterable[type[SessionRow]], *, with_people: bool = False
) -> None:
    """Load the rows of `nouns` with `sessions`, and what belongs to each row, in one query; with
    the names of those who recorded them, if asked, in one more."""
    by_id = {session.pk: session for session in sessions}
    own = list(nouns)
    if not by_id or not own:
        return
    wanted = dict.fromkeys([*own, *(other for noun in own for other in beside_of(noun))])
    found = fetch(tuple(wanted), list(by_id))
    for noun, rows in found.items():
        _link(noun, rows, by_id)
        for id, of_session in _by_session(rows, by_id).items():
            lay_down(by_id[id], noun, of_session)
    for noun in own:
        for other in beside_of(noun):
            _join(found[noun], found[other], other)
    if with_people:
        _name_people(found)


def _link(
    noun: type[SessionRow], rows: Iterable[SessionRow], sessions: Mapping[UUID, Session]
) -> None:
    link: Any = noun._meta.get_field("session")
    for row in rows:
        link.set_cached_value(row, sessions[row.session_id])


def _by_session(
    rows: Iterable[SessionRow], sessions: Iterable[UUID]
) -> dict[UUID, list[SessionRow]]:
    found: dict[UUID, list[SessionRow]] = {id: [] for id in sessions}
    for row in rows:
        found[row.session_id].append(row)
    return found


def _join(owners: Iterable[SessionRow], rows: Iterable[SessionRow], noun: type[SessionRow]) -> None:
    """Let each of `owners` know the one of `rows`, which are of `noun`, that belongs to it, or that
    none does, and the other way round."""
    link: Any = owner_of(noun)
    of_owner = {getattr(row, link.attname): row for row in rows}
    for owner in owners:
        row = of_owner.get(owner.pk)
        link.remote_field.set_cached_value(owner, row)
        if row is not None:
            link.set_cached_value(row, owner)


def _name_people(found: Mapping[type[SessionRow], Iterable[SessionRow]]) -> None:
    """Let each row know those whom it names."""
    named = [(row, link) for noun, rows in found.items() for link in _people(noun) for row in rows]
    ids = {id: None for row, link in named if (id := getattr(row, link.attname)) is not None}
    people = {person.pk: person for person in _STAFF.rows(list(ids))}
    for row, link in named:
        link.set_cached_value(row, people.get(getattr(row, link.attname)))


_STAFF = Constant(lambda ids: Staff.objects.filter(pk__in=ids).order_by())


@cache
def _people(noun: type[SessionRow]) -> list[Any]:
    return [field for field in noun._meta.local_concrete_fields if field.related_model is Staff]


def own_tables() -> list[type[SessionRow]]:
    """The nouns that are loaded in a query of their own: each but those that belong to one row of
    another."""
    return [noun for noun in SessionRow.tables() if _owner_of(noun) is None]
