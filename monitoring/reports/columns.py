"""Columns by month as a drawing: server-made SVG that needs neither a style sheet nor colour."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from django.utils.safestring import SafeString

TOP, HEIGHT, FOOT = 36, 90, 20
STEP, BAR, EDGE = 46, 26, 8
TITLE = 240
"""At least so wide, for its title."""
FONT = 'font-size="11" fill="currentColor" text-anchor="middle"'


@dataclass(frozen=True, slots=True)
class Column:
    """`label` below it, `words` above; None is drawn as nothing, which is not zero."""

    label: str
    value: float | None
    words: str


def drawn(name: str, title: str, columns: Sequence[Column], greatest: float) -> SafeString:
    """The drawing with its title, of columns up to `greatest`; empty without any. `name` tells its
    ids from those of another on the page. Texts are escaped here."""
    if not columns:
        return SafeString("")
    width = max(TITLE, EDGE * 2 + STEP * len(columns))
    height = TOP + HEIGHT + FOOT
    parts = [
        f'<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" '
        f'aria-labelledby="{name}-title">',
        f'<title id="{name}-title">{escape(title)}</title>',
        f'<line x1="{EDGE}" y1="{TOP + HEIGHT}" x2="{width - EDGE}" y2="{TOP + HEIGHT}" '
        'stroke="currentColor" stroke-width="1"/>',
    ]
    parts.append(
        f'<text x="{EDGE}" y="12" font-size="12" fill="currentColor">{escape(title)}</text>'
    )
    for number, column in enumerate(columns):
        parts += _column(EDGE + STEP * number + STEP / 2, column, greatest)
    return SafeString("".join([*parts, "</svg>"]))


def _column(x: float, column: Column, greatest: float) -> Iterator[str]:
    share = (column.value or 0) / greatest if greatest else 0
    tall = round(HEIGHT * share, 1)
    y = round(TOP + HEIGHT - tall, 1)
    if tall:
        yield (
            f'<rect x="{x - BAR / 2}" y="{y}" width="{BAR}" height="{tall}" fill="currentColor" '
            'fill-opacity="0.35" stroke="currentColor" stroke-width="1"/>'
        )
    yield f'<text x="{x}" y="{round(y - 4, 1)}" {FONT}>{escape(column.words)}</text>'
    yield f'<text x="{x}" y="{TOP + HEIGHT + 14}" {FONT}>{escape(column.label)}</text>'
