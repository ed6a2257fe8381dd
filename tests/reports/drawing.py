"""What a drawing shows, read from its SVG."""

from __future__ import annotations

from xml.etree import ElementTree


def strokes(svg: ElementTree.Element, kind: str) -> list[str]:
    """What is drawn as `kind`, each without the pen being lifted, as a path says it."""
    paths = [path for path in svg.iterfind(".//{*}path") if path.get("class") == kind]
    return [stroke for path in paths for stroke in (path.get("d") or "").split("M")[1:]]
