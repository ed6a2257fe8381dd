"""No form is filled in by the browser: neither by going back, nor with another patient's name."""

from __future__ import annotations

import pkgutil
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.forms import BaseForm

import clinic
import monitoring
from clinic.access import Permission
from clinic.pages.unfilled import Unfilled
from tests.clinic.matrix import Cell, World, build
from tests.clinic.routes import ROUTES, routes
from tests.clock import TestClock
from tests.factories.visits import observed, planned, ready_to_sign, signed

TEMPLATES = Path(__file__).parents[3] / "templates"
OF_SIGN_IN = {"username", "current-password", "new-password", "one-time-code"}
"""What password managers fill in; no form about a patient or another person asks for it, but for
the password that signs."""
OF_THE_LIBRARIES = {"csrfmiddlewaretoken", "next"}
"""Hidden fields that Django and the sign-in library write themselves."""
SIGN_IN_PAGES = ("account/", "signin/")


class Controls(HTMLParser):
    """The forms of a page, each with the attributes of its controls."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.forms: list[tuple[dict[str, Any], list[dict[str, Any]]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self.forms.append((given, []))
        is_control = tag in {"input", "select", "textarea"} and "readonly" not in given
        if is_control and given.get("name") not in OF_THE_LIBRARIES and self.forms:
            self.forms[-1][1].append(given)


def amiss(page: str) -> list[str]:
    """What a browser would fill in by itself."""
    found = []
    for form, controls in Controls(page).forms:
        asked = [c for c in controls if c.get("type") != "hidden"]
        is_sign_in = any(c.get("autocomplete") in {"username", "one-time-code"} for c in controls)
        if asked and not is_sign_in and form.get("autocomplete") != "off":
            found.append(f"form {form}")
        for control in controls:
            if control.get("autocomplete") not in OF_SIGN_IN | {"off"}:
                found.append(f"control {control}")
    return found


def _modules(package: Any) -> Iterator[Any]:
    for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if ".migrations" not in info.name and info.name != "clinic.wsgi":
            yield import_module(info.name)


def test_every_form_of_the_product_is_one_that_no_browser_fills_in() -> None:
    own = {
        thing
        for package in (clinic, monitoring)
        for module in _modules(package)
        for thing in vars(module).values()
        if isinstance(thing, type)
        and issubclass(thing, BaseForm)
        and thing.__module__ == module.__name__
        and getattr(thing, "base_fields", None)
    }
    without_controls = {"ShownForm", "PasskeySignInForm", "PasskeyStepForm"}
    assert len(own) > 20
    assert {f.__name__ for f in own if not issubclass(f, Unfilled)} <= without_controls


def test_every_template_says_so_where_it_writes_a_form_or_a_control_itself() -> None:
    for template in TEMPLATES.rglob("*.html"):
        text, name = template.read_text(), str(template.relative_to(TEMPLATES))
        for control in re.findall(r"<(?:input|select|textarea)\b.*?>", text):
            assert "autocomplete=" in control or "readonly" in control, (name, control)
        for tag, body in re.findall(r"<form\b(.*?)>\n(.*?)</form>", text, re.DOTALL):
            asks = re.search(r"crispy |fields/|block fields|<select|type=.(?:text|search)", body)
            is_off = 'autocomplete="off"' in tag or '"_entry_form.html"' in tag
            assert is_off or not asks or name.startswith(SIGN_IN_PAGES), (name, tag)


@pytest.mark.django_db
def test_no_page_of_the_product_leaves_a_control_to_the_browser(clock: TestClock) -> None:
    world = build(clock)
    seen = 0
    for name in ROUTES:
        for who in ("nurse", "clinician", "administrator", "anonymous on a tablet"):
            for place in ("own", "own in progress"):
                answer = world.ask(name, Cell(who, place, place, "get"))
                is_page = answer.headers.get("Content-Type", "").startswith("text/html")
                if answer.status_code == 200 and is_page:
                    assert amiss(answer.content.decode()) == [], (name, who)
                    seen += b'data-draft="' in answer.content
                if answer.streaming:
                    # What is read to its end is closed.
                    answer.getvalue()
    assert seen > 10


@pytest.mark.django_db
def test_the_pages_that_only_some_sessions_have_leave_nothing_either(
    clock: TestClock, signed_in: Any
) -> None:
    kinds = ("transferred", "against_advice", "left_unseen")
    leaving = ("departure/", *(f"departure/?kind={kind}" for kind in kinds))
    for reached, pages in (
        (planned, ("admission/", "cancel/")),
        (observed, ("reading/?slot=150", "event/")),
        (ready_to_sign, ("clearance/",)),
        (signed, ("clearance/withdraw/", *leaving)),
    ):
        visit = reached(clock)
        for page in pages:
            answer = signed_in(visit.clinician).get(f"/sessions/{visit.id}/{page}")
            assert b'data-draft="' in answer.content, page
            assert amiss(answer.content.decode()) == [], page


MANAGING = {
    Permission.VIEW_STAFF,
    Permission.MANAGE_STAFF,
    Permission.MANAGE_TABLETS,
    Permission.ENTER_IN_EMERGENCY,
}


@pytest.mark.django_db
def test_forms_about_people_and_emergencies_keep_no_draft(clock: TestClock) -> None:
    world: World = build(clock)
    asked = [r for r in routes() if getattr(r.callback, "needs", None)]
    of_people = [r.name for r in asked if MANAGING & r.callback.__dict__["needs"]]
    assert {"staff-invite", "person", "emergency", "tablet-enrol"} <= set(of_people)
    for name in of_people:
        for who in ("clinician", "administrator"):
            page = world.ask(str(name), Cell(who, "own", "own", "get")).content.decode()
            assert "data-draft=" not in page, name
