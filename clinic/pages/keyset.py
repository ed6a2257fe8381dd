"""Pages of a long list: each begins after the last row of the one before.

However deep the page, the database goes there by an index. A row that is added meanwhile moves
nothing, and none is shown twice or left out. The address names the row by its id alone: what a row
is ordered by may be a name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import BooleanField, F, Func, Model, QuerySet, Value
from django.db.models.expressions import Combinable

M = TypeVar("M", bound=Model)
R = TypeVar("R")
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


def page(
    found: QuerySet[M], order: Order, asked: Mapping[str, str], size: int, *, among: QuerySet[M]
) -> Page[M]:
    """The `size` rows after the row `asked["after"]`, or before `asked["before"]`; the first ones
    where neither names a row `among` those that may be named. That one need not be found any more:
    a filter or the record may have changed."""
    is_back = bool(asked.get("before"))
    named = asked.get("before") or asked.get("after")
    place = _row(among, named)
    if place is None:
        is_back = False
    else:
        found = order.beyond(found, place, is_reversed=is_back)
    rows = list(order.of(found, is_reversed=is_back)[: size + 1])
    is_more, rows = len(rows) > size, rows[:size]
    if is_back:
        rows.reverse()
    if not rows:
        return Page([])
    has_before = is_more if is_back else place is not None
    has_after = True if is_back else is_more
    return Page(rows, rows[0].pk if has_before else None, rows[-1].pk if has_after else None)


def counted(found: QuerySet[Any]) -> int:
    """How many rows, up to one more than `MOST_COUNTED`."""
    return found.order_by()[: MOST_COUNTED + 1].count()


def told(shown: Page[Any], found: QuerySet[Any]) -> dict[str, int]:
    """For the heading of a list (`_count.html`): how many rows were found, and beyond how many that
    is not counted any more."""
    count = len(shown.rows) if shown.is_the_only_one else counted(found)
    return {"count": count, "most": MOST_COUNTED}


def _row(among: QuerySet[M], id: str | None) -> QuerySet[M] | None:
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
