"""How SQLite holds each column of a row that the application wrote.

SQLite takes any text for an id, a fraction for a whole number and words for a time. What is written
in another form than Django's may be read as another row's, or rounded to what was recorded, so the
guards refuse it and verification names it. PostgreSQL's types leave one form only.
"""

from __future__ import annotations

from functools import cache

from django.apps import apps
from django.db import models

# Text such as 'now', or a day that no month has, is not read back as it was written.
TIME = (
    "(datetime(substr({c}, 1, 19)) = substr({c}, 1, 19) AND (length({c}) = 19 "
    "OR substr({c}, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]'))"
)
"""SQLite's condition that column {c} is a time, written as Django writes one."""
_TEXT = "typeof({c}) = 'text'"
_UUID = f"{_TEXT} AND length({{c}}) = 32 AND {{c}} NOT GLOB '*[^0-9a-f]*'"
_DATE = f"{_TEXT} AND date({{c}}) = {{c}}"
_DECIMAL = "typeof({c}) IN ('integer', 'real') AND round({c}, {places}) = {c}"
_INTEGER = "typeof({c}) = 'integer'"
_BOOLEAN = f"{_INTEGER} AND {{c}} IN (0, 1)"
_JSON = f"{_TEXT} AND json_valid({{c}})"


def is_stored(field: models.Field[object, object], column: str) -> str:
    """SQLite's condition that `column` holds a value of `field` in the form Django writes."""
    target = field.target_field if isinstance(field, models.ForeignKey) else field
    if isinstance(target, models.UUIDField):
        form = _UUID
    elif isinstance(target, models.DateTimeField):
        form = f"{_TEXT} AND {TIME}"
    elif isinstance(target, models.DateField):
        form = _DATE
    elif isinstance(target, models.DecimalField):
        form = _DECIMAL.replace("{places}", str(target.decimal_places))
    elif isinstance(target, models.JSONField):
        form = _JSON
    elif isinstance(target, models.BooleanField):
        form = _BOOLEAN
    elif isinstance(target, models.IntegerField):
        form = _INTEGER
    else:
        form = _TEXT
    condition = form.replace("{c}", column)
    return f"({column} IS NULL OR ({condition}))" if field.null else f"({condition})"


@cache
def conditions(table: str) -> dict[str, str]:
    """By column of `table` the condition of a row named NEW."""
    (model,) = (m for m in apps.get_models(include_auto_created=True) if m._meta.db_table == table)
    fields = model._meta.local_concrete_fields
    return {str(f.column): is_stored(f, f'NEW."{f.column}"') for f in fields}


def row_is_stored(table: str) -> str:
    """That every column of NEW is as Django writes it."""
    return "\nAND ".join(conditions(table).values())
