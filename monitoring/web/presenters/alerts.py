"""What someone has still to be informed of: value, limit and where the limit comes from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from clinic.pages.addresses import reverse
from monitoring import actions
from monitoring.models import Session
from monitoring.rules.facts import SessionFacts
from monitoring.rules.flags import Flagged, unanswered
from monitoring.rules.protocol import Protocol
from monitoring.web.floor.next_step import Permissions
from monitoring.words import wording
from monitoring.words.protocol import flag_source


@dataclass(frozen=True, slots=True)
class Line:
    """Values with their limits, `words`, that have one source."""

    words: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True)
class Alert:
    """`kind` is "emergency" or "flagged" and `word` says so; who may not answer has no `href`."""

    kind: str
    word: str
    at: datetime
    lines: tuple[Line, ...]
    href: str


def alerts(session: Session, facts: SessionFacts, permissions: Permissions) -> list[Alert]:
    """Emergencies first, then in the order in which they were recorded. Once the patient has left
    nothing can be answered any more; that no one was is still said."""
    may_answer = actions.respond_to_flag.is_offered(permissions, session.phase)
    return [_alert(session, facts, found, may_answer) for found in unanswered(facts)]


def _alert(session: Session, facts: SessionFacts, found: Flagged, may_answer: bool) -> Alert:
    href = reverse("response", args=[session.pk, found.fact.id]) if may_answer else ""
    return Alert(kind(found), word(found), found.at, lines(facts.protocol, found), href)


def kind(found: Flagged) -> str:
    return "emergency" if found.tier == "emergency" else "flagged"


def word(found: Flagged) -> str:
    return _("Emergency") if found.tier == "emergency" else _("Flagged")


def lines(protocol: Protocol, found: Flagged) -> tuple[Line, ...]:
    """Each value with its limit, by the source of that limit; the most urgent first."""
    by_source: dict[str, list[str]] = {}
    for flag in found.flags:
        by_source.setdefault(flag_source(protocol, flag), []).append(wording.flag(flag))
    return tuple(Line(tuple(words), source) for source, words in by_source.items())
