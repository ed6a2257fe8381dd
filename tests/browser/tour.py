"""A walk through every page in its states, on the demo clinic: for pictures and for axe."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.core.management import call_command
from django.urls import reverse
from playwright.sync_api import ViewportSize

from clinic.models import Staff
from tests.browser import record_stops
from tests.browser.account_stops import account_stops, newcomer
from tests.browser.conftest import Person
from tests.browser.contact_stops import contact_stops
from tests.browser.mended_stops import mended_stops
from tests.browser.staff_stops import guest, staff_stops
from tests.browser.stop import PASSWORD, SITE, Stop, people


def build_demo(days: int = 14) -> None:
    call_command("demo", days=days, verbosity=0)


def _sessions() -> Iterator[Stop]:
    """The board, and the forms and pages of a session."""
    demo = record_stops.demo_sessions()
    yield from record_stops.floor_stops(demo)
    yield from record_stops.forms_stops(demo)
    yield from mended_stops(record_stops.infusing(), record_stops.save_empty)
    yield from record_stops.patients_stops(demo)


def _others() -> Iterator[Stop]:
    """What is read back, people, tablets, accounts and protocols."""
    demo = record_stops.demo_sessions()
    yield from record_stops.reports_stops(demo)
    yield from contact_stops(demo.observing, record_stops.save_empty)
    yield from record_stops.reviews_stops(demo)
    yield from record_stops.people_stops()
    yield from record_stops.tablet_stops(demo)
    yield Stop("account", "nurse", reverse("mfa_index"))
    yield from account_stops()
    yield from staff_stops(record_stops.at("session", demo.observing))
    yield from record_stops.protocols_stops(demo)
    yield Stop("not-allowed", "nurse", reverse("session-list"))
    yield Stop("not-found", "nurse", "/nothing-here/")


PARTS = {"sessions": _sessions, "others": _others}
"""Two halves of the walk, about as long as each other."""


def stops(*parts: str) -> Iterator[Stop]:
    """Every page and the states that a person meets, or those of `parts` alone."""
    for part in parts or PARTS:
        yield from PARTS[part]()


def _arrived(visitor: Person, who: str, staff: dict[str, Staff]) -> Person:
    """With a tablet that is enrolled or not, signed in where `who` begins with a role."""
    if who.endswith("tablet"):
        visitor.hold(record_stops.shared_tablet())
    role = who.split(maxsplit=1)[0]
    if role in staff:
        visitor.signed_in(staff[role], PASSWORD)
        if staff[role].memberships.values("site").distinct().count() > 1:
            visitor.go("/")
            visitor.choose_site(SITE)
    return visitor


def walk(
    make: Callable[..., Person], size: ViewportSize, theme: str, *parts: str
) -> Iterator[tuple[str, Person]]:
    """Take each stop with a tablet of that size and theme, in `parts` of the walk or in all; yields
    the name and the person there."""
    others = {"newcomer": newcomer(), "guest": guest(), "taker": record_stops.taker()}
    who = people() | others
    visitors: dict[str, Person] = {}
    for stop in stops(*parts):
        if stop.who not in visitors:
            visitors[stop.who] = _arrived(make(size, theme), stop.who, who)
        person = visitors[stop.who]
        person.go(stop.path)
        stop.act(person)
        yield stop.name, person
    for person in visitors.values():
        # A page that is not there is part of the walk.
        person.errors = [e for e in person.errors if "404" not in e and "403" not in e]
