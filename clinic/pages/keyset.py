"""Pages of a long list: each begins after the last row of the one before.

However deep the page, the database goes there by an index. A row that is added meanwhile moves
nothing, and none is shown twice or left out. The address names the row by its id alone: what a row
is ordered by may be a name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import BooleanField, F, Func, Model, QuerySet, Value
from django.db.models.expressions import Combinable

M = TypeVar("M", bound=Model)
R = TypeVar("R")
S = TypeVar("S")
Column = str | Combinable

MOST_COUNTED = 10_000
"""Beyond that a page says "more than": to count them all takes as long as to read them all."""


@dataclass(frozen=True, slots=True)
class Order:
    """By which columns a list is ordered, all of them up or all of them down.

    The last one is different in each row, and none is ever empty. `leading` columns at the
    beginning are those of a joined table, in which they alone find the place. `of_row` are the
    columns in which a row by itself has the same values, where it is not joined with what `columns`
    are of.
    """

    columns: tuple[Column, ...]
    is_down: bool = False
    leading: int = 0
    of_row: tuple[Column, ...] = ()

    def of(self, found: QuerySet[M], *, is_reversed: bool = False) -> QuerySet[M]:
        """`found` in this order."""
        is_down = self.is_down != is_reversed
        return found.order_by(
            *(_expression(c).desc() if is_down else _expression(c).asc() for c in self.columns)
        )

    def beyond(self, found: QuerySet[M], row: QuerySet[M], *, is_reversed: bool) -> QuerySet[M]:
        """What comes after the one `row`.

        It is taken out by its id, and the rows are compared with it included: among thousands with
        the same name PostgreSQL would think nothing comes after the last name, and read them all.
        """
        id, *place = row.order_by().values_list("pk", *(self.of_row or self.columns)).get()
        sign = "<=" if self.is_down != is_reversed else ">="
        found = found.all()
        # Those of the tables that are joined already: a condition by name would join some again.
        columns = [_expression(c).resolve_expression(found.query) for c in self.columns]
        values = [
            Value(v, output_field=c.output_field) for v, c in zip(place, columns, strict=True)
        ]
        if self.leading:
            first = slice(self.leading)
            found = found.filter(_compared(columns[first], sign, values[first]))
        return found.filter(_compared(columns, sign, values)).exclude(pk=id)


@dataclass(frozen=True, slots=True)
class Page(Generic[R]):
    """Some rows in their order, and the names of those from which the pages beside this one go on:
    None where there is none."""

    rows: list[R]
    before: Any = None
    after: Any = None

    @property
    def is_the_only_one(self) -> bool:
        return self.before is None and self.after is None

    def of(self, made: Callable[[R], S]) -> Page[S]:
        """The same page with what is made of each row."""
        return Page([made(row) for row in self.rows], self.before, self.after)


@dataclass(frozen=True, slots=True)
class Part:
    """One of several lists that are read one after another; `among` are the rows that may be named
    in it."""

    found: QuerySet[Any]
    order: Order
    among: QuerySet[Any]

    def rows(self, place: QuerySet[Any] | None, most: int, *, is_back: bool) -> list[Any]:
        """At most so many rows after that of `place`, or before it; from the first or last on where
        there is none."""
        found = self.found
        if place is not None:
            found = self.order.beyond(found, place, is_reversed=is_back)
        return list(self.order.of(found, is_reversed=is_back)[:most])


def page(
    found: QuerySet[M], order: Order, asked: Mapping[str, str], size: int, *, among: QuerySet[M]
) -> Page[M]:
    """The `size` rows after the row `asked["after"]`, or before `asked["before"]`; the first ones
    where neither names a row `among` those that may be named. That one need not be found any more:
    a filter or the record may have changed."""
    part = Part(found, order, among)
    named, is_back = _named(asked)
    place = _row(among, named)
    is_back &= place is not None
    rows = part.rows(place, size + 1, is_back=is_back)
    return _page(rows, size, is_back=is_back, has_place=place is not None, name=lambda row: row.pk)


def page_of_parts(
    parts: Sequence[Part], asked: Mapping[str, str], size: int
) -> Page[tuple[int, Any]]:
    """As `page`, of lists that are read one after another: each row with the number of its part,
    which stands before the row's id in the address. A list is asked only where the page reaches
    it.

    Such lists are worked off: where nothing is left beyond the row, the first page is shown."""
    named, is_back = _named(asked)
    number, _sep, id = named.partition(".")
    at = int(number) if number in map(str, range(len(parts))) else 0
    place = _row(parts[at].among, id)
    if place is None:
        is_back, at = False, 0
    rows: list[tuple[int, Any]] = []
    onward = range(at, -1, -1) if is_back else range(at, len(parts))
    for current in onward:
        most = size + 1 - len(rows)
        from_place = place if current == at else None
        rows += [(current, row) for row in parts[current].rows(from_place, most, is_back=is_back)]
        if len(rows) > size:
            break
    if not rows and place is not None:
        return page_of_parts(parts, {}, size)
    return _page(
        rows,
        size,
        is_back=is_back,
        has_place=place is not None,
        name=lambda row: f"{row[0]}.{row[1].pk}",
    )


def _named(asked: Mapping[str, str]) -> tuple[str, bool]:
    """The row from which to go on, and whether back from it."""
    before = asked.get("before", "")
    return before or asked.get("after", ""), bool(before)


def _page(
    rows: list[R], size: int, *, is_back: bool, has_place: bool, name: Callable[[R], Any]
) -> Page[R]:
    """Of `rows`, one more than `size` where there are more."""
    is_more, rows = len(rows) > size, rows[:size]
    if is_back:
        rows.reverse()
    if not rows:
        return Page([])
    has_before = is_more if is_back else has_place
    has_after = True if is_back else is_more
    return Page(rows, name(rows[0]) if has_before else None, name(rows[-1]) if has_after else None)


def counted(found: QuerySet[Any]) -> int:
    """How many rows, up to one more than `MOST_COUNTED`."""
    return found.order_by()[: MOST_COUNTED + 1].count()


def told(shown: Page[Any], *found: QuerySet[Any]) -> dict[str, int]:
    """For the heading of a list (`_count.html`): how many rows were found, in all its parts, and
    beyond how many that is not counted any more."""
    count = len(shown.rows) if shown.is_the_only_one else sum(map(counted, found))
    return {"count": count, "most": MOST_COUNTED}


def _row(among: QuerySet[M], id: str) -> QuerySet[M] | None:
    try:
        return among.filter(pk=id) if id and among.filter(pk=id).exists() else None
    except (ValueError, ValidationError):
        return None


def _expression(column: Column) -> Any:
    return F(column) if isinstance(column, str) else column


def _compared(columns: list[Any], sign: str, values: list[Value]) -> Func:
    """Rows of values are compared as both databases do by an index: (a, b) < (1, 2)."""
    left, right = (_Row(*columns), _Row(*values))
    return Func(
        left, right, template="%(expressions)s", arg_joiner=f" {sign} ", output_field=BooleanField()
    )


class _Row(Func):
    """(a, b), which is of no type of its own."""

    template = "(%(expressions)s)"
    output_field = BooleanField()
