"""The cards of a site's floor, each kept while nothing that it rests on has changed.

A card follows from the rows of its session and those beside it, and from the time. The chain of a
session moves with each of its rows, so that of a card that was made before, where the chain stands
tells as much as all readings would. Up to when time alone changes nothing is found by making the
card once for now and once for then (see `monitoring/web/news.py`). Most cards of most boards are
those of a moment ago; this is why a board costs the same with four readings each and with twenty.

A card names its patient. It is kept for those with the same permissions at the same site, is found
by a session that the request itself has read there, and what it rests on has the patient's columns.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.db import models
from django.utils.translation import get_language

from clinic.models import Site
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
class _Kept:
    """A card with what it rests on, from when on and up to when it holds."""

    rests_on: object
    card: Card
    since: datetime
    until: datetime


_kept: OrderedDict[tuple[UUID, Permissions], _Kept] = OrderedDict()


@dataclass(frozen=True, slots=True)
class Floor:
    """The sessions of `site` in progress, and those planned until `tomorrow`, as one request that
    begins at `now` read them: for anyone with `permissions` there."""

    site: Site
    now: datetime
    tomorrow: datetime
    permissions: Permissions
    sessions: list[Session]

    @classmethod
    def read(cls, site: Site, now: datetime, tomorrow: datetime, permissions: Permissions) -> Floor:
        sessions = Session.on_the_board(site, tomorrow)
        return cls(site, now, tomorrow, permissions, sessions)

    def cards(self, at: datetime) -> list[Card]:
        """The card of each session as it is `at`, in the same order."""
        found = {session.pk: self._find(session, at) for session in self.sessions}
        missing = [session for session in self.sessions if found[session.pk] is None]
        _load(session for session in missing if not is_loaded(session, Order))
        made = {session.pk: self._make(session, at) for session in missing}
        return [found[session.pk] or made[session.pk] for session in self.sessions]

    def _find(self, session: Session, at: datetime) -> Card | None:
        kept = _kept.get((session.pk, self.permissions))
        if kept is None or not kept.since <= at < kept.until:
            return None
        return kept.card if kept.rests_on == _rests_on(session) else None

    def _make(self, session: Session, at: datetime) -> Card:
        """The card, which is kept where it is that of now. Before the dose it rests on what other
        sessions of the patient have, too: it is made anew each time."""
        facts = session.facts_loaded()
        made = card(session, facts, at, self.permissions)
        if at == self.now and session.phase in {"planned", "dosing", "observing", "cleared"}:
            ahead = (at + far for far in news.AHEAD)
            steady = (t for t in ahead if card(session, facts, t, self.permissions) == made)
            until = min(next(steady, at), self.tomorrow)
            _keep((session.pk, self.permissions), _Kept(_rests_on(session), made, at, until))
        return made


def _rests_on(session: Session) -> object:
    """All that a card follows from, besides the rows of the session: these its `head` tells of."""
    beside = (session.patient, session.site, session.observer)
    return get_language(), _values(session), [_values(row) for row in beside if row]


def _values(row: models.Model) -> dict[str, Any]:
    names, held = _attributes(row.__class__), vars(row)
    return {name: held[name] for name in held if name in names}


@cache
def _attributes(model: type[models.Model]) -> frozenset[str]:
    return frozenset(f.attname for f in model._meta.concrete_fields) | {"head"}


def _keep(key: tuple[UUID, Permissions], kept: _Kept) -> None:
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
