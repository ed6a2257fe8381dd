"""In another language nothing of a page stays English but what people wrote and what is a name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import unescape
from html.parser import HTMLParser
from unittest.mock import patch

import pytest
from django.test import Client
from django.utils import translation

from clinic.models import ChainHead, Staff
from monitoring.models import Departure
from tests.clock import TestClock
from tests.factories.people import person
from tests.factories.visits import Visit, discharged, dosed, observed, planned, ready_to_sign
from tests.shared import forget

pytestmark = pytest.mark.django_db
SignedIn = Callable[[Staff], Client]

UNITS = {"mmHg", "min", "mg", "SpO", "MOAA", "MRN", "REMS", "BP", "HR", "RR", "MM", "HH"}
MONTHS = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"}
MARKED = re.compile(r"«[^«»]*»")


@pytest.fixture
def other_language() -> Iterator[None]:
    """Every text that is translated stands between « and », in the pieces of pages as well that
    were kept in another test."""
    translation.gettext("")

    def marked(text: str) -> str:
        return f"«{text}»" if text else ""

    def counted(one: str, many: str, number: int) -> str:
        return marked(one if number == 1 else many)

    with (
        patch("django.utils.translation._trans.gettext", marked),
        patch("django.utils.translation._trans.ngettext", counted),
    ):
        forget()
        yield
    forget()


class Texts(HTMLParser):
    """What a page says, its scripts and styles apart."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"script", "style", "code", "desc"}:
            self.inside.append(tag)
        said = {"placeholder", "aria-label"}
        self.found += [value or "" for name, value in attrs if name in said]

    def handle_endtag(self, tag: str) -> None:
        if self.inside and self.inside[-1] == tag:
            self.inside.pop()

    def handle_data(self, data: str) -> None:
        if not self.inside:
            self.found.append(data)


def untranslated(page: str, *written: str) -> set[str]:
    """Words of `page` outside the marks, but for units, months and what people wrote."""
    texts = Texts()
    texts.feed(page)
    said = unescape("\n".join(texts.found))
    while MARKED.search(said):
        said = MARKED.sub(" ", said)
    for words in sorted(filter(None, written), key=len, reverse=True):
        said = said.replace(words, " ")
    return set(re.findall(r"[A-Za-z]{2,}", said)) - UNITS - MONTHS


def written(visit: Visit) -> tuple[str, ...]:
    """Names and free text of the session's people."""
    session, patient = visit.session, visit.patient
    people = [visit.nurse, visit.clinician]
    return (
        visit.site.name,
        visit.site.time_zone,
        session.room,
        session.protocol_version.title,
        patient.banner_name,
        patient.mrn,
        patient.allergies,
        patient.cautions,
        *(name for p in people for name in (p.printed_name, p.username)),
        *(text for c in session.clearance_set.all() for text in (c.statement, c.meaning)),
        *(text for o in session.order_set.all() for text in (o.reason, o.printed_name)),
        *_of_departure(visit),
        *ChainHead.objects.values_list("digest", flat=True),
    )


def _of_departure(visit: Visit) -> list[str]:
    found = Departure.objects.filter(session=visit.id)
    return [name for d in found for name in (d.escort_name, d.escort_phone, d.transport)]


PAGES: dict[str, tuple[Callable[[TestClock], Visit], str]] = {
    "planned": (planned, "/sessions/{id}/"),
    "dosing": (dosed, "/sessions/{id}/"),
    "observing": (observed, "/sessions/{id}/"),
    "reading": (dosed, "/sessions/{id}/reading/"),
    "event": (dosed, "/sessions/{id}/event/"),
    "clearance": (ready_to_sign, "/sessions/{id}/clearance/"),
    "report": (discharged, "/sessions/{id}/report/"),
    "register": (discharged, "/sessions/"),
}


@pytest.mark.usefixtures("other_language")
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_whole_in_another_language(
    clock: TestClock, signed_in: SignedIn, name: str
) -> None:
    build, address = PAGES[name]
    visit = build(clock)
    reader = person(visit.site, "administrator") if name == "register" else visit.clinician
    answer = signed_in(reader).get(address.format(id=visit.id))
    assert answer.status_code == 200
    assert untranslated(answer.content.decode(), reader.printed_name, *written(visit)) == set()


@pytest.mark.usefixtures("other_language")
def test_what_is_ordered_is_offered_and_recorded_in_the_language_of_the_page(
    clock: TestClock, signed_in: SignedIn
) -> None:
    visit = dosed(clock)
    clock.forward(minutes=15)
    reading = visit.read(15, systolic=185, diastolic=95)
    page = signed_in(visit.nurse).get(f"/sessions/{visit.id}/response/{reading.pk}/")
    assert 'value="«Go on watching»"' in page.content.decode()
    assert "«Repeat in 5 minutes»" in page.content.decode()
