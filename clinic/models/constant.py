"""Queries whose SQL is always the same, made once a process.

Django makes the SQL of a query anew each time it is asked, which costs more than the database needs
to answer. What is read with every request is asked through here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models.query import ModelIterable

from clinic.ids import uuid7
from clinic.models.prepared import prepared

M = TypeVar("M", bound=models.Model)
Row = tuple[object, ...]
Varying = UUID | datetime | date | str
_FIELDS: dict[type, models.Field[Any, Any]] = {
    UUID: models.UUIDField(),
    datetime: models.DateTimeField(),
    date: models.DateField(),
    str: models.TextField(),
}
NO_MOMENT = datetime(1, 1, 2, 3, 4, 5, 6, tzinfo=UTC)
"""Stands for a moment while the SQL is made, to be found among its parameters."""


class Constant(Generic[M]):
    """The rows that `build` selects for a list of ids and, where it takes them, other ids, moments,
    days and texts: nothing else varies.

    `build` answers a queryset; it takes the ids, and each of the others, and uses each exactly
    once: ValueError is raised otherwise. Django makes the SQL, the conversions and the instances.
    There is one text for each power of two of ids, the last id being repeated to fill it.
    """

    def __init__(self, build: Callable[..., models.QuerySet[M]]) -> None:
        self._build = build
        self._made: dict[tuple[str, int], _Text] = {}

    def rows(self, ids: Sequence[UUID], *others: Varying) -> list[M]:
        """The rows for `ids`, each as one instance; none for no ids, without a query."""
        found = self.plain(ids, *others)
        return found.instances(found.rows)

    def plain(self, ids: Sequence[UUID], *others: Varying) -> Plain[M]:
        """The same rows as the engine gives them."""
        if not ids:
            return Plain([], lambda rows: [])
        connection = connections[DEFAULT_DB_ALIAS]
        size = 1 << (len(ids) - 1).bit_length()
        made = self._made.get((connection.vendor, size))
        if made is None:
            # Two threads may both make it, which does no harm.
            made = self._made[connection.vendor, size] = _Text(self._build, size, others)
        padded = [*ids, *[ids[-1]] * (size - len(ids))]
        with prepared():
            return Plain(made.asked([*padded, *others]), made.instances)


@dataclass(frozen=True, slots=True)
class Plain(Generic[M]):
    """Rows as the engine gives them: the id first, then every other column that was selected. Two
    rows that are equal make the same instance, which `instances` makes of any of them."""

    rows: list[Row]
    instances: Callable[[list[Row]], list[M]]


class _Text:
    """The SQL for so many ids, with the places of what varies among its parameters."""

    def __init__(
        self,
        build: Callable[..., models.QuerySet[Any]],
        size: int,
        others: Sequence[Varying],
    ) -> None:
        ids = [uuid7() for _ in range(size)]
        like_others = [_mark(type(other), number) for number, other in enumerate(others)]
        marks: list[Varying] = [*ids, *like_others]
        connection = connections[DEFAULT_DB_ALIAS]
        self._compiler = build(ids, *like_others).query.get_compiler(connection=connection)
        self._sql, parameters = self._compiler.as_sql()
        self._converters = self._compiler.get_converters([c[0] for c in self._compiler.select])
        self._parameters = list(parameters)
        self._places = [self._place(stored(mark)) for mark in marks]

    def _place(self, mark: object) -> int:
        """Where the only parameter is that has this mark. Raises ValueError for none or several."""
        (place,) = (n for n, found in enumerate(self._parameters) if found == mark)
        return place

    def asked(self, given: Sequence[Varying]) -> list[Row]:
        """The rows as the engine gives them."""
        parameters = list(self._parameters)
        for place, value in zip(self._places, given, strict=True):
            parameters[place] = stored(value)
        compiler = self._own_compiler()
        compiler.as_sql = lambda: (self._sql, tuple(parameters))
        return [row for chunk in compiler.execute_sql() for row in chunk]

    def instances(self, rows: list[Row]) -> list[Any]:
        """The instance of each of `rows`, which Django makes of what it is told to have read."""
        compiler = self._own_compiler()
        compiler.execute_sql = lambda **asked: [rows]
        compiler.get_converters = lambda expressions: self._converters
        query = SimpleNamespace(get_compiler=lambda using: compiler)
        found: Any = SimpleNamespace(db=DEFAULT_DB_ALIAS, query=query, _known_related_objects={})
        return list(ModelIterable(found))

    def _own_compiler(self) -> Any:
        compiler: Any = copy(self._compiler)
        # Each thread has a connection of its own.
        compiler.connection = connections[DEFAULT_DB_ALIAS]
        return compiler


def _mark(kind: type, number: int) -> Varying:
    """Stands for the value of this kind that is given as so many-eth."""
    if kind is str:
        return f"text {number}"
    if kind is UUID:
        return uuid7()
    at = NO_MOMENT + timedelta(days=number)
    return at if kind is datetime else at.date()


def stored(value: Varying) -> object:
    """A value as the engine has it."""
    return _FIELDS[type(value)].get_db_prep_value(value, connections[DEFAULT_DB_ALIAS])
