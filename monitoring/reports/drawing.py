"""A chart as a drawing: server-made SVG, the same on screen and on paper.

Blood pressure stands on a plot of its own, and below it each observation that has a strip. x is
real minutes from the first device, y is fixed. The drawing works without colour, and the same
values stand as a table below it. Each mark carries its own look, in black for paper, where no sheet
reaches it; on a page the sheet takes its place. Marks that look alike and lie in one layer are one
path: each element costs a page, and a PDF much more, whatever is in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from html import escape
from itertools import pairwise
from typing import NamedTuple

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from monitoring.rules.measures import OBSERVATIONS, Number, Observation, Strip
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
GAPS = {"missed": gettext_noop("missed"), "not_done": gettext_noop("not done")}
"""By the state of a slot that no reading fills, what its gap says."""
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


class Mark(NamedTuple):
    """A reading as it is drawn: minutes after the first device, each field that is drawn with its
    value, and the names of those whose values are flagged."""

    minutes: int
    values: tuple[tuple[str, Number | None], ...]
    flagged: frozenset[str]

    def value(self, field: str) -> Number | None:
        return dict(self.values).get(field)

    @property
    def has_pressure(self) -> bool:
        return all(self.value(field) is not None for field in PRESSURES)


class Picture(NamedTuple):
    """All that a drawing follows from, as plain values: the same are drawn once.

    `pressure` and `strips` are the names of the plots, `guide` and `notify` the limits of the
    protocol, `predose` the pressures before the dose, `window` the minutes at which it ends.
    """

    title: str
    description: str
    pressure: str
    strips: tuple[str, ...]
    guide: tuple[int, int]
    notify: int
    predose: tuple[Number, ...]
    window: int | None
    slots: tuple[tuple[int, str], ...]
    last_slot: int
    marks: tuple[Mark, ...]


@lru_cache(maxsize=256)
def drawn(picture: Picture, _language: str | None) -> SafeString:
    frame = _frame(picture)
    placed = [(frame.x(mark.minutes), mark) for mark in picture.marks]
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" '
        f'viewBox="0 0 {WIDTH} {frame.bottom + BELOW}" font-size="11" font-family="sans-serif" '
        'aria-labelledby="chart-title chart-description">',
        f'<title id="chart-title">{escape(picture.title)}</title>',
        f'<desc id="chart-description">{escape(picture.description)}</desc>',
        '<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate(45)">{_path("hatch-line", ["M0 0V6"])}</pattern></defs>',
        *_bands(picture, frame),
        *_axes(picture, frame),
        *_limits(picture, frame),
        *_window(picture, frame),
        *_pressures(picture, frame, placed),
        *_gaps(picture, frame),
        *_strips(frame, placed),
        "</svg>",
    ]
    return SafeString("".join(parts))


def _frame(picture: Picture) -> _Frame:
    minutes = [mark.minutes for mark in picture.marks]
    asked = [minutes for minutes, _state in picture.slots]
    last = max([picture.last_slot, picture.window or 0, *minutes, *asked])
    return _Frame(max(-45, min([0, *minutes])) - 5, last + 5)


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


@cache
def _look(kind: str) -> str:
    """Its classes, for the sheet of a page, and the look of the first of them."""
    return f'class="{kind}" {LOOKS[kind.partition(" ")[0]]}'


def _axes(picture: Picture, frame: _Frame) -> Iterator[str]:
    """Grid and axis of every plot, a tick at each slot below it, then what each says."""
    right, values = WIDTH - RIGHT, range(LOW, HIGH + 1, 20)
    heights = [frame.y(value) for value in values]
    heights += [strip.y(value) for strip in frame.strips for value in strip.axis.marks]
    yield _path("grid", [_level(LEFT, right, y) for y in heights])
    ticks = [frame.x(minutes) for minutes in _asked(picture)]
    bottoms = (TOP + HEIGHT, *(s.top + STRIP_HEIGHT for s in frame.strips))
    axes = [_level(LEFT, right, bottom) for bottom in bottoms]
    axes += [_upright(x, bottom, bottom + 4) for x in ticks for bottom in bottoms]
    yield _path("axis", axes)
    for value in values:
        if value in LABELLED:
            yield _text(LEFT - 5, frame.y(value) + 4, str(value), "end", "soft-text")
    words = _("%(name)s (∨ systolic, ∧ diastolic)")
    yield _text(LEFT + 2, TOP - 12, words % {"name": picture.pressure}, "start")
    for strip, name in zip(frame.strips, picture.strips, strict=True):
        for value in strip.axis.marks:
            yield _text(LEFT - 5, strip.y(value) + 4, str(value), "end", "soft-text")
        yield _text(LEFT + 2, strip.top - 8, name, "start")
    for minutes in _asked(picture):
        yield _text(frame.x(minutes), frame.bottom + 16, str(minutes))
    middle = (LEFT + WIDTH - RIGHT) / 2
    yield _text(middle, frame.bottom + 31, _("min after the first dose"), kind="soft-text")


def _asked(picture: Picture) -> list[int]:
    """The minutes that stand below the plots: of the dose, and of each slot."""
    return [0, *(minutes for minutes, _state in picture.slots)]


def _bands(picture: Picture, frame: _Frame) -> Iterator[str]:
    """The range from which someone is informed, and before the dose the range above the guide."""
    dosed = frame.x(0)
    for left, right, value in (
        (LEFT, dosed, picture.guide[0]),
        (dosed, WIDTH - RIGHT, picture.notify),
    ):
        height = round(frame.y(value) - TOP, 1)
        width = round(right - left, 1)
        yield f'<rect {_look("band")} x="{left}" y="{TOP}" width="{width}" height="{height}"/>'


def _limits(picture: Picture, frame: _Frame) -> Iterator[str]:
    """Guide, notify and pre-dose as lines; the last two are named at the right edge."""
    dosed, right, notify = frame.x(0), WIDTH - RIGHT, frame.y(picture.notify)
    limits = [_level(LEFT, dosed, frame.y(guide)) for guide in picture.guide]
    yield _path("limit", [*limits, _level(dosed, right, notify)])
    words = _("guide %(systolic)s/%(diastolic)s")
    params = dict(zip(PRESSURES, picture.guide, strict=True))
    yield _text(LEFT + 2, TOP + 12, words % params, "start", "soft-text halo")
    labels = [(notify, _("from %(value)s") % {"value": picture.notify})]
    predose = [(frame.y(value), value) for value in picture.predose]
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


def _window(picture: Picture, frame: _Frame) -> Iterator[str]:
    if picture.window is None:
        return
    x = frame.x(picture.window)
    yield _path("window", [_upright(x, TOP, frame.bottom)])
    yield _text(x - 4, TOP + HEIGHT + 16, _("window ends"), "end", "soft-text")


def _pressures(
    picture: Picture, frame: _Frame, placed: Sequence[tuple[float, Mark]]
) -> Iterator[str]:
    """Each reading as a joined pair; a value off the scale or flagged has its number beside it."""
    pairs = [
        (mark, (x, *(frame.y(mark.value(key) or 0) for key in PRESSURES)))
        for x, mark in placed
        if mark.has_pressure
    ]
    runs = list(_runs(picture, pairs))
    lines = [_through([(at[0], at[n]) for at in run]) for run in runs for n in (1, 2)]
    yield _path("trend", lines)
    yield _path("joined", [_upright(x, high, low) for _mark, (x, high, low) in pairs])
    yield _path("mark systolic", [_tip(x, high, high - 6) for _mark, (x, high, _low) in pairs])
    yield _path("mark diastolic", [_tip(x, low, low + 6) for _mark, (x, _high, low) in pairs])
    for mark, (x, high, low) in pairs:
        yield from _numbers(mark, x, high, low)


def _tip(x: float, y: float, ends: float) -> str:
    return f"M{x - 5} {ends}L{x} {y}L{x + 5} {ends}"


def _runs(
    picture: Picture, pairs: Sequence[tuple[Mark, tuple[float, ...]]]
) -> Iterator[list[tuple[float, ...]]]:
    """Pairs in a row without a missed slot between them: no line is drawn over a gap."""
    gaps = [minutes for minutes, state in picture.slots if state in GAPS]
    run = [place for _mark, place in pairs[:1]]
    for (before, _place), (after, place) in pairwise(pairs):
        if any(before.minutes < gap < after.minutes for gap in gaps):
            yield run
            run = []
        run.append(place)
    yield run


def _numbers(mark: Mark, x: float, high: float, low: float) -> Iterator[str]:
    """A value off the scale or flagged has its number beside it."""
    systolic, diastolic = mark.value("systolic") or 0, mark.value("diastolic") or 0
    if systolic > HIGH or "systolic" in mark.flagged:
        yield _text(x + 8, high + (10 if systolic > HIGH else 2), str(systolic), "start", "value")
    if diastolic < LOW or "diastolic" in mark.flagged:
        yield _text(x + 8, low + (-2 if diastolic < LOW else 8), str(diastolic), "start", "value")


def _gaps(picture: Picture, frame: _Frame) -> Iterator[str]:
    """A missed slot is a gap that says so; neighbours stand at two heights."""
    gaps = [slot for slot in picture.slots if slot[1] in GAPS]
    for index, (minutes, state) in enumerate(gaps):
        y = TOP + HEIGHT - 6 - 13 * (index % 2)
        text = f"✕ {_(GAPS[state])}"
        yield f'<g class="gap">{_text(frame.x(minutes), y, text)}</g>'


def _strips(frame: _Frame, placed: Sequence[tuple[float, Mark]]) -> Iterator[str]:
    """In each strip a line through its values, each a dot with its number."""
    points = [(strip, list(_points(strip, placed))) for strip in frame.strips]
    yield _path("strip", [_through([(x, y) for x, y, *_ in found]) for _strip, found in points])
    # A stroke without length and with round ends is a dot.
    yield _path("strip-dot", [f"M{x} {y}h0" for _strip, found in points for x, y, *_ in found])
    for strip, found in points:
        for x, y, value, mark in found:
            yield _value(strip, mark, value, x, y)


def _points(
    strip: _Strip, placed: Sequence[tuple[float, Mark]]
) -> Iterator[tuple[float, float, Number, Mark]]:
    for x, mark in placed:
        value = mark.value(strip.field)
        if value is not None:
            yield x, strip.y(value), value, mark


def _value(strip: _Strip, mark: Mark, value: Number, x: float, y: float) -> str:
    """The number of a dot, on the side where there is room; oxygen after it."""
    is_off = not strip.axis.low <= value <= strip.axis.high
    kind = "value" if strip.field in mark.flagged or is_off else "soft-text halo"
    below = y < strip.top + STRIP_HEIGHT / 2
    return _text(x, y + (14 if below else -6), _number(strip, mark, value), kind=kind)


def _number(strip: _Strip, mark: Mark, value: Number) -> str:
    """97, or 97 +2 on two litres of oxygen a minute (CLINICAL 7, hazard 43)."""
    beside = strip.observation.beside
    extra = mark.value(beside.key) if beside else None
    return f"{number(value)} +{number(extra)}" if extra else number(value)
