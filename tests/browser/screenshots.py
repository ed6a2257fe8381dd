"""Pictures of every page, in every size and theme, into docs/screenshots. Run by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.browser.conftest import Person
from tests.browser.tour import build_demo, walk

FOLDER = Path(__file__).parents[2] / "docs" / "screenshots"
SIZES = ((810, 1080), (1080, 810), (1440, 900))


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_take_pictures(person: Callable[..., Person], width: int, height: int, theme: str) -> None:
    build_demo()
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, visitor in walk(person, {"width": width, "height": height}, theme):
        target = FOLDER / f"{name}-{width}x{height}-{theme}.png"
        visitor.page.screenshot(path=target)
        assert target.stat().st_size > 0
