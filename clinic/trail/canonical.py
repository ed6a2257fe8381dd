"""One text for one content, so that a digest means the same wherever it is made."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache, partial
from typing import Any
from uuid import UUID

from django.db import models

Columns = dict[str, Any]
"""A row as JSON: times in UTC with microseconds, ids and decimals as text."""


def canonical(value: object) -> str:
    """JSON with sorted keys and no spaces."""
    return _ENCODER.encode(value)


_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(value: object) -> str:
    """SHA-256 of the canonical text, in hexadecimal."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def moment(at: datetime) -> str:
    return f"{at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


def columns(row: models.Model) -> Columns:
    """Every column of `row`, whether it was just made or read back: the same content either way."""
    return {
        name: None if (value := getattr(row, name)) is None else write(value)
        # Not `type`: of the person of a request that is the class of a wrapper.
        for name, write in _writers(row.__class__)
    }


def parse(model: type[models.Model], row: Columns) -> models.Model:
    """The row that `columns` was made of, not saved; columns it does not name keep defaults."""
    values = {}
    for field in model._meta.local_concrete_fields:
        if field.attname in row:
            values[field.attname] = _read(field, row[field.attname])
    return model(**values)


@cache
def _writers(model: type[models.Model]) -> tuple[tuple[str, Callable[[Any], Any]], ...]:
    return tuple((f.attname, _writer(f)) for f in model._meta.local_concrete_fields)


def _writer(field: models.Field[Any, Any]) -> Callable[[Any], Any]:
    target = field.target_field if isinstance(field, models.ForeignKey) else field
    if isinstance(target, models.UUIDField):
        return str
    if isinstance(target, models.DateTimeField):
        return moment
    if isinstance(target, models.DateField):
        return date.isoformat
    if isinstance(target, models.DecimalField):
        return partial(_decimal, target.decimal_places)
    if isinstance(target, models.JSONField):
        return _plain
    if isinstance(target, models.BooleanField):
        return bool
    if isinstance(target, models.IntegerField):
        return int
    return str


def _decimal(places: int, value: Decimal | float) -> str:
    return f"{Decimal(str(value)):.{places}f}"


def _plain(value: object) -> object:
    """Lists for tuples, text for keys: as the database gives it back."""
    return json.loads(canonical(value))


def _read(field: models.Field[Any, Any], value: Any) -> Any:
    if value is None:
        return None
    target = field.target_field if isinstance(field, models.ForeignKey) else field
    if isinstance(target, models.DateTimeField):
        return datetime.fromisoformat(value)
    if isinstance(target, models.DateField):
        return date.fromisoformat(value)
    if isinstance(target, models.DecimalField):
        return Decimal(value)
    if isinstance(target, models.UUIDField):
        return UUID(value)
    return value
