"""axe finds nothing on any page, in any state, in either theme."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.urls import is_valid_path, resolve

from tests.browser.conftest import TABLET, Person
from tests.browser.tour import PARTS, build_demo, walk
from tests.clock import TestClock
from tests.engine import IS_WHOLE

PHONE: Any = {"width": 390, "height": 844}
HEIGHT = "document.documentElement.scrollHeight"
SMALL = """() => [...document.querySelectorAll(
    'main a, main button, main input:not([type=hidden]), main summary')]
    .filter(e => e.checkVisibility() && e.getBoundingClientRect().height < 44)
    .map(e => e.outerHTML.slice(0, 100))"""
"""What a finger would miss."""
PRIMARY = "[...document.querySelectorAll('.btn-primary')].filter(e => e.checkVisibility()).length"
DIFFERING = {"board", "session", "reading", "clearance", "departure", "lock"}
"""Pages that change with the session, or with who looks at them."""


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("theme", ["light", "dark"] if IS_WHOLE else ["light"])
def test_axe_finds_nothing_on_any_page_and_state(
    person: Callable[..., Person], clock: TestClock, theme: str, part: str
) -> None:
    """In light every page also fits a phone's width, and a whole reading fits a tablet. No page has
    two primary buttons.

    When the walk is not whole, axe looks at a page once as it is and once with an error, but at
    those that differ most in every state; there it asks for contrasts no more.
    """
    build_demo(14 if IS_WHOLE else 7)
    found: dict[str, Any] = {}
    wide: dict[str, int] = {}
    seen: set[tuple[str, bool]] = set()
    for name, visitor in walk(person, TABLET, theme, part):
        sight = seen_by(visitor)
        is_seen = not IS_WHOLE and sight in seen
        seen.add(sight)
        if not is_seen or sight[0] in DIFFERING:
            found[name] = visitor.violations(is_contrast_seen=is_seen)
        assert visitor.page.evaluate(PRIMARY) <= 1, name
        if theme == "light" and (width := on_a_phone(visitor)) > PHONE["width"]:
            wide[name] = width
        if name == "reading":
            assert visitor.page.evaluate(HEIGHT) <= TABLET["height"]
            assert visitor.page.evaluate(SMALL) == []
    assert {name: violations for name, violations in found.items() if violations} == {}
    assert wide == {}


def seen_by(visitor: Person) -> tuple[str, bool]:
    """The name of the page's address, and whether it tells of an error."""
    path = urlsplit(visitor.page.url).path
    route = resolve(path).view_name if is_valid_path(path) else path
    return route, visitor.page.locator("[data-error-summary]").count() > 0


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
