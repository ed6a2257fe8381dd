"""Whatever of a session an amendment or a strike can be about, in words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from clinic.models.row import name_of
from clinic.pages import moments
from monitoring.models import Amendment, Session
from monitoring.models.row import SessionRow
from monitoring.words.readings import values
from monitoring.words.sentences import NOUNS


def subject(about: str, about_id: UUID | None) -> str:
    return f"{about}:{about_id}" if about_id else about


_WORDS: dict[str, Callable[[Any], str]] = {
    "admission": lambda a: _at(a.recorded_at),
    "decision": lambda d: f"{d.get_outcome_display()}, {_at(d.recorded_at)}",
    "dose": lambda d: f"{d.number}, {_at(d.started_at)}",
    "reading": lambda r: f"{_at(r.taken_at)}: {values(r)}",
    "event": lambda e: f"{e.get_kind_display()}, {_at(e.at)}",
    "clearance": lambda c: f"{c.printed_name}, {_at(c.signed_at)}",
    "departure": lambda d: f"{d.get_kind_display()}, {_at(d.left_at)}",
}
"""What an amendment can be about."""
_OTHERS: dict[str, Callable[[Any], str]] = {
    "call": lambda c: moments.day_clock(c.at),
    "order": lambda o: _at(o.recorded_at),
}
"""What can be struck besides."""


def subjects(session: Session) -> list[tuple[str, str]]:
    """Everything in a session that an amendment can be about, in words."""
    found = [("session", str(Amendment.About.SESSION.label))]
    rows = session.rows.every()
    for noun in _WORDS:
        found += [(subject(noun, row.pk), _said(row)) for row in rows if name_of(row) == noun]
    return found


def named(session: Session, noun: str, id: UUID) -> str:
    """The fact `id` of `noun`, in words: "Dose 1, 14:02"."""
    found = (row for row in session.rows.every() if row.pk == id and name_of(row) == noun)
    return next(map(_said, found), "")


def _said(row: SessionRow) -> str:
    noun = name_of(row)
    name = NOUNS[noun] if noun in NOUNS else Amendment.About(noun).label
    return f"{name} {(_WORDS | _OTHERS)[noun](row)}"


def _at(moment: datetime) -> str:
    return moments.clock(moment)
