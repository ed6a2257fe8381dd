"""The overview: what the figures of ended sessions add up to.

Each line is a share with its numerator, its denominator and what neither counts; `rows` are the
sessions to look at for it. A session that goes on has no figures yet, and is told apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Case, Count, Expression, F, Max, Min, Q, QuerySet, Sum, Value, When
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from monitoring.models import Departure, Figures
from monitoring.rules.protocol import Protocol

RISES = {"systolic": Protocol.notify_systolic_rise, "diastolic": Protocol.notify_diastolic_rise}
"""Those of CLINICAL 8, rule 13, whatever a site has set: sites and years stay comparable."""
SPO2_BELOW, SPO2_FAR_BELOW = Protocol.spo2_below, Protocol.spo2_far_below
"""CLINICAL 8, rule 17."""
_DOSED = Q(is_dosed=True)
_RISE = {
    "systolic": _("Systolic rise of {limit} mmHg or more"),
    "diastolic": _("Diastolic rise of {limit} mmHg or more"),
}
_LOW = _("SpO₂ below {limit} %")


def _count(rows: Q) -> Expression:
    return Count("pk", filter=rows)


@dataclass(frozen=True, slots=True)
class Whole:
    """What a share is of: `name` is what is counted, `without` what is left out."""

    name: str | Promise
    sum: Expression
    without: str | Promise = ""


_NO_DOSE = _("Sessions without a dose")
WHOLES: dict[str, Whole] = {
    "ended": Whole(_("sessions that ended"), Count("pk"), _("Sessions that go on")),
    "dosed": Whole(_("sessions with a dose"), _count(_DOSED), _NO_DOSE),
    "slots": Whole(
        _("slots of which a reading was asked"),
        Sum("slots_asked"),
        _("Slots after the patient had left or was cleared"),
    ),
    "forty": Whole(
        _("sessions that reached the 40-minute reading"),
        _count(~Q(forty="")),
        _("Sessions without a dose, or that ended before it was asked"),
    ),
    "systolic": Whole(
        _("sessions with a pressure before and after the dose"),
        _count(Q(systolic_rise__isnull=False)),
        _("Sessions where one of them was not measured"),
    ),
    "diastolic": Whole(
        _("sessions with a pressure before and after the dose"),
        _count(Q(diastolic_rise__isnull=False)),
        _("Sessions where one of them was not measured"),
    ),
    "sedation": Whole(
        _("sessions in which sedation was rated after the dose"),
        _count(~Q(sedation="")),
        _("Sessions where it was not rated"),
    ),
    "dissociation": Whole(
        _("sessions in which dissociation was rated after the dose"),
        _count(~Q(dissociation="")),
        _("Sessions where it was not rated"),
    ),
    "spo2": Whole(
        _("sessions in which SpO₂ was measured after the dose"),
        _count(Q(lowest_spo2__isnull=False)),
        _("Sessions where it was not measured"),
    ),
    "entries": Whole(
        _("entries of doses, readings, events and departures"),
        Sum("entered"),
        _("What was entered in error; of what was corrected, all but the first entry"),
    ),
    "answers": Whole(
        _("flags of which someone had to be informed"),
        Sum("to_answer"),
        _("Flags that ask for a repeat alone; readings entered after departure"),
    ),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One share: `sum` of WHOLES[`of`]. `rows` are the sessions that a tap opens: those counted or,
    where `opens` says so, those of which something is not."""

    code: str
    name: str | Promise
    of: str
    rows: Q
    sum: Expression
    opened: str | Promise = ""

    @property
    def opens(self) -> str | Promise:
        return self.opened or self.name


def _sessions(code: str, name: str | Promise, of: str, rows: Q) -> Line:
    return Line(code, name, of, rows, _count(rows))


def _affected(scale: str, name: str | Promise) -> Line:
    rows = Q(**{f"{scale}__in": ("resolved", "not_resolved")})
    return _sessions(f"{scale}_affected", name, scale, rows)


def _lasting(scale: str, name: str | Promise) -> Line:
    return _sessions(f"{scale}_not_over", name, scale, Q(**{scale: "not_resolved"}))


