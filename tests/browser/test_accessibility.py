"""axe finds nothing on any page, in any state, in either theme."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.conftest import TABLET, Person
from tests.browser.tour import build_demo, walk
from tests.clock import TestClock

PHONE: Any = {"width": 390, "height": 844}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_on_any_page_and_state(
    person: Callable[..., Person], clock: TestClock, theme: str
) -> None:
    build_demo()
    found: dict[str, Any] = {}
    wide: dict[str, int] = {}
    for name, visitor in walk(person, TABLET, theme):
        if violations := visitor.violations():
            found[name] = violations
        if theme == "light" and (width := on_a_phone(visitor)) > PHONE["width"]:
            wide[name] = width
    assert found == {}
    assert wide == {}


def on_a_phone(visitor: Person) -> int:
    """How wide the page is there; beyond the screen it would have to be pushed sideways."""
    visitor.page.set_viewport_size(PHONE)
    width: int = visitor.page.evaluate("document.documentElement.scrollWidth")
    visitor.page.set_viewport_size(TABLET)
    return width


def test_the_whole_reading_fits_a_tablet_without_scrolling(
    person: Callable[..., Person], clock: TestClock
) -> None:
    build_demo()
    for name, nurse in walk(person, TABLET, "light"):
        if name == "reading":
            height = nurse.page.evaluate("document.documentElement.scrollHeight")
            assert height <= TABLET["height"]
            small = nurse.page.evaluate(
                """() => [...document.querySelectorAll(
                    'main a, main button, main input:not([type=hidden]), main summary')]
                    .filter(e => e.checkVisibility() && e.getBoundingClientRect().height < 44)
                    .map(e => e.outerHTML.slice(0, 100))"""
            )
            assert small == []
            break


def test_axe_does_find_what_is_wrong(person: Callable[..., Person]) -> None:
    visitor = person()
    visitor.go("/sign-in/")
    assert visitor.violations() == []
    visitor.page.evaluate(
        "document.querySelector('main').insertAdjacentHTML('beforeend', "
        '\'<img src="data:,"><input type="text">\')'
    )
    assert {v.split(":")[0] for v in visitor.violations()} >= {"image-alt", "label"}
