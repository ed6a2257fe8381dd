"""The overview: what the figures of ended sessions add up to.

Each line is a share with its numerator, its denominator and what neither counts; `rows` are the
sessions to look at for it. A session that goes on has no figures yet, and is told apart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Max, Min, QuerySet, Sum, Value
from django.utils.functional import Promise

from monitoring.models import Figures
from monitoring.reports.overview_lines import COMPARED, GROUPS, LINES, MINUTES, WHOLES, Line, Whole
from monitoring.rules.counted import COUNTED, bit

MOST_MONTHS = 36
_PAIRS = (
    ("sedation_minutes", "dissociation_minutes"),
    ("ready_minutes", "signature_minutes"),
)


@dataclass(frozen=True, slots=True)
class Share:
    """`behind` are the sessions that a tap opens."""

    line: Line
    count: int
    total: int
    behind: int

    @property
    def percent(self) -> float | None:
        return round(100 * self.count / self.total, 1) if self.total else None

    @property
    def whole(self) -> Whole:
        return WHOLES[self.line.of]


@dataclass(frozen=True, slots=True)
class Times:
    """The median and the ninth decile of `count` times, each one that was measured."""

    code: str
    count: int
    median: int | None
    ninth: int | None

    @property
    def name(self) -> str | Promise:
        return MINUTES[self.code][0]

    @property
    def without(self) -> str | Promise:
        return MINUTES[self.code][1]


@dataclass(frozen=True, slots=True)
class Part:
    """The same lines of one month, protocol or person, under its `name`."""

    name: Any
    sessions: int
    shares: Mapping[str, Share]


@dataclass(frozen=True, slots=True)
class Overview:
    groups: list[tuple[str | Promise, list[Share]]]
    times: list[Times]
    months: list[Part]
    """Or years: each under its first day."""
    sessions: int

    @property
    def is_by_year(self) -> bool:
        first = [month.name.month for month in self.months]
        return len(first) > 1 and set(first) == {1}


def overview(found: QuerySet[Figures], zone: ZoneInfo) -> Overview:
    """Everything of the sessions `found`, by their month at the site, or by their year where these
    are more than MOST_MONTHS: four queries."""
    starts = _starts(found, zone)
    rows = list(_by_span(_counted(found.order_by()), starts))
    told = _added_up(rows, _COMPARED)
    total = _all_of(rows)
    return Overview(
        groups=[(name, [_share(line, total) for line in lines]) for name, lines in GROUPS],
        times=[times for pair in _PAIRS for times in _times(found, starts, *pair)],
        months=[_part(start.date(), told.get(n, Counter())) for n, start in enumerate(starts)],
        sessions=total["n"],
    )


def compared(found: QuerySet[Figures], by: str) -> list[Part]:
    """The lines of COMPARED for each value of `by`, a path from the figures: one query."""
    rows = _counted(found.annotate(part=F(by)).order_by("part"), "part")
    return [_part(name, one) for name, one in _added_up(rows, _COMPARED).items()]


def sums(found: QuerySet[Figures]) -> Mapping[str, Share]:
    """Every line by its code, of all sessions `found`: one query."""
    total = _all_of(_counted(found.order_by()))
    return {code: _share(line, total) for code, line in LINES.items()}


def _starts(found: QuerySet[Figures], zone: ZoneInfo) -> list[datetime]:
    """When each month, or year, began at the site, from the first session to the last."""
    period = found.aggregate(first=Min("planned_for"), last=Max("planned_for"))
    if period["first"] is None:
        return []
    first, last = (period[end].astimezone(zone) for end in ("first", "last"))
    months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    if len(months) > MOST_MONTHS:
        months = range(first.year * 12, last.year * 12 + 1, 12)
    return [datetime(month // 12, month % 12 + 1, 1, tzinfo=zone) for month in months]


def _by_span(asked: QuerySet[Any], starts: list[datetime]) -> Iterable[dict[str, Any]]:
    """One query with a part for each span: the database finds each by its index, however many years
    lie beside it, and neither asks for the month of a session nor sorts them."""
    parts = []
    for number, start in enumerate(starts):
        part = asked.filter(planned_for__gte=start).annotate(part=Value(number))
        end = starts[number + 1] if number + 1 < len(starts) else None
        parts.append(part.filter(planned_for__lt=end) if end else part)
    return parts[0].union(*parts[1:], all=True) if parts else ()


def _counted(found: QuerySet[Any], *names: str) -> QuerySet[Any]:
    """Of each of `names`, the sessions that are behind the same lines, and the sums of their
    columns: few rows, however many sessions there are."""
    added = {f"sum_{column}": Sum(column) for column in _COLUMNS}
    rows: QuerySet[Any] = found.values(*names, "counts").annotate(n=Count("*"), **added)
    return rows


_COLUMNS = sorted(
    {*(o.column for o in LINES.values()), *(o.column for o in WHOLES.values())} - {""}
)
_ADDED = ("n", *(f"sum_{column}" for column in _COLUMNS))
_COMPARED = sorted(COUNTED.keys() & {*COMPARED, *(LINES[code].of for code in COMPARED)})
Sums = Counter[str]
"""By code of a line or a whole, or by column; "n" is all of them."""
_OF = {"ended": "n"}


def _added_up(rows: Iterable[Mapping[str, Any]], codes: Iterable[str]) -> dict[Any, Sums]:
    """By part, how many sessions are behind each of `codes`, and the sum of every column."""
    bits = [(code, bit(code)) for code in codes]
    found: dict[Any, Sums] = {}
    for row in rows:
        if (one := found.get(row["part"])) is None:
            one = found[row["part"]] = Counter()
        n, behind = row["n"], row["counts"]
        for code, place in bits:
            if behind & place:
                one[code] += n
        for name in _ADDED:
            one[name] += row[name]
    return found


def _all_of(rows: Iterable[Mapping[str, Any]]) -> Sums:
    """Every line, of all parts together."""
    by_lines: dict[int, dict[str, Any]] = {}
    for row in rows:
        if (one := by_lines.get(row["counts"])) is None:
            by_lines[row["counts"]] = {**row, "part": None}
            continue
        for name in _ADDED:
            one[name] += row[name]
    return _added_up(by_lines.values(), COUNTED).get(None, Counter())


def _share(line: Line, told: Sums) -> Share:
    whole = WHOLES[line.of].column
    return Share(
        line,
        told[f"sum_{line.column}" if line.column else line.code],
        told[f"sum_{whole}" if whole else _OF.get(line.of, line.of)],
        told[line.code],
    )


def _part(name: Any, told: Sums) -> Part:
    return Part(name, told["n"], {code: _share(LINES[code], told) for code in COMPARED})


def _times(
    found: QuerySet[Figures], starts: list[datetime], one: str, other: str
) -> Iterator[Times]:
    """By how many had each minute: any engine counts, none has to sort. Two at a time, for what
    costs is to look at each session."""
    asked: QuerySet[Any] = found.order_by().values(one, other).annotate(n=Count("*"))
    by_minute: dict[str, Counter[int]] = {one: Counter(), other: Counter()}
    for row in _by_span(asked, starts):
        for code in (one, other):
            if (value := row[code]) is not None:
                by_minute[code][value] += row["n"]
    for code, counted in by_minute.items():
        count, values = counted.total(), sorted(counted.items())
        yield Times(code, count, _quantile(values, count, 0.5), _quantile(values, count, 0.9))


def _quantile(counted: list[tuple[int, int]], count: int, share: float) -> int | None:
    """The least value that at least this share of all does not exceed."""
    seen = 0
    for value, n in counted:
        seen += n
        if seen >= ceil(share * count):
            return value
    return None
