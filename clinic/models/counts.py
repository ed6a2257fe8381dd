"""How many rows several queries find, told by one statement whose SQL is made once a process."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import IntegerField, QuerySet, Subquery

from clinic.ids import uuid7
from clinic.models.constant import stored
from clinic.models.site import Site

Queries = Mapping[str, QuerySet[Any]]
Moments = Callable[[Site, datetime], Sequence[datetime]]


class _Count(Subquery):
    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()
    empty_result_set_value = 0


class Counts:
    """How many rows each of the queries finds that `build` makes for a site and a moment.

    Nothing varies in them but the key of the site and the `moments` that follow from both. Where
    something else does, ValueError is raised when the SQL is made.
    """

    def __init__(self, build: Callable[[Site, datetime], Queries], moments: Moments) -> None:
        self._build, self._moments = build, moments
        self._made: dict[tuple[str, tuple[str, ...]], _Text] = {}

    def told(self, site: Site, now: datetime, names: Collection[str]) -> dict[str, int]:
        """By name, how many each of the queries that are called so has."""
        connection = connections[DEFAULT_DB_ALIAS]
        key = connection.vendor, tuple(names)
        if (text := self._made.get(key)) is None:
            # Two threads may both make it, which does no harm.
            text = self._made[key] = _Text(self._build, self._moments, names)
        with connection.cursor() as cursor:
            cursor.execute(text.sql, text.values(varying(self._moments, site, now)))
            (found,) = cursor.fetchall()
        return dict(zip(names, found, strict=True))


class _Text:
    """The SQL, its parameters, and which of them stand for what varies."""

    def __init__(
        self,
        build: Callable[[Site, datetime], Queries],
        moments: Moments,
        names: Collection[str],
    ) -> None:
        one, other = (
            self._asked(build, moments, names, datetime(year, 2, 3, 4, 5, 6, 7, tzinfo=UTC))
            for year in (1001, 1002)
        )
        self.sql, self._parameters, marks = one
        self._places = {
            at: marks.index(found)
            for at, (found, again) in enumerate(zip(self._parameters, other[1], strict=True))
            if found != again
        }
        if self.values(other[2]) != other[1]:
            raise ValueError("something varies that is neither the site nor one of the moments")

    @staticmethod
    def _asked(
        build: Callable[[Site, datetime], Queries],
        moments: Moments,
        names: Collection[str],
        now: datetime,
    ) -> tuple[str, list[Any], list[Any]]:
        """The SQL for a site that is like no other, its parameters, and what varies in them."""
        site = Site(pk=uuid7(), time_zone="UTC")
        found = build(site, now)
        each = [_Count(found[name].order_by().values("pk")) for name in names]
        query = Site.objects.filter(pk=site.pk).order_by().values_list(*each).query
        sql, parameters = query.get_compiler(using=DEFAULT_DB_ALIAS).as_sql()
        return sql, list(parameters), varying(moments, site, now)

    def values(self, varying: Sequence[Any]) -> list[Any]:
        """The parameters with what varies in its places."""
        return [
            varying[self._places[at]] if at in self._places else value
            for at, value in enumerate(self._parameters)
        ]


def varying(moments: Moments, site: Site, now: datetime) -> list[Any]:
    """The key of the site and each moment, as the engine has them."""
    return [stored(site.pk), *map(stored, moments(site, now))]
