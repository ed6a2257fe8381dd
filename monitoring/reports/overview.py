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

from django.db.models import Count, F, Max, Min, Q, QuerySet, Sum, Value
from django.db.models.lookups import Exact
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from monitoring.models import Departure, Figures
from monitoring.rules.counted import COUNTED, RISES, SPO2_BELOW, SPO2_FAR_BELOW, bit

_RISE = {
    "systolic": _("Systolic rise of {limit} mmHg or more"),
    "diastolic": _("Diastolic rise of {limit} mmHg or more"),
}
_LOW = _("SpO₂ below {limit} %")


@dataclass(frozen=True, slots=True)
class Whole:
    """What a share is of: `name` is what is counted, `without` what is left out. It is the sum of a
    column, or the number of sessions behind a line."""

    name: str | Promise
    without: str | Promise = ""
    column: str = ""


_NO_DOSE = _("Sessions without a dose")
WHOLES: dict[str, Whole] = {
    "ended": Whole(_("sessions that ended"), _("Sessions that go on")),
    "dosed": Whole(_("sessions with a dose"), _NO_DOSE),
    "slots": Whole(
        _("slots of which a reading was asked"),
        _("Slots after the patient had left or was cleared"),
        "slots_asked",
    ),
    "forty": Whole(
        _("sessions that reached the 40-minute reading"),
        _("Sessions without a dose, or that ended before it was asked"),
    ),
    "systolic": Whole(
        _("sessions with a pressure before and after the dose"),
        _("Sessions where one of them was not measured"),
    ),
    "diastolic": Whole(
        _("sessions with a pressure before and after the dose"),
        _("Sessions where one of them was not measured"),
    ),
    "sedation": Whole(
        _("sessions in which sedation was rated after the dose"),
        _("Sessions where it was not rated"),
    ),
    "dissociation": Whole(
        _("sessions in which dissociation was rated after the dose"),
        _("Sessions where it was not rated"),
    ),
    "spo2": Whole(
        _("sessions in which SpO₂ was measured after the dose"),
        _("Sessions where it was not measured"),
    ),
    "entries": Whole(
        _("entries of doses, readings, events and departures"),
        _("What was entered in error; of what was corrected, all but the first entry"),
        "entered",
    ),
    "answers": Whole(
        _("flags of which someone had to be informed"),
        _("Flags that ask for a repeat alone; readings entered after departure"),
        "to_answer",
    ),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One share of WHOLES[`of`]: the sum of `column`, or the sessions behind it. `opened` says what
    a tap opens, where these are not the ones that are counted."""

    code: str
    name: str | Promise
    of: str
    column: str = ""
    opened: str | Promise = ""

    @property
    def opens(self) -> str | Promise:
        return self.opened or self.name

    @property
    def rows(self) -> Q:
        """The sessions behind it, among the figures."""
        return Q(Exact(F("counts").bitand(bit(self.code)), bit(self.code)))


GROUPS: tuple[tuple[str | Promise, tuple[Line, ...]], ...] = (
    (
        _("How sessions ended"),
        (
            *(Line(key, name, "ended") for key, name in Departure.Kind.choices),
            Line("cancelled", _("Cancelled"), "ended"),
            Line("dosed", _("With a dose"), "ended"),
            Line("signed", _("Signed, and it stood"), "dosed"),
            Line("unsigned", _("Not signed"), "dosed"),
            Line("left_early", _("Left before the window ended"), "dosed"),
        ),
    ),
    (
        _("Readings"),
        (
            Line(
                "slots_answered",
                _("Slots answered: measured, or coded as not done"),
                "slots",
                "slots_answered",
                _("Sessions with a slot that was not answered"),
            ),
            Line(
                "slots_in_time",
                _("Slots with a blood pressure measured in their time"),
                "slots",
                "slots_in_time",
                _("Sessions with a slot without a blood pressure in its time"),
            ),
            Line("forty_on_time", _("40-minute blood pressure on time"), "forty"),
            Line("forty_late", _("40-minute blood pressure late"), "forty"),
            Line("forty_not_done", _("40-minute blood pressure coded as not done"), "forty"),
            Line("forty_missed", _("40-minute blood pressure missed"), "forty"),
        ),
    ),
    (
        _("Blood pressure and oxygen"),
        (
            *(
                Line(f"{key}_rise", format_lazy(_RISE[key], limit=limit), key)
                for key, limit in RISES.items()
            ),
            Line("spo2_below", format_lazy(_LOW, limit=SPO2_BELOW), "spo2"),
            Line("spo2_far_below", format_lazy(_LOW, limit=SPO2_FAR_BELOW), "spo2"),
        ),
    ),
    (
        _("Sedation and dissociation"),
        (
            Line("sedation_affected", _("More sedated than before the dose"), "sedation"),
            Line("sedation_not_over", _("Sedation not over at the last reading"), "sedation"),
            Line(
                "dissociation_affected", _("More dissociated than before the dose"), "dissociation"
            ),
            Line(
                "dissociation_not_over",
                _("Dissociation not over at the last reading"),
                "dissociation",
            ),
        ),
    ),
    (
        _("Entries and answers"),
        (
            Line("entered_late", _("Entered late"), "entries", "entered_late"),
            Line("corrected", _("Corrected"), "entries", "corrected"),
            Line("struck", _("Sessions with something entered in error"), "ended"),
            Line("answered_late", _("Informed of late"), "answers", "answered_late"),
            Line("unanswered", _("Nobody informed"), "answers", "unanswered"),
        ),
    ),
)
LINES: dict[str, Line] = {line.code: line for _name, lines in GROUPS for line in lines}

MINUTES: dict[str, tuple[str | Promise, str | Promise]] = {
    "sedation_minutes": (
        _("Sedation over, after the first dose"),
        _("Sessions in which the patient was not more sedated, or still was at the last reading"),
    ),
    "dissociation_minutes": (
        _("Dissociation over, after the first dose"),
        _("Sessions in which there was none more, or still was at the last reading"),
    ),
    "ready_minutes": (
        _("Ready to leave, after the first dose, as signed"),
        _("Sessions without a signature that stood, or that did not ask"),
    ),
    "signature_minutes": (
        _("Waited for the signature, once ready and the window had ended"),
        _("Sessions without a signature that stood"),
    ),
}
"""Figures in minutes: their names, and what is left out."""
MOST_MONTHS = 36
_PAIRS = (
    ("sedation_minutes", "dissociation_minutes"),
    ("ready_minutes", "signature_minutes"),
)
COMPARED = ("forty_on_time", "slots_answered", "left_early", "entered_late", "answered_late")
"""The lines that are told by month, protocol or person."""


@dataclass(frozen=True, slots=True)
class Share:
    line: Line
    count: int
    total: int

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
