"""What a person reads off a chart by its own labels, and what the rows say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from xml.etree import ElementTree

from monitoring.reports.drawing import HEIGHT, STRIP_HEIGHT
from tests.reports.brute_force import Row, Told, minutes
from tests.reports.drawing import strokes

PRESSURE = "BP mmHg (∨ systolic, ∧ diastolic)"
STRIPS = {
    "HR": "heart_rate",
    "SpO₂": "spo2",
    "RR": "respiratory_rate",
    "MOAA/S": "sedation",
    "Dissociation": "dissociation",
}
Point = tuple[float, float]


class _Scale:
    """From two labels: what stands at a place."""

    def __init__(self, labels: Iterable[Point]) -> None:
        """`labels` are places with what is written there."""
        (self.at, self.value), *_between, (at, value) = sorted(labels)
        self.each = (value - self.value) / (at - self.at)

    def read(self, at: float) -> float:
        return self.value + (at - self.at) * self.each

    def ends(self, bottom: float, height: int) -> Point:
        return self.read(bottom), self.read(bottom - height)


class _Chart:
    def __init__(self, svg: ElementTree.Element) -> None:
        self.svg = svg
        self.plots: dict[str, _Scale] = {}
        labels: list[Point] = []
        below: list[Point] = []
        texts = list(svg.iterfind(".//{*}text"))
        lowest = max(float(t.get("y") or 0) for t in texts)
        for text in texts:
            words, y = text.text or "", float(text.get("y") or 0)
            if y == lowest - 15:
                below.append((float(text.get("x") or 0), int(words)))
            elif words.isdigit():
                labels.append((y - 4, int(words)))
            elif words == PRESSURE or any(words.startswith(name) for name in STRIPS):
                self.plots[words], labels = _Scale(labels), []
        ticks = {float(s.split("V")[0].split()[0]) for s in strokes(svg, "axis") if "V" in s}
        minutes = [minute for _x, minute in sorted(below)]
        bottoms = [float(s.split("H")[0].split()[1]) for s in strokes(svg, "axis") if "H" in s]
        heights = [HEIGHT, *[STRIP_HEIGHT] * (len(bottoms) - 1)]
        plots = zip(self.plots.values(), bottoms, heights, strict=True)
        self.ends = {plot: plot.ends(bottom, height) for plot, bottom, height in plots}
        self.minutes = _Scale(zip(sorted(ticks), sorted(set(minutes)), strict=True))

    def point(self, x: str, y: str, plot: _Scale) -> Point:
        return round(self.minutes.read(float(x)), 1), round(plot.read(float(y)), 1)

    def tips(self, key: str) -> Iterator[Point]:
        for stroke in strokes(self.svg, f"mark {key}"):
            x, y = stroke.split("L")[1].split()
            yield self.point(x, y, self.plots[PRESSURE])

    def dots(self) -> list[tuple[str, str]]:
        return [(x, y) for s in strokes(self.svg, "strip-dot") for x, y in [s[:-2].split()]]


def chart_agrees(told: Told, drawing: str) -> None:
    """Every point of every plot, within what a tenth of a unit of the drawing is there."""
    if told.first is None:
        assert drawing == ""
        return
    chart = _Chart(ElementTree.fromstring(drawing))
    pressures = chart.plots[PRESSURE]
    for key in ("systolic", "diastolic"):
        wanted = [
            _wanted(told, row, key, chart.ends[pressures]) for row in told.standing if row[key]
        ]
        _are_near(chart.tips(key), wanted)
    dots = iter(chart.dots())
    assert len(chart.plots) == 1 + len(STRIPS)
    for words, plot in list(chart.plots.items())[1:]:
        field = next(field for name, field in STRIPS.items() if words.startswith(name))
        rows = [row for row in told.standing if row[field] is not None]
        found = [chart.point(*next(dots), plot) for _row in rows]
        _are_near(found, [_wanted(told, row, field, chart.ends[plot]) for row in rows])
    assert next(dots, None) is None


def _wanted(told: Told, row: Row, field: str, ends: Point) -> Point:
    """A value beyond the plot stands at its edge."""
    low, high = ends
    value = float(min(max(row[field], low), high))
    return minutes(row["taken_at"] - told.first), value


def _are_near(found: Iterable[Point], wanted: Iterable[Point]) -> None:
    for (minute, value), (at, expected) in zip(sorted(found), sorted(wanted), strict=True):
        assert abs(minute - at) < 0.1
        assert abs(value - expected) < 0.2
