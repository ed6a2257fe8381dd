"""A cache in the database that keeps JSON: nothing that is read from it is ever executed.

Django's own keeps pickles, and who can write its table would run what they like in the application.
What does not read as JSON counts as not there.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.db import DatabaseCache
from django.db import connections, router

_PUT = (
    "INSERT INTO {} (cache_key, value, expires) VALUES (%s, %s, %s)"
    " ON CONFLICT (cache_key) DO UPDATE SET value = excluded.value, expires = excluded.expires"
)
_PAST = "(SELECT cache_key FROM {} WHERE expires <= %s LIMIT %s"
_DROP_PAST = "DELETE FROM {} WHERE cache_key IN "
_COUNT = (
    "INSERT INTO {} AS counted (cache_key, value, expires) VALUES (%s, %s, %s)"
    " ON CONFLICT (cache_key) DO UPDATE"
    " SET value = excluded.value || substr(counted.value, 1, %s), expires = excluded.expires"
    " WHERE substr(counted.value, %s, %s) NOT BETWEEN %s AND %s"
    " RETURNING value"
)
_TAKE_BACK = "UPDATE {} SET value = replace(value, %s, '') || %s WHERE cache_key IN (%s, %s)"
_DIGITS, _MARK = 16, 20
"""Of one that is counted: the digits of its microsecond, and with four more that tell it apart."""
CULLED = 100
"""How many rows whose time is over go with each value that is set: at most, so that none waits."""


class JsonCache(DatabaseCache):
    """Lists of numbers, texts and truth values, by one statement each, so that two at once agree.

    Nothing that still counts is dropped for another: rows go when their time is over.
    """

    _table: str

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        made = self.make_and_validate_key(key, version=version)
        rows = self._run("SELECT value FROM {} WHERE cache_key = %s AND expires > %s", made, _now())
        return default if not rows else _read(rows[0][0], default)

    def get_many(self, keys: Iterable[str], version: int | None = None) -> dict[str, Any]:
        missing = object()
        found = {key: self.get(key, missing, version=version) for key in keys}
        return {key: value for key, value in found.items() if value is not missing}

    def set(
        self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None
    ) -> None:
        self._run(_PUT, *self._row(key, value, timeout, version))
        self._drop_past()

    def add(
        self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None
    ) -> bool:
        """Whether it was not there: of several at once, one alone is told so."""
        row = self._row(key, value, timeout, version)
        return bool(self._run(_PUT + " WHERE {}.expires <= %s", *row, _now()))

    def touch(self, key: str, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        made = self.make_and_validate_key(key, version=version)
        until = self._until(timeout)
        return bool(self._run("UPDATE {} SET expires = %s WHERE cache_key = %s", until, made))

    def count(self, key: str, mark: str, most: int, seconds: float) -> bool:
        """Whether fewer than `most` were counted under `key` in the last `seconds`; then this one
        is, too. `mark` is from `new_mark`.

        The row is text: the marks of the newest `most`, the newest first, so that there is room
        where the last of them is over or missing. What reads as no time of this side of `seconds`
        from now is no mark.
        """
        now = int(mark[:_DIGITS])
        until = self._until(seconds)
        rows = self._run(
            _COUNT,
            self.make_and_validate_key(key),
            mark,
            until,
            (most - 1) * _MARK,
            (most - 1) * _MARK + 1,
            _DIGITS,
            _digits(now - int(seconds * 1_000_000) + 1),
            _digits(now + int(seconds * 1_000_000)),
        )
        if rows and rows[0][0] == mark:
            # A key that was not there: so the table does not grow with what strangers try.
            self._drop_past()
        return bool(rows)

    def take_back(self, keys: Sequence[str], mark: str) -> None:
        """Count no longer what was counted with `mark` under one or two keys."""
        made = [self.make_and_validate_key(key) for key in keys]
        self._run(_TAKE_BACK, mark, "0" * _MARK, made[0], made[-1])

    def _row(
        self, key: str, value: Any, timeout: Any, version: int | None
    ) -> tuple[str, str, datetime]:
        made = self.make_and_validate_key(key, version=version)
        return made, json.dumps(value), self._until(timeout)

    def _drop_past(self) -> None:
        is_postgresql = self._connection().vendor == "postgresql"
        past = _PAST + (" FOR UPDATE SKIP LOCKED)" if is_postgresql else ")")
        self._run(_DROP_PAST + past, _now(), CULLED)

    def _until(self, timeout: Any) -> datetime:
        seconds = self.get_backend_timeout(timeout)
        return datetime.max.replace(tzinfo=UTC) if seconds is None else _moment(seconds)

    def _connection(self) -> Any:
        return connections[router.db_for_write(self.cache_model_class)]

    def _run(self, statement: str, *values: Any) -> Any:
        """The rows that are read, or how many were written. No part of `statement` is input."""
        connection = self._connection()
        table = connection.ops.quote_name(self._table)
        adapt = connection.ops.adapt_datetimefield_value
        given = [adapt(v) if isinstance(v, datetime) else v for v in values]
        with connection.cursor() as cursor:
            cursor.execute(statement.replace("{}", table), given)
            return cursor.fetchall() if cursor.description else cursor.rowcount


def new_mark() -> str:
    """Names one thing that is counted: by its microsecond, and by chance."""
    return _digits(int(time.time() * 1_000_000)) + secrets.token_hex(2)


def _digits(microseconds: int) -> str:
    return f"{max(microseconds, 0):0{_DIGITS}d}"


def _now() -> datetime:
    return _moment(time.time())


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, tz=UTC)


def _read(text: str, default: Any) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return default
