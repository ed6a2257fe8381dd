"""Up to where the record of sessions has come, in one statement whose SQL never changes.

Each verb moves the head of a chain (clinic/trail). Beside each session that is shown stand the
heads of its chain, of its patient's and of the people who watch it, and how many entries the chains
of all the patient's sessions have together: none is ever taken away, so that the sum tells of each.
The rows say nothing by themselves: they are compared with those of another time.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections, models

from clinic.models.prepared import prepared
from clinic.trail.chain import ORGANISATION

Row = tuple[object, ...]

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
    "SELECT s.id, s.phase, s.patient_id, s.observer_id, s.prescriber_id, {heads}"
    " FROM monitoring_session s WHERE s.site_id = %s AND {where}"
    " UNION ALL SELECT NULL, NULL, NULL, NULL, NULL, h.digest, NULL, NULL, NULL, h.count"
    " FROM clinic_chainhead h WHERE h.id = %s"
    " ORDER BY 1"
)
_OWNERS = ("id", "patient_id", "observer_id", "prescriber_id")


def _text(where: str, whole: str) -> str:
    heads = [*(_HEAD.format(whole=whole, of=of) for of in _OWNERS), _ENTRIES.format(whole=whole)]
    return _TEXT.format(where=where, heads=", ".join(heads))


_ON_BOARD = _text(_BOARD, _ALL)
_OF_SESSION = _text(_AROUND, _RESTS_ON_OTHERS)
_WHOLE_ASKED = _OF_SESSION.count(_RESTS_ON_OTHERS) * _RESTS_ON_OTHERS.count("%s")


def on_board(site: UUID, until: datetime) -> list[Row]:
    """Of the site's sessions in progress, and of those planned to begin before `until`."""
    adapt = connections[DEFAULT_DB_ALIAS].ops.adapt_datetimefield_value
    return _rows(_ON_BOARD, [_stored(site), adapt(until), _stored(ORGANISATION)])


def around(site: UUID, session: UUID) -> list[Row]:
    """Of one session and, as far as its page says anything of them, the others in progress."""
    own = _stored(session)
    return _rows(_OF_SESSION, [*[own] * _WHOLE_ASKED, _stored(site), own, _stored(ORGANISATION)])


def _rows(sql: str, given: list[Any]) -> list[Row]:
    with prepared(), connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(sql, given)
        return list(cursor.fetchall())


def _stored(id: UUID) -> Any:
    """An id as the engine has it."""
    return models.UUIDField().get_db_prep_value(id, connections[DEFAULT_DB_ALIAS])