GROUPS: tuple[tuple[str | Promise, tuple[Line, ...]], ...] = (
    (
        _("How sessions ended"),
        (
            *(_sessions(key, name, "ended", Q(end=key)) for key, name in Departure.Kind.choices),
            _sessions("cancelled", _("Cancelled"), "ended", Q(end="cancelled")),
            _sessions("with_dose", _("With a dose"), "ended", _DOSED),
            _sessions("signed", _("Signed, and it stood"), "dosed", _DOSED & Q(is_signed=True)),
            _sessions("unsigned", _("Not signed"), "dosed", _DOSED & Q(is_signed=False)),
            _sessions("left_early", _("Left before the window ended"), "dosed", Q(left_early=True)),
        ),
    ),
    (
        _("Readings"),
        (
            Line(
                "slots_answered",
                _("Slots answered: measured, or coded as not done"),
                "slots",
                Q(slots_answered__lt=F("slots_asked")),
                Sum("slots_answered"),
                _("Sessions with a slot that was not answered"),
            ),
            Line(
                "slots_in_time",
                _("Slots with a blood pressure measured in their time"),
                "slots",
                Q(slots_in_time__lt=F("slots_asked")),
                Sum("slots_in_time"),
                _("Sessions with a slot without a blood pressure in its time"),
            ),
            _sessions("forty_on_time", _("40-minute blood pressure on time"), "forty",
                      Q(forty="on_time")),
            _sessions("forty_late", _("40-minute blood pressure late"), "forty", Q(forty="late")),
            _sessions("forty_not_done", _("40-minute blood pressure coded as not done"), "forty",
                      Q(forty="not_done")),
            _sessions("forty_missed", _("40-minute blood pressure missed"), "forty",
                      Q(forty="missed")),
        ),
    ),
    (
        _("Blood pressure and oxygen"),
        (
            *(
                _sessions(
                    f"{key}_rise",
                    format_lazy(_RISE[key], limit=limit),
                    key,
                    Q(**{f"{key}_rise__gte": limit}),
                )
                for key, limit in RISES.items()
            ),
            _sessions("spo2_below", format_lazy(_LOW, limit=SPO2_BELOW), "spo2",
                      Q(lowest_spo2__lt=SPO2_BELOW)),
            _sessions("spo2_far_below", format_lazy(_LOW, limit=SPO2_FAR_BELOW),
                      "spo2", Q(lowest_spo2__lt=SPO2_FAR_BELOW)),
        ),
    ),
    (
        _("Sedation and dissociation"),
        (
            _affected("sedation", _("More sedated than before the dose")),
            _lasting("sedation", _("Sedation not over at the last reading")),
            _affected("dissociation", _("More dissociated than before the dose")),
            _lasting("dissociation", _("Dissociation not over at the last reading")),
        ),
    ),
    (
        _("Entries and answers"),
        (
            Line("entered_late", _("Entered late"), "entries", Q(entered_late__gt=0),
                 Sum("entered_late")),
            Line("corrected", _("Corrected"), "entries", Q(corrected__gt=0), Sum("corrected")),
            _sessions("struck", _("Sessions with something entered in error"), "ended",
                      Q(struck__gt=0)),
            Line("answered_late", _("Informed of late"), "answers", Q(answered_late__gt=0),
                 Sum("answered_late")),
            Line("unanswered", _("Nobody informed"), "answers", Q(unanswered__gt=0),
                 Sum("unanswered")),
        ),
    ),
)  # fmt: skip
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
    are more than MOST_MONTHS: six queries."""
    starts = _starts(found, zone)
    rows = {row["part"]: row for row in _summed(found.annotate(part=_span(starts)), LINES)}
    total = {name: sum(row[name] or 0 for row in rows.values()) for name in _names(LINES)}
    return Overview(
        groups=[(name, [_share(line, total) for line in lines]) for name, lines in GROUPS],
        times=[_times(found, code) for code in MINUTES],
        months=[_part(start.date(), rows.get(n, _NOTHING)) for n, start in enumerate(starts)],
        sessions=total["of_ended"],
    )


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


def _span(starts: list[datetime]) -> Case:
    """The number of the span: comparing with a handful of moments costs a tenth of asking the
    database for the month of each."""
    ends = (When(planned_for__lt=end, then=Value(n)) for n, end in enumerate(starts[1:]))
    return Case(*ends, default=Value(max(0, len(starts) - 1)))


def compared(found: QuerySet[Figures], by: str) -> list[Part]:
    """The lines of COMPARED for each value of `by`, a path from the figures: one query."""
    return [_part(row["part"], row) for row in _summed(found.annotate(part=F(by)), COMPARED)]


def _summed(found: QuerySet[Any], codes: Iterable[str]) -> list[dict[str, Any]]:
    sums = {f"n_{code}": LINES[code].sum for code in codes}
    wholes = {f"of_{of}": WHOLES[of].sum for of in {*(LINES[code].of for code in codes), "ended"}}
    rows: QuerySet[Any] = found.order_by("part")
    return list(rows.values("part").annotate(**sums, **wholes))


def _names(codes: Iterable[str]) -> list[str]:
    return [*(f"n_{code}" for code in codes), *(f"of_{of}" for of in WHOLES)]


_NOTHING: Mapping[str, Any] = dict.fromkeys(_names(LINES), 0)
"""Of a month in which no session ended."""


def _share(line: Line, row: Mapping[str, Any]) -> Share:
    return Share(line, row[f"n_{line.code}"] or 0, row[f"of_{line.of}"] or 0)


def _part(name: Any, row: Mapping[str, Any]) -> Part:
    return Part(name, row["of_ended"], {code: _share(LINES[code], row) for code in COMPARED})


def _times(found: QuerySet[Figures], code: str) -> Times:
    """By how many had each minute: any engine counts, none has to sort."""
    rows = found.filter(**{f"{code}__isnull": False}).order_by(code)
    counted = list(rows.values_list(code).annotate(n=Count("pk")))
    count = sum(n for _minutes, n in counted)
    return Times(code, count, _quantile(counted, count, 0.5), _quantile(counted, count, 0.9))


def _quantile(counted: list[tuple[int, int]], count: int, share: float) -> int | None:
    """The least value that at least this share of all does not exceed."""
    seen = 0
    for value, n in counted:
        seen += n
        if seen >= ceil(share * count):
            return value
    return None
