"""Up to where the record of sessions has come, in one statement whose SQL never changes.

Each verb moves the head of a chain (clinic/trail). Beside each session that is shown stand the
heads of its chain, of its patient's and of the people who watch it, and how many entries the chains
of all the patient's sessions have together: none is ever taken away, so that the sum tells of each.
The rows say nothing by themselves: they are compared with those of another time. What the site's
tablets told of themselves comes with them, for no chain has it.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections

from clinic.models.constant import Row, stored
from clinic.models.prepared import prepared
from clinic.models.tablet import Seen
from clinic.trail.chain import ORGANISATION


class Recorded(NamedTuple):
    """`rows` tell up to where the record has come; `tablets` are those of the site in use."""

    rows: list[Row]
    tablets: list[Seen]


_IN_PROGRESS = "s.phase IN ('arrived', 'dosing', 'observing', 'cleared')"
_BOARD = f"({_IN_PROGRESS} OR s.phase = 'planned' AND s.planned_for < %s)"
_AROUND = f"(s.id = %s OR {_IN_PROGRESS})"
_ALL = "1 = 1"
_RESTS_ON_OTHERS = (
    "(s.id = %s OR EXISTS (SELECT 1 FROM monitoring_session w"
    " WHERE w.id = %s AND w.phase IN ('arrived', 'dosing')))"
)
"""Until the last dose a session rests on who is on site, which others are told of in theirs. After
it no more of the others counts than who watches them."""


_HEAD = "CASE WHEN {whole} THEN (SELECT h.digest FROM clinic_chainhead h WHERE h.id = s.{of}) END"
_ENTRIES = (
    "CASE WHEN {whole} THEN (SELECT SUM(h.count) FROM monitoring_session o"
    " JOIN clinic_chainhead h ON h.id = o.id WHERE o.patient_id = s.patient_id) END"
)
_TEXT = (
    "SELECT s.id, s.phase, s.patient_id, s.observer_id, s.prescriber_id, {heads}, {no_time}"
    " FROM monitoring_session s WHERE s.site_id = %s AND {where}"
    " UNION ALL SELECT NULL, NULL, NULL, NULL, NULL, h.digest, NULL, NULL, NULL, h.count, NULL"
    " FROM clinic_chainhead h WHERE h.id = %s"
    " UNION ALL SELECT t.id, t.name, t.on_screen, NULL, NULL, {unsent}, NULL, NULL, NULL, NULL,"
    " t.last_seen_at FROM clinic_tablet t WHERE t.site_id = %s AND t.revoked_at IS NULL"
    " ORDER BY 1"
)
_ENGINES = {
    "postgresql": {"no_time": "NULL::timestamptz", "unsent": "t.unsent::text"},
    "sqlite": {"no_time": "NULL", "unsent": "t.unsent"},
}
_OWNERS = ("id", "patient_id", "observer_id", "prescriber_id")


def _texts(where: str, whole: str) -> dict[str, str]:
    """By engine."""
    heads = [*(_HEAD.format(whole=whole, of=of) for of in _OWNERS), _ENTRIES.format(whole=whole)]
    return {
        engine: _TEXT.format(where=where, heads=", ".join(heads), **own)
        for engine, own in _ENGINES.items()
    }


_ON_BOARD = _texts(_BOARD, _ALL)
_OF_SESSION = _texts(_AROUND, _RESTS_ON_OTHERS)
_WHOLE_ASKED = (len(_OWNERS) + 1) * _RESTS_ON_OTHERS.count("%s")


def on_board(site: UUID, until: datetime) -> Recorded:
    """Of the site's sessions in progress, and of those planned to begin before `until`."""
    own = stored(site)
    return _read(_ON_BOARD, [own, stored(until), stored(ORGANISATION), own])


def around(site: UUID, session: UUID) -> Recorded:
    """Of one session and, as far as its page says anything of them, the others in progress."""
    own, here = stored(session), stored(site)
    return _read(_OF_SESSION, [*[own] * _WHOLE_ASKED, here, own, stored(ORGANISATION), here])


def _read(texts: dict[str, str], given: list[Any]) -> Recorded:
    with prepared(), connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(texts[connections[DEFAULT_DB_ALIAS].vendor], given)
        found = Recorded([], [])
        for row in cursor.fetchall():
            if row[-1] is None:
                found.rows.append(row)
            else:
                found.tablets.append(_seen(row))
    found.tablets.sort(key=lambda tablet: tablet.name)
    return found


def _seen(row: Row) -> Seen:
    _id, name, on_screen, _observer, _prescriber, unsent, *_none, at = row
    return Seen(
        name=str(name),
        last_seen_at=_moment(at),
        on_screen=UUID(str(on_screen)) if on_screen else None,
        unsent=json.loads(str(unsent)),
    )


def _moment(at: Any) -> datetime:
    """SQLite keeps it as text, in UTC."""
    return at if isinstance(at, datetime) else datetime.fromisoformat(at).replace(tzinfo=UTC)
