"""The course as a drawing: server-made SVG, the same on screen and on paper.

Blood pressure and pulse stand on separate plots; x is real minutes from the first device, y is
fixed. It works without colour, and the same values stand as a table below it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from html import escape

from monitoring.rules.course import Course, Reading
from monitoring.rules.schedule import Slot, slots

WIDTH, LEFT, RIGHT = 760, 38, 84
TOP, HEIGHT = 16, 190
PULSE_TOP, PULSE_HEIGHT = 246, 70
LOW, HIGH = 40, 220
PULSE_LOW, PULSE_HIGH = 40, 140
LABELLED = (LOW, 60, 100, 140, 180, HIGH)


class _Frame:
    """Maps minutes and millimetres of mercury to the drawing."""

    def __init__(self, first: int, last: int) -> None:
        self.first, self.last = first, last

    def x(self, minutes: float) -> float:
        span = (WIDTH - LEFT - RIGHT) / (self.last - self.first)
        return round(LEFT + (minutes - self.first) * span, 1)

    def y(self, value: float) -> float:
        inside = min(max(value, LOW), HIGH)
        return round(TOP + (HIGH - inside) * HEIGHT / (HIGH - LOW), 1)

    def pulse_y(self, value: float) -> float:
        inside = min(max(value, PULSE_LOW), PULSE_HIGH)
        return round(PULSE_TOP + (PULSE_HIGH - inside) * PULSE_HEIGHT / (PULSE_HIGH - PULSE_LOW), 1)


def chart(course: Course, now: datetime, *, title: str, description: str) -> str:
    """The SVG of a course after its first device; empty before it. Texts are escaped here."""
    if course.first_dose_at is None:
        return ""
    all_slots = slots(course, now)
    shown = [r for r in course.standing_readings if r.value("systolic") or r.value("heart_rate")]
    minutes = [_minutes(course, r) for r in shown]
    end = course.minutes(course.window_ends_at) if course.window_ends_at else 0
    last = max([120, end or 0, *minutes, *(s.minutes for s in all_slots)]) + 5
    frame = _Frame(max(-45, min([0, *minutes])) - 5, last)
    parts = [
        f'<svg class="chart" viewBox="0 0 {WIDTH} 350" role="img" '
        'aria-labelledby="chart-title chart-description">',
        f'<title id="chart-title">{escape(title)}</title>',
        f'<desc id="chart-description">{escape(description)}</desc>',
        '<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)"><line class="hatch-line" x1="0" y1="0" x2="0" y2="6"/>'
        "</pattern></defs>",
        *_axes(frame, all_slots),
        *_bands(course, frame),
        *_pressures(course, frame, shown),
        *_gaps(frame, all_slots),
        *_pulse(course, frame, shown),
        "</svg>",
    ]
    return "".join(parts)


def _minutes(course: Course, reading: Reading) -> int:
    return course.minutes(reading.taken_at) or 0


def _text(x: float, y: float, text: str, anchor: str = "middle", kind: str = "") -> str:
    name = f' class="{kind}"' if kind else ""
    return f'<text{name} x="{x}" y="{y}" text-anchor="{anchor}">{escape(text)}</text>'


def _line(kind: str, x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line class="{kind}" x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}"/>'


def _axes(frame: _Frame, all_slots: Iterable[Slot]) -> Iterable[str]:
    right = WIDTH - RIGHT
    for value in range(LOW, HIGH + 1, 20):
        yield _line("grid", LEFT, frame.y(value), right, frame.y(value))
        if value in LABELLED:
            yield _text(LEFT - 5, frame.y(value) + 4, str(value), "end", "soft-text")
    for value in (PULSE_LOW, 80, 120):
        yield _line("grid", LEFT, frame.pulse_y(value), right, frame.pulse_y(value))
        yield _text(LEFT - 5, frame.pulse_y(value) + 4, str(value), "end", "soft-text")
    yield _text(LEFT + 2, TOP - 4, "Blood pressure, mmHg (∨ systolic, ∧ diastolic)", "start")
    yield _text(LEFT + 2, PULSE_TOP - 5, "Heart rate, /min", "start")
    bottom = PULSE_TOP + PULSE_HEIGHT
    for minutes in [0, *(s.minutes for s in all_slots)]:
        x = frame.x(minutes)
        yield _line("axis", x, TOP + HEIGHT, x, TOP + HEIGHT + 4)
        yield _line("axis", x, bottom, x, bottom + 4)
        yield _text(x, bottom + 16, str(minutes))
    yield _line("axis", LEFT, TOP + HEIGHT, right, TOP + HEIGHT)
    yield _line("axis", LEFT, bottom, right, bottom)
    yield _text((LEFT + right) / 2, bottom + 31, "minutes after the first dose", kind="soft-text")


def _bands(course: Course, frame: _Frame) -> Iterable[str]:
    """The range from which someone is told, and pre-dose as a line."""
    top, limit = frame.y(HIGH), frame.y(course.protocol.notify_systolic)
    width = WIDTH - RIGHT - LEFT
    yield f'<rect class="band" x="{LEFT}" y="{top}" width="{width}" height="{limit - top}"/>'
    yield _line("limit", LEFT, limit, WIDTH - RIGHT, limit)
    yield _text(WIDTH - RIGHT + 5, limit + 4, f"from {course.protocol.notify_systolic}", "start")
    predose = course.predose
    if predose is None:
        return
    for key in ("systolic", "diastolic"):
        value = predose.value(key)
        if value is not None:
            yield _line("predose", LEFT, frame.y(value), WIDTH - RIGHT, frame.y(value))
            label = f"pre-dose {value}"
            yield _text(WIDTH - RIGHT + 5, frame.y(value) + 4, label, "start", "soft-text")
    end = course.window_ends_at
    if end is not None:
        x = frame.x(course.minutes(end) or 0)
        yield _line("window", x, TOP, x, PULSE_TOP + PULSE_HEIGHT)
        yield _text(x - 3, TOP + HEIGHT - 4, "window ends", "end", "soft-text")


def _pressures(course: Course, frame: _Frame, shown: Iterable[Reading]) -> Iterable[str]:
    points = [
        (frame.x(_minutes(course, r)), r.value("systolic"), r.value("diastolic"))
        for r in shown
        if r.has_value("blood_pressure")
    ]
    for index in (1, 2):
        line = " ".join(f"{p[0]},{frame.y(p[index] or 0)}" for p in points)
        yield f'<polyline class="trend" points="{line}"/>'
    for x, systolic, diastolic in points:
        if systolic is None or diastolic is None:
            continue
        high, low = frame.y(systolic), frame.y(diastolic)
        yield _line("joined", x, high, x, low)
        yield f'<path class="mark systolic" d="M{x - 5} {high - 6}L{x} {high}L{x + 5} {high - 6}"/>'
        yield f'<path class="mark diastolic" d="M{x - 5} {low + 6}L{x} {low}L{x + 5} {low + 6}"/>'
        if systolic > HIGH:
            yield _text(x + 8, high + 10, str(systolic), "start")
        if diastolic < LOW:
            yield _text(x + 8, low - 2, str(diastolic), "start")


def _gaps(frame: _Frame, all_slots: Iterable[Slot]) -> Iterable[str]:
    """A missed slot is a gap that says so."""
    words = {"missed": "missed", "not_done": "not done"}
    for slot in all_slots:
        if slot.state in words:
            y = TOP + HEIGHT - 8
            yield f'<g class="gap">{_text(frame.x(slot.minutes), y, "✕ " + words[slot.state])}</g>'


def _pulse(course: Course, frame: _Frame, shown: Iterable[Reading]) -> Iterable[str]:
    points = [
        (frame.x(_minutes(course, r)), value)
        for r in shown
        if (value := r.value("heart_rate")) is not None
    ]
    line = " ".join(f"{x},{frame.pulse_y(value)}" for x, value in points)
    yield f'<polyline class="pulse" points="{line}"/>'
    for x, value in points:
        yield f'<circle class="pulse-dot" cx="{x}" cy="{frame.pulse_y(value)}" r="3.2"/>'
        if not PULSE_LOW <= value <= PULSE_HIGH:
            yield _text(x + 6, frame.pulse_y(value) + 4, str(value), "start")
