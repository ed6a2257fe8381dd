"""The session as a drawing: server-made SVG, the same on screen and on paper.

Blood pressure stands on a plot of its own, and below it each observation that has a strip. x is
real minutes from the first device, y is fixed. The drawing works without colour, and the same
values stand as a table below it. Each mark carries its own look, in black for paper, where no sheet
reaches it; on a page the sheet takes its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from itertools import chain, pairwise

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from monitoring.rules.facts import ReadingFacts, SessionFacts
from monitoring.rules.flags import reading_flags
from monitoring.rules.measures import OBSERVATIONS, Number, Observation, Strip
from monitoring.rules.scales import SCALES
from monitoring.rules.schedule import Slot, slots
from monitoring.words.values import number

WIDTH, LEFT, RIGHT = 760, 38, 84
TOP, HEIGHT = 26, 190
STRIPS_TOP, STRIP_HEIGHT, STRIP_GAP = 258, 46, 28
BELOW = 34
"""The minutes and their name, below the last strip."""
LOW, HIGH = 40, 220
LABELLED = (LOW, 60, 100, 140, 180, HIGH)
LOOKS = {
    "axis": 'stroke="#555" fill="none"',
    "band": 'fill="url(#hatch)"',
    "grid": 'stroke="#bbb" stroke-width=".7"',
    "hatch-line": 'stroke="#888"',
    "joined": 'stroke="#000" stroke-width="1.6"',
    "limit": 'stroke="#000" stroke-dasharray="5 3"',
    "mark": 'stroke="#000" fill="none" stroke-width="2.2"',
    "predose": 'stroke="#000" stroke-dasharray="1 3" stroke-width="1.6"',
    "soft-text": 'fill="#333"',
    "strip": 'stroke="#000" fill="none" stroke-width="1.6"',
    "strip-dot": 'fill="#000"',
    "trend": 'stroke="#000" fill="none" stroke-dasharray="2 3"',
    "value": 'font-weight="700"',
    "window": 'stroke="#000" stroke-dasharray="6 3"',
}
"""What each kind of mark looks like by itself."""
LABEL_HEIGHT = 12
"""The least distance between two labels at the right edge, so that neither covers the other."""


class _Frame:
    """Maps minutes and millimetres of mercury to the drawing, and places the strips."""

    def __init__(self, first: int, last: int) -> None:
        self.first, self.last = first, last
        measured = [(o, o.strip) for o in OBSERVATIONS.values() if o.strip]
        self.strips = tuple(
            _Strip(observation, strip, STRIPS_TOP + index * (STRIP_HEIGHT + STRIP_GAP))
            for index, (observation, strip) in enumerate(measured)
        )

    @property
    def bottom(self) -> int:
        """The axis of the lowest plot."""
        return self.strips[-1].top + STRIP_HEIGHT if self.strips else TOP + HEIGHT

    def x(self, minutes: float) -> float:
        span = (WIDTH - LEFT - RIGHT) / (self.last - self.first)
        return round(LEFT + (minutes - self.first) * span, 1)

    def y(self, value: Number) -> float:
        inside = float(min(max(value, LOW), HIGH))
        return round(TOP + (HIGH - inside) * HEIGHT / (HIGH - LOW), 1)


@dataclass(frozen=True, slots=True)
class _Strip:
    """The plot of one observation with one value, measured or rated, from `top` down."""

    observation: Observation
    axis: Strip
    top: int

    @property
    def field(self) -> str:
        return self.observation.fields[0]

    def y(self, value: Number) -> float:
        low, high = self.axis.low, self.axis.high
        inside = float(min(max(value, low), high))
        return round(self.top + (high - inside) * STRIP_HEIGHT / (high - low), 1)


def session_chart(facts: SessionFacts, now: datetime) -> SafeString:
    """`chart` with its name and what it shows, in words."""
    drawn = (_(o.name) for o in OBSERVATIONS.values() if o.strip or o.key == "blood_pressure")
    title = _("Chart: %(observations)s") % {"observations": ", ".join(drawn)}
    description = _("%(count)s readings; the same values stand in the table of readings.") % {
        "count": len(facts.standing_readings)
    }
    return chart(facts, now, title=title, description=description)


def chart(facts: SessionFacts, now: datetime, *, title: str, description: str) -> SafeString:
    """The SVG of a session after its first device; empty before it. Texts are escaped here."""
    if facts.first_dose_at is None:
        return SafeString("")
    all_slots = slots(facts, now)
    drawn = ("blood_pressure", *(o.key for o in OBSERVATIONS.values() if o.strip))
    shown = [r for r in facts.standing_readings if any(r.has_value(o) for o in drawn)]
    frame = _frame(facts, all_slots, shown)
    parts = [
        f'<svg class="chart" viewBox="0 0 {WIDTH} {frame.bottom + BELOW}" role="img" '
        'aria-labelledby="chart-title chart-description" font-size="11" font-family="sans-serif">',
        f'<title id="chart-title">{escape(title)}</title>',
        f'<desc id="chart-description">{escape(description)}</desc>',
        '<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate(45)">{_line("hatch-line", 0, 0, 0, 6)}</pattern></defs>',
        *_bands(facts, frame),
        *_axes(facts, frame, all_slots),
        *_limits(facts, frame),
        *_window(facts, frame),
        *_pressures(facts, frame, shown, all_slots),
        *_gaps(frame, all_slots),
        *chain.from_iterable(_strip(facts, frame, strip, shown) for strip in frame.strips),
        "</svg>",
    ]
    return SafeString("".join(parts))


def _frame(facts: SessionFacts, all_slots: Sequence[Slot], shown: Sequence[ReadingFacts]) -> _Frame:
    minutes = [_minutes(facts, r) for r in shown]
    window = facts.minutes(facts.window_ends_at) if facts.window_ends_at else 0
    last = max([facts.protocol.slots[-1], window or 0, *minutes, *(s.minutes for s in all_slots)])
    return _Frame(max(-45, min([0, *minutes])) - 5, last + 5)


def _minutes(facts: SessionFacts, reading: ReadingFacts) -> int:
    return facts.minutes(reading.taken_at) or 0


def _text(x: float, y: float, text: str, anchor: str = "middle", kind: str = "") -> str:
    look = f" {_look(kind)}" if kind else ""
    return f'<text{look} x="{x}" y="{y}" text-anchor="{anchor}">{escape(text)}</text>'


def _line(kind: str, x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line {_look(kind)} x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}"/>'


def _look(kind: str) -> str:
    """Its classes, for the sheet of a page, and the look of the first of them."""
    return f'class="{kind}" {LOOKS[kind.partition(" ")[0]]}'


def _axes(facts: SessionFacts, frame: _Frame, all_slots: Iterable[Slot]) -> Iterator[str]:
    right = WIDTH - RIGHT
    for value in range(LOW, HIGH + 1, 20):
        yield _line("grid", LEFT, frame.y(value), right, frame.y(value))
        if value in LABELLED:
            yield _text(LEFT - 5, frame.y(value) + 4, str(value), "end", "soft-text")
    yield _text(LEFT + 2, TOP - 12, _("Blood pressure, mmHg (∨ systolic, ∧ diastolic)"), "start")
    yield _line("axis", LEFT, TOP + HEIGHT, right, TOP + HEIGHT)
    for strip in frame.strips:
        yield from _strip_axis(facts, strip)
    yield from _minutes_axis(frame, all_slots)


def _strip_axis(facts: SessionFacts, strip: _Strip) -> Iterator[str]:
    right, bottom = WIDTH - RIGHT, strip.top + STRIP_HEIGHT
    for value in strip.axis.marks:
        yield _line("grid", LEFT, strip.y(value), right, strip.y(value))
        yield _text(LEFT - 5, strip.y(value) + 4, str(value), "end", "soft-text")
    yield _text(LEFT + 2, strip.top - 8, _strip_name(facts, strip.observation), "start")
    yield _line("axis", LEFT, bottom, right, bottom)


def _strip_name(facts: SessionFacts, observation: Observation) -> str:
    """The name with its unit or its scale, and what stands beside a value."""
    name, scale = _(observation.name), facts.protocol.scales.get(observation.key)
    if scale:
        return f"{name} ({SCALES[scale].name})"
    said = _("%(name)s, %(unit)s") % {"name": name, "unit": observation.measures[0].unit}
    if beside := observation.beside:
        with_it = {"value": said, "beside": _(beside.name), "unit": beside.unit}
        return _("%(value)s (+ %(beside)s, %(unit)s)") % with_it
    return said


def _minutes_axis(frame: _Frame, all_slots: Iterable[Slot]) -> Iterator[str]:
    """A tick at each slot below every plot; the minutes below the last one."""
    bottom = frame.bottom
    for minutes in [0, *(s.minutes for s in all_slots)]:
        x = frame.x(minutes)
        for axis in (TOP + HEIGHT, *(s.top + STRIP_HEIGHT for s in frame.strips)):
            yield _line("axis", x, axis, x, axis + 4)
        yield _text(x, bottom + 16, str(minutes))
    middle = (LEFT + WIDTH - RIGHT) / 2
    yield _text(middle, bottom + 31, _("minutes after the first dose"), kind="soft-text")


def _bands(facts: SessionFacts, frame: _Frame) -> Iterator[str]:
    """The range from which someone is informed, and before the dose the range above the guide."""
    p, dosed = facts.protocol, frame.x(0)
    for left, right, value in (
        (LEFT, dosed, p.guide_systolic),
        (dosed, WIDTH - RIGHT, p.notify_systolic),
    ):
        height = round(frame.y(value) - TOP, 1)
        width = round(right - left, 1)
        yield f'<rect {_look("band")} x="{left}" y="{TOP}" width="{width}" height="{height}"/>'


def _limits(facts: SessionFacts, frame: _Frame) -> Iterator[str]:
    """Guide, notify and pre-dose as lines; the last two are named at the right edge."""
    p, dosed, right = facts.protocol, frame.x(0), WIDTH - RIGHT
    for guide in (p.guide_systolic, p.guide_diastolic):
        yield _line("limit", LEFT, frame.y(guide), dosed, frame.y(guide))
    words = _("guide %(systolic)s/%(diastolic)s")
    params = {"systolic": p.guide_systolic, "diastolic": p.guide_diastolic}
    yield _text(LEFT + 2, TOP + 12, words % params, "start", "soft-text halo")
    yield _line("limit", dosed, frame.y(p.notify_systolic), right, frame.y(p.notify_systolic))
    labels = [(frame.y(p.notify_systolic), _("from %(value)s") % {"value": p.notify_systolic})]
    for key in ("systolic", "diastolic"):
        value = facts.predose.value(key) if facts.predose else None
        if value is not None:
            yield _line("predose", LEFT, frame.y(value), right, frame.y(value))
            labels.append((frame.y(value), _("pre-dose %(value)s") % {"value": value}))
    for y, text in _apart(sorted(labels)):
        yield _text(right + 5, y + 4, text, "start", "soft-text")


def _apart(labels: Sequence[tuple[float, str]]) -> Iterator[tuple[float, str]]:
    """Each label at its height, or just below the one above it."""
    lowest = float("-inf")
    for wanted, text in labels:
        y = max(wanted, lowest + LABEL_HEIGHT)
        yield y, text
        lowest = y


def _window(facts: SessionFacts, frame: _Frame) -> Iterator[str]:
    end = facts.window_ends_at
    if end is None:
        return
    x = frame.x(facts.minutes(end) or 0)
    yield _line("window", x, TOP, x, frame.bottom)
    yield _text(x - 4, TOP + HEIGHT + 16, _("window ends"), "end", "soft-text")


def _pressures(
    facts: SessionFacts, frame: _Frame, shown: Iterable[ReadingFacts], all_slots: Iterable[Slot]
) -> Iterator[str]:
    measured = [r for r in shown if r.has_value("blood_pressure")]
    for run in _runs(facts, measured, all_slots):
        for key in ("systolic", "diastolic"):
            line = " ".join(
                f"{frame.x(_minutes(facts, r))},{frame.y(r.value(key) or 0)}" for r in run
            )
            yield f'<polyline {_look("trend")} points="{line}"/>'
    flags = reading_flags(facts)
    for reading in measured:
        flagged = {flag.field for flag in flags.get(reading.id, ())}
        yield from _pressure(frame, _minutes(facts, reading), reading, flagged)


def _runs(
    facts: SessionFacts, measured: Sequence[ReadingFacts], all_slots: Iterable[Slot]
) -> Iterator[list[ReadingFacts]]:
    """Readings in a row without a missed slot between them: no line is drawn over a gap."""
    gaps = [s.minutes for s in all_slots if s.state in {"missed", "not_done"}]
    run = list(measured[:1])
    for before, after in pairwise(measured):
        if any(_minutes(facts, before) < gap < _minutes(facts, after) for gap in gaps):
            yield run
            run = []
        run.append(after)
    yield run


def _pressure(
    frame: _Frame, minutes: int, reading: ReadingFacts, flagged: set[str]
) -> Iterator[str]:
    """One reading as a joined pair; a value off the scale or flagged has its number beside it."""
    x = frame.x(minutes)
    systolic, diastolic = reading.value("systolic") or 0, reading.value("diastolic") or 0
    high, low = frame.y(systolic), frame.y(diastolic)
    yield _line("joined", x, high, x, low)
    for kind, tip, ends in (("systolic", high, high - 6), ("diastolic", low, low + 6)):
        look = _look(f"mark {kind}")
        yield f'<path {look} d="M{x - 5} {ends}L{x} {tip}L{x + 5} {ends}"/>'
    if systolic > HIGH or "systolic" in flagged:
        yield _text(x + 8, high + (10 if systolic > HIGH else 2), str(systolic), "start", "value")
    if diastolic < LOW or "diastolic" in flagged:
        yield _text(x + 8, low + (-2 if diastolic < LOW else 8), str(diastolic), "start", "value")


def _gaps(frame: _Frame, all_slots: Iterable[Slot]) -> Iterator[str]:
    """A missed slot is a gap that says so; neighbours stand at two heights."""
    words = {"missed": _("missed"), "not_done": _("not done")}
    gaps = [slot for slot in all_slots if slot.state in words]
    for index, slot in enumerate(gaps):
        y = TOP + HEIGHT - 6 - 13 * (index % 2)
        text = f"✕ {words[slot.state]}"
        yield f'<g class="gap">{_text(frame.x(slot.minutes), y, text)}</g>'


def _strip(
    facts: SessionFacts, frame: _Frame, strip: _Strip, shown: Iterable[ReadingFacts]
) -> Iterator[str]:
    """Each value as a dot with its number, on the side where there is room; oxygen after it."""
    points = [
        (frame.x(_minutes(facts, r)), value, r)
        for r in shown
        if (value := r.value(strip.field)) is not None
    ]
    line = " ".join(f"{x},{strip.y(value)}" for x, value, _reading in points)
    yield f'<polyline {_look("strip")} points="{line}"/>'
    flags, middle = reading_flags(facts), strip.top + STRIP_HEIGHT / 2
    for x, value, reading in points:
        y = strip.y(value)
        yield f'<circle {_look("strip-dot")} cx="{x}" cy="{y}" r="3.2"/>'
        is_flagged = any(flag.field == strip.field for flag in flags.get(reading.id, ()))
        is_off = not strip.axis.low <= value <= strip.axis.high
        kind = "value" if is_flagged or is_off else "soft-text halo"
        yield _text(x, y + (14 if y < middle else -6), _number(strip, reading, value), kind=kind)


def _number(strip: _Strip, reading: ReadingFacts, value: Number) -> str:
    """97, or 97 +2 on two litres of oxygen a minute (CLINICAL 7, hazard 43)."""
    beside = strip.observation.beside
    extra = reading.value(beside.key) if beside else None
    return f"{number(value)} +{number(extra)}" if extra else number(value)
