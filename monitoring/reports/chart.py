"""The session as a drawing: server-made SVG, the same on screen and on paper.

Blood pressure stands on a plot of its own, and below it each observation that has a strip. x is
real minutes from the first device, y is fixed. The drawing works without colour, and the same
values stand as a table below it. Each mark carries its own look, in black for paper, where no sheet
reaches it; on a page the sheet takes its place. Marks that look alike and lie in one layer are one
path: each element costs a page, and a PDF much more, whatever is in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from itertools import pairwise
from uuid import UUID

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from monitoring.rules.facts import ReadingFacts, SessionFacts
from monitoring.rules.flags import reading_flags
from monitoring.rules.measures import OBSERVATIONS, Number, Observation, Strip
from monitoring.rules.schedule import Slot, slots
from monitoring.words.readings import column
from monitoring.words.values import number

WIDTH, LEFT, RIGHT = 760, 38, 84
TOP, HEIGHT = 26, 190
STRIPS_TOP, STRIP_HEIGHT, STRIP_GAP = 258, 46, 28
BELOW = 34
"""The minutes and their name, below the last strip."""
LOW, HIGH = 40, 220
PRESSURES = ("systolic", "diastolic")
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
    "strip-dot": 'stroke="#000" stroke-width="6.4" stroke-linecap="round"',
    "trend": 'stroke="#000" fill="none" stroke-dasharray="2 3"',
    "value": 'font-weight="700"',
    "window": 'stroke="#000" stroke-dasharray="6 3"',
}
"""What each kind of mark looks like by itself."""
DIGIT = 6.4
"""How wide a digit is, within half a unit whatever the font. A number is placed by its left edge:
a text that is anchored elsewhere is a drawing of its own in a PDF."""
Flagged = Mapping[UUID, set[str]]
"""By reading the fields whose values are flagged."""
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
    flagged = {id: {flag.field for flag in flags} for id, flags in reading_flags(facts).items()}
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" '
        f'viewBox="0 0 {WIDTH} {frame.bottom + BELOW}" font-size="11" font-family="sans-serif" '
        'aria-labelledby="chart-title chart-description">',
        f'<title id="chart-title">{escape(title)}</title>',
        f'<desc id="chart-description">{escape(description)}</desc>',
        '<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate(45)">{_path("hatch-line", ["M0 0V6"])}</pattern></defs>',
        *_bands(facts, frame),
        *_axes(facts, frame, all_slots),
        *_limits(facts, frame),
        *_window(facts, frame),
        *_pressures(facts, frame, shown, all_slots, flagged),
        *_gaps(frame, all_slots),
        *_strips(facts, frame, shown, flagged),
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
    if anchor == "start":
        return f'<text{look} x="{x}" y="{y}">{escape(text)}</text>'
    if text.isdigit():
        left = round(x - len(text) * DIGIT * (1 if anchor == "end" else 0.5), 1)
        return f'<text{look} x="{left}" y="{y}">{text}</text>'
    return f'<text{look} x="{x}" y="{y}" text-anchor="{anchor}">{escape(text)}</text>'


def _path(kind: str, strokes: Sequence[str]) -> str:
    """All strokes of one look; nothing where there is none."""
    return f'<path {_look(kind)} d="{"".join(strokes)}"/>' if strokes else ""


def _level(left: float, right: float, y: float) -> str:
    return f"M{left} {y}H{right}"


def _upright(x: float, top: float, bottom: float) -> str:
    return f"M{x} {top}V{bottom}"


def _through(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x} {y}" for x, y in points) if points else ""


def _look(kind: str) -> str:
    """Its classes, for the sheet of a page, and the look of the first of them."""
    return f'class="{kind}" {LOOKS[kind.partition(" ")[0]]}'


def _axes(facts: SessionFacts, frame: _Frame, all_slots: Sequence[Slot]) -> Iterator[str]:
    """Grid and axis of every plot, a tick at each slot below it, then what each says."""
    right, values = WIDTH - RIGHT, range(LOW, HIGH + 1, 20)
    heights = [frame.y(value) for value in values]
    heights += [strip.y(value) for strip in frame.strips for value in strip.axis.marks]
    yield _path("grid", [_level(LEFT, right, y) for y in heights])
    ticks = [frame.x(minutes) for minutes in (0, *(s.minutes for s in all_slots))]
    bottoms = (TOP + HEIGHT, *(s.top + STRIP_HEIGHT for s in frame.strips))
    axes = [_level(LEFT, right, bottom) for bottom in bottoms]
    axes += [_upright(x, bottom, bottom + 4) for x in ticks for bottom in bottoms]
    yield _path("axis", axes)
    for value in values:
        if value in LABELLED:
            yield _text(LEFT - 5, frame.y(value) + 4, str(value), "end", "soft-text")
    yield _text(LEFT + 2, TOP - 12, _pressure_name(facts), "start")
    for strip in frame.strips:
        for value in strip.axis.marks:
            yield _text(LEFT - 5, strip.y(value) + 4, str(value), "end", "soft-text")
        yield _text(LEFT + 2, strip.top - 8, _strip_name(facts, strip.observation), "start")
    yield from _minutes_axis(frame, all_slots)


def _name(facts: SessionFacts, observation: Observation) -> str:
    """As it heads the table of readings. On paper each letter in a drawing costs as much as a word
    beside it."""
    heading = column(observation, facts.protocol)
    return f"{heading.name} {heading.unit}".rstrip()


def _pressure_name(facts: SessionFacts) -> str:
    name = _name(facts, OBSERVATIONS["blood_pressure"])
    return _("%(name)s (∨ systolic, ∧ diastolic)") % {"name": name}


def _strip_name(facts: SessionFacts, observation: Observation) -> str:
    """With what stands beside some value of it."""
    name, beside = _name(facts, observation), observation.beside
    if beside and any(r.value(beside.key) for r in facts.standing_readings):
        params = {"name": name, "beside": _(beside.name), "unit": beside.unit}
        return _("%(name)s (+ %(beside)s %(unit)s)") % params
    return name


def _minutes_axis(frame: _Frame, all_slots: Iterable[Slot]) -> Iterator[str]:
    """The minutes of each slot, below the lowest plot."""
    for minutes in (0, *(s.minutes for s in all_slots)):
        yield _text(frame.x(minutes), frame.bottom + 16, str(minutes))
    middle = (LEFT + WIDTH - RIGHT) / 2
    yield _text(middle, frame.bottom + 31, _("min after the first dose"), kind="soft-text")


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
    limits = [_level(LEFT, dosed, frame.y(g)) for g in (p.guide_systolic, p.guide_diastolic)]
    limits.append(_level(dosed, right, frame.y(p.notify_systolic)))
    yield _path("limit", limits)
    words = _("guide %(systolic)s/%(diastolic)s")
    params = {"systolic": p.guide_systolic, "diastolic": p.guide_diastolic}
    yield _text(LEFT + 2, TOP + 12, words % params, "start", "soft-text halo")
    labels = [(frame.y(p.notify_systolic), _("from %(value)s") % {"value": p.notify_systolic})]
    before = [facts.predose.value(key) for key in PRESSURES] if facts.predose else []
    predose = [(frame.y(value), value) for value in before if value is not None]
    yield _path("predose", [_level(LEFT, right, y) for y, _value in predose])
    labels += [(y, _("pre-dose %(value)s") % {"value": value}) for y, value in predose]
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
    yield _path("window", [_upright(x, TOP, frame.bottom)])
    yield _text(x - 4, TOP + HEIGHT + 16, _("window ends"), "end", "soft-text")


def _pressures(
    facts: SessionFacts,
    frame: _Frame,
    shown: Iterable[ReadingFacts],
    all_slots: Iterable[Slot],
    flagged: Flagged,
) -> Iterator[str]:
    """Each reading as a joined pair; a value off the scale or flagged has its number beside it."""

    def place(reading: ReadingFacts, key: str) -> tuple[float, float]:
        return frame.x(_minutes(facts, reading)), frame.y(reading.value(key) or 0)

    measured = [r for r in shown if r.has_value("blood_pressure")]
    runs = list(_runs(facts, measured, all_slots))
    lines = [_through([place(r, key) for r in run]) for run in runs for key in PRESSURES]
    yield _path("trend", lines)
    upper, lower = ([place(r, key) for r in measured] for key in PRESSURES)
    pairs = [(x, high, low) for (x, high), (_x, low) in zip(upper, lower, strict=True)]
    yield _path("joined", [_upright(x, high, low) for x, high, low in pairs])
    yield _path("mark systolic", [_tip(x, high, high - 6) for x, high, _low in pairs])
    yield _path("mark diastolic", [_tip(x, low, low + 6) for x, _high, low in pairs])
    for reading, (x, high, low) in zip(measured, pairs, strict=True):
        yield from _numbers(reading, x, high, low, flagged.get(reading.id, set()))


def _tip(x: float, y: float, ends: float) -> str:
    return f"M{x - 5} {ends}L{x} {y}L{x + 5} {ends}"


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


def _numbers(
    reading: ReadingFacts, x: float, high: float, low: float, flagged: set[str]
) -> Iterator[str]:
    """A value off the scale or flagged has its number beside it."""
    systolic, diastolic = reading.value("systolic") or 0, reading.value("diastolic") or 0
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


def _strips(
    facts: SessionFacts, frame: _Frame, shown: Sequence[ReadingFacts], flagged: Flagged
) -> Iterator[str]:
    """In each strip a line through its values, each a dot with its number."""
    placed = [(strip, list(_points(facts, frame, strip, shown))) for strip in frame.strips]
    lines = [_through([(x, y) for x, y, _reading in points]) for _strip, points in placed]
    yield _path("strip", lines)
    # A stroke without length and with round ends is a dot.
    dots = [f"M{x} {y}h0" for _strip, points in placed for x, y, _reading in points]
    yield _path("strip-dot", dots)
    for strip, points in placed:
        for x, y, reading in points:
            yield _value(strip, reading, x, y, flagged.get(reading.id, set()))


def _points(
    facts: SessionFacts, frame: _Frame, strip: _Strip, shown: Iterable[ReadingFacts]
) -> Iterator[tuple[float, float, ReadingFacts]]:
    for reading in shown:
        value = reading.value(strip.field)
        if value is not None:
            yield frame.x(_minutes(facts, reading)), strip.y(value), reading


def _value(strip: _Strip, reading: ReadingFacts, x: float, y: float, flagged: set[str]) -> str:
    """The number of a dot, on the side where there is room; oxygen after it."""
    value = reading.value(strip.field) or 0
    is_off = not strip.axis.low <= value <= strip.axis.high
    kind = "value" if strip.field in flagged or is_off else "soft-text halo"
    below = y < strip.top + STRIP_HEIGHT / 2
    return _text(x, y + (14 if below else -6), _number(strip, reading, value), kind=kind)


def _number(strip: _Strip, reading: ReadingFacts, value: Number) -> str:
    """97, or 97 +2 on two litres of oxygen a minute (CLINICAL 7, hazard 43)."""
    beside = strip.observation.beside
    extra = reading.value(beside.key) if beside else None
    return f"{number(value)} +{number(extra)}" if extra else number(value)
