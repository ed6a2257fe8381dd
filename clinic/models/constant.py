"""Queries whose SQL is always the same, made once a process.

Django makes the SQL of a query anew each time it is asked, which costs more than the database needs
to answer. What is read with every request is asked through here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models.query import ModelIterable

from clinic.ids import uuid7
from clinic.models.prepared import prepared

M = TypeVar("M", bound=models.Model)
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
    """The rows that `build` selects for a list of ids and, where it takes them, moments, days and
    texts: nothing else varies.

    `build` answers a queryset; it takes the ids, and each of the others, and uses each exactly
    once: ValueError is raised otherwise. Django makes the SQL, the conversions and the instances.
    There is one text for each power of two of ids, the last id being repeated to fill it.
    """

    def __init__(self, build: Callable[..., models.QuerySet[M]]) -> None:
        self._build = build
        self._made: dict[tuple[str, int], _Text] = {}

    def rows(self, ids: Sequence[UUID], *others: datetime | date | str) -> list[M]:
        """The rows for `ids`, each as one instance; none for no ids, without a query."""
        if not ids:
            return []
        connection = connections[DEFAULT_DB_ALIAS]
        size = 1 << (len(ids) - 1).bit_length()
        made = self._made.get((connection.vendor, size))
        if made is None:
            # Two threads may both make it, which does no harm.
            made = self._made[connection.vendor, size] = _Text(self._build, size, others)
        padded = [*ids, *[ids[-1]] * (size - len(ids))]
        with prepared():
            return list(ModelIterable(made.asked_for([*padded, *others])))


class _Text:
    """The SQL for so many ids, with the places of what varies among its parameters."""

    def __init__(
        self,
        build: Callable[..., models.QuerySet[Any]],
        size: int,
        others: Sequence[datetime | date | str],
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

    def asked_for(self, given: Sequence[Varying]) -> Any:
        """What `ModelIterable` needs of a queryset."""
        parameters = list(self._parameters)
        for place, value in zip(self._places, given, strict=True):
            parameters[place] = stored(value)
        compiler: Any = copy(self._compiler)
        # Each thread has a connection of its own.
        compiler.connection = connections[DEFAULT_DB_ALIAS]
        compiler.as_sql = lambda: (self._sql, tuple(parameters))
        compiler.get_converters = lambda expressions: self._converters
        query = SimpleNamespace(get_compiler=lambda using: compiler)
        return SimpleNamespace(db=DEFAULT_DB_ALIAS, query=query, _known_related_objects={})


def _mark(kind: type, number: int) -> datetime | date | str:
    """Stands for the value of this kind that is given as so many-eth."""
    if kind is str:
        return f"text {number}"
    at = NO_MOMENT + timedelta(days=number)
    return at if kind is datetime else at.date()


def stored(value: Varying) -> object:
    """A value as the engine has it."""
    return _FIELDS[type(value)].get_db_prep_value(value, connections[DEFAULT_DB_ALIAS])
