"""The table of readings as the cells of its rows."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from django.template.loader import render_to_string

from monitoring.models import Session
from monitoring.rules.facts import SessionFacts
from monitoring.words.readings import table
from tests.factories.visits import Visit


class Cells(HTMLParser):
    """The text of the headings and of each row of the first table."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.spans: set[str] = set()

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag == "tr":
            self.rows.append([])
        elif tag in {"th", "td"}:
            self.rows[-1].append("")
            self.spans |= {value for name, value in attrs if name == "colspan"}

    def handle_data(self, data: str) -> None:
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] = " ".join([*self.rows[-1][-1].split(), *data.split()])


def cells_of(session: Session, facts: SessionFacts) -> Cells:
    found = Cells()
    context = {"readings": table(session, facts), "session": session}
    found.feed(render_to_string("_readings_table.html", context))
    return found


def loaded(visit: Visit) -> tuple[Session, SessionFacts]:
    session = Session.objects.for_page(visit.id)
    assert session is not None
    return session, session.facts_loaded()
