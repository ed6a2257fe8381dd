"""axe finds nothing on any page, in any state, in either theme."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.conftest import TABLET, Person
from tests.browser.tour import build_demo, walk
from tests.clock import TestClock
from tests.engine import IS_WHOLE

PHONE: Any = {"width": 390, "height": 844}
HEIGHT = "document.documentElement.scrollHeight"
SMALL = """() => [...document.querySelectorAll(
    'main a, main button, main input:not([type=hidden]), main summary')]
    .filter(e => e.checkVisibility() && e.getBoundingClientRect().height < 44)
    .map(e => e.outerHTML.slice(0, 100))"""
"""What a finger would miss."""


@pytest.mark.parametrize("theme", ["light", "dark"] if IS_WHOLE else ["light"])
def test_axe_finds_nothing_on_any_page_and_state(
    person: Callable[..., Person], clock: TestClock, theme: str
) -> None:
    """In light every page also fits a phone's width, and a whole reading fits a tablet."""
    build_demo()
    found: dict[str, Any] = {}
    wide: dict[str, int] = {}
    for name, visitor in walk(person, TABLET, theme):
        if violations := visitor.violations():
            found[name] = violations
        if theme == "light" and (width := on_a_phone(visitor)) > PHONE["width"]:
            wide[name] = width
        if name == "reading":
            assert visitor.page.evaluate(HEIGHT) <= TABLET["height"]
            assert visitor.page.evaluate(SMALL) == []
    assert found == {}
    assert wide == {}


def on_a_phone(visitor: Person) -> int:
    """How wide the page is there; beyond the screen it would have to be pushed sideways."""
    visitor.page.set_viewport_size(PHONE)
    width: int = visitor.page.evaluate("document.documentElement.scrollWidth")
    visitor.page.set_viewport_size(TABLET)
    return width


def test_axe_does_find_what_is_wrong(person: Callable[..., Person]) -> None:
    visitor = person()
    visitor.go("/sign-in/")
    assert visitor.violations() == []
    visitor.page.evaluate(
        "document.querySelector('main').insertAdjacentHTML('beforeend', "
        '\'<img src="data:,"><input type="text">\')'
    )
    assert {v.split(":")[0] for v in visitor.violations()} >= {"image-alt", "label"}
