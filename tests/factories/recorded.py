"""Sessions that many tests begin with: built by verbs once, then written again as they were."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import wraps
from typing import Any, Protocol, TypeVar

from django.conf import settings
from django.db import connection, transaction
from factory.random import reseed_random

from clinic.models import ChainHead
from clinic.trail.chain import ORGANISATION
from monitoring.rules.protocol import Protocol as ProtocolRules

PLAIN = (int, float, str, Decimal, ProtocolRules)
"""Arguments whose value alone says what is built."""
WRITES = ("INSERT", "UPDATE", "DELETE")
READS = ("SELECT", "RELEASE", "BEGIN", "PRAGMA", "SET")


class Clock(Protocol):
    def now(self) -> datetime: ...
    def travel_to(self, moment: datetime) -> datetime: ...


Built = TypeVar("Built")
Where = tuple[datetime, str, str | None]


@dataclass(frozen=True)
class Recording:
    """What was sent to the database from one moment to another, and what was built by it."""

    begins: Where
    ended: datetime
    written: list[tuple[str, Any, bool]]
    clock: Clock
    built: Any


RECORDED: dict[Any, Recording] = {}


def recorded(build: Callable[..., Built]) -> Callable[..., Built]:
    """Let `build` call its verbs once a process. Later tests that begin where it began, with the
    same arguments, the same keys and an organisation to which nothing has been written, send the
    same statements: every guard of the database judges each of them again."""

    @wraps(build)
    def make(clock: Clock, **given: Any) -> Any:
        if not all(isinstance(value, PLAIN) for value in given.values()):
            return build(clock, **given)
        begins, key = _where(clock), (build.__name__, *sorted(given.items(), key=str))
        if begins[-1] is not None:
            return build(clock, **given)
        found = RECORDED.get(key)
        if found is None:
            found = RECORDED[key] = _record(build, clock, given, begins)
            return _copy(found, clock)
        return _write(found, clock) if found.begins == begins else build(clock, **given)

    return make


def _where(clock: Clock) -> Where:
    """The moment, the keys of the trail, and where the organisation's chain stands."""
    heads = ChainHead.objects.filter(pk=ORGANISATION).values_list("digest", flat=True)
    return clock.now(), repr(settings.TRAIL_KEYS), heads.first()


def _record(build: Callable[..., Any], clock: Clock, given: Any, begins: Where) -> Recording:
    written: list[tuple[str, Any, bool]] = []
    savepoints: dict[str, int] = {}

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        word = sql.lstrip("(").split(None, 1)[0].upper()
        if word in WRITES:
            written.append((sql, params, many))
        elif word == "SAVEPOINT":
            savepoints[sql.rsplit(maxsplit=1)[-1]] = len(written)
        elif word == "ROLLBACK":
            # What a verb refused was taken back, and is not sent again.
            del written[savepoints[sql.rsplit(maxsplit=1)[-1]] :]
        elif word not in READS:
            raise AssertionError(f"what is not understood can't be sent again: {word}")
        return execute(sql, params, many, context)

    reseed_random(build.__name__)
    with connection.execute_wrapper(note):
        built = build(clock, **given)
    return Recording(begins, clock.now(), written, clock, copy.deepcopy(built, {id(clock): clock}))


def _write(recording: Recording, clock: Clock) -> Any:
    with transaction.atomic(), connection.cursor() as cursor:
        for sql, params, is_many in recording.written:
            (cursor.executemany if is_many else cursor.execute)(sql, params)
    return _copy(recording, clock)


def _copy(recording: Recording, clock: Clock) -> Any:
    """What was built, for one test, which may change it; under the clock of that test."""
    clock.travel_to(recording.ended)
    reseed_random(str(recording.ended))
    return copy.deepcopy(recording.built, {id(recording.clock): clock})
