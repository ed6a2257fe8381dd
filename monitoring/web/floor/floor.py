"""The cards of a site's floor, each kept while nothing that it rests on has changed.

A card follows from the rows of its session and those beside it, and from the time. The chain of a
session moves with each of its rows, so that of a card that was made before, where the chain stands
tells as much as all readings would. Up to when time alone changes nothing is found with the card
(`news.steady_until`), and up to when nothing changes on the board is the first of these moments.
Most cards of most boards are those of a moment ago; this is why a board costs the same with four
readings each and with twenty.

A card names its patient. It is kept for those with the same permissions at the same site, is found
by a session that the request itself has read there, and what it rests on has the patient's columns.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import get_language

from clinic.models import Site, Staff
from clinic.models.constant import Plain, Row
from monitoring.models import Admission, Decision, Order, ProtocolVersion, Session
from monitoring.models.history import load_history
from monitoring.models.rows import is_loaded, load
from monitoring.models.session import observed
from monitoring.web import news
from monitoring.web.floor.next_step import Permissions
from monitoring.web.presenters.cards import Card, card

MOST = 2048
"""Cards that a process keeps."""


@dataclass(frozen=True, slots=True)
class Timed:
    """A card with what names it, who watches the patient while they are there, and up to when time
    alone leaves the card as it is: found where it is asked for, for it takes as long as some cards.
    """

    card: Card
    digest: str
    observer: Staff | None
    until: Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class _Kept:
    """A card with what it rests on, from when on and up to when it holds."""

    rests_on: object
    since: datetime
    until: datetime
    timed: Timed


_kept: OrderedDict[tuple[object, Permissions], _Kept] = OrderedDict()


@dataclass(frozen=True, slots=True)
class Floor:
    """The sessions of `site` in progress, and those planned until `tomorrow`, as one request that
    begins at `now` read them: for anyone with `permissions` there.

    They are compared as the engine gives them: of a card that is kept no session is made.
    """

    site: Site
    now: datetime
    tomorrow: datetime
    permissions: Permissions
    sessions: Plain[Session]
    beside: object
    """What each card rests on besides its session, and who and what its row tells."""

    @classmethod
    def read(cls, site: Site, now: datetime, tomorrow: datetime, permissions: Permissions) -> Floor:
        sessions = Session.on_the_board(site, tomorrow)
        beside = get_language(), [getattr(site, f.attname) for f in site._meta.concrete_fields]
        return cls(site, now, tomorrow, permissions, sessions, beside)

    def cards(self) -> list[Timed]:
        """The card of each session as it is now, in the order in which they were read."""
        rows = self.sessions.rows
        found = [self._find(row) for row in rows]
        missing = [row for row, timed in zip(rows, found, strict=True) if timed is None]
        sessions = self.sessions.instances(missing)
        _load(session for session in sessions if not is_loaded(session, Order))
        made = (self._make(row, session) for row, session in zip(missing, sessions, strict=True))
        return [timed or next(made) for timed in found]

    def _find(self, row: Row) -> Timed | None:
        kept = _kept.get((row[0], self.permissions))
        if kept is None or not kept.since <= self.now < kept.until:
            return None
        return kept.timed if kept.rests_on == (row, self.beside) else None

    def _make(self, row: Row, session: Session) -> Timed:
        """The card, which is kept. Before the dose it rests on what other sessions of the patient
        have, too: it is made anew each time."""
        facts = session.facts_loaded()
        made = card(session, facts, self.now, self.permissions)

        def until() -> datetime:
            steady = news.steady_until(
                self.now, lambda at: card(session, facts, at, self.permissions) == made
            )
            return min(steady, self.tomorrow)

        observer = session.observer if session.is_open else None
        digest = news.digest((made, observer and observer.pk))
        if session.phase not in {"planned", "dosing", "observing", "cleared"}:
            return Timed(made, digest, observer, until)
        end = until()
        timed = Timed(made, digest, observer, lambda: end)
        _keep((row[0], self.permissions), _Kept((row, self.beside), self.now, end, timed))
        return timed


def _keep(key: tuple[object, Permissions], kept: _Kept) -> None:
    _kept.pop(key, None)
    _kept[key] = kept
    while len(_kept) > MOST:
        _kept.popitem(last=False)


def _load(sessions: Iterable[Session]) -> None:
    """The rows that cards are made of. Before the dose the next step rests on the order, the
    answers, on what a clinician decided, and on what the patient's earlier sessions ask."""
    wanted = list(sessions)
    protocols = ProtocolVersion.read(session.protocol_version_id for session in wanted)
    for session in wanted:
        session.protocol_version = protocols[session.protocol_version_id]
    load(wanted, [*observed(), Order, Admission, Decision])
    load_history([session for session in wanted if session.phase == Session.Phase.ARRIVED])
