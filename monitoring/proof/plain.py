"""Rows as the log has them, made of what the engine gives, without a model for each.

Whole verification reads every row there is, and a model costs more than all that is checked of
it. What is read here is believed only where everything agrees. Where something does not, or is not
in the form that a verb writes, the models are read, and say what is wrong (`chains.py`).

No two forms of a column are read as the same here. So a row that is what the log has stands in the
form in which a verb wrote it, and need not be asked for that (`raw.py`).
`tests/proof/test_plain.py` holds both alike.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator
from functools import cache, lru_cache, partial
from operator import itemgetter
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, models

from clinic.models import TrailEntry
from clinic.trail.canonical import Columns
from clinic.trail.chain import Signed
from monitoring.proof import raw

Write = Callable[[Any], object]
AT_ONCE = 2000
"""How many rows are fetched at once."""


class Entry(NamedTuple):
    """An entry of the trail, with all that is signed of it."""

    chain: str
    seq: int
    verb: str
    payload: str
    previous: str
    digest: str
    signed: Signed


def entries_between(after: UUID | None, until: UUID | None) -> Iterator[Entry]:
    """Those of the chains that come after one id and not after another, by chain and number."""
    ends = [("chain > %s", after), ("chain <= %s", until)]
    where = [(text, id) for text, id in ends if id is not None]
    return _entries(" AND ".join(text for text, _ in where) or "1 = 1", [id for _, id in where])


def entries_of(chains: Collection[UUID]) -> Iterator[Entry]:
    return _entries(*_among("chain", chains))


def _entries(where: str, given: list[Any]) -> Iterator[Entry]:
    _, names, _ = _read(TrailEntry, connection.vendor)
    actor = names.index("actor_id")
    of_entry = itemgetter(*map(names.index, Entry._fields[:-1]))
    of_signed = itemgetter(*map(names.index, Signed._fields))
    for values in _values(TrailEntry, f"{where} ORDER BY chain, seq", given):
        values[actor] = values[actor] or ""
        yield Entry._make((*of_entry(values), Signed._make(of_signed(values))))


def belonging(model: type[models.Model], owner: str, ids: Collection[UUID]) -> Iterator[Columns]:
    """The rows of `model` that a column holds one of `ids` in."""
    if not ids:
        return
    _, names, _ = _read(model, connection.vendor)
    for values in _values(model, *_among(f'"{owner}"', ids)):
        yield dict(zip(names, values, strict=True))


def _among(column: str, ids: Collection[UUID]) -> tuple[str, list[Any]]:
    """The condition that a column holds one of `ids`, and what is given to it."""
    if connection.vendor == "postgresql":
        # As one value: the driver takes a statement apart at each that it has.
        return f"{column} = ANY(%s)", [list(ids)]
    return f"{column} IN ({', '.join(['%s'] * len(ids))})", list(ids)


def _values(model: type[models.Model], where: str, given: list[Any]) -> Iterator[list[Any]]:
    """The columns of each row, in the order in which the model has them."""
    if connection.vendor == "sqlite":
        given = [id.hex for id in given]
    shown, _, writers = _read(model, connection.vendor)
    # The chain of the organisation has no end: it is not fetched at once.
    is_long = model is TrailEntry
    with connection.chunked_cursor() if is_long else connection.cursor() as cursor:
        # Only names of tables and columns, which stand in the models.
        cursor.execute(f"SELECT {shown} FROM {model._meta.db_table} WHERE {where}", given)  # noqa: S608
        while found := cursor.fetchmany(AT_ONCE):
            for given_back in found:
                values = [*given_back]
                for place, write in writers:
                    if (value := values[place]) is not None:
                        values[place] = write(value)
                yield values


@cache
def _read(
    model: type[models.Model], vendor: str
) -> tuple[str, tuple[str, ...], tuple[tuple[int, Write], ...]]:
    """What is selected, the names of the columns, and by place what is made of those that the
    engine holds in another form than the log."""
    shown, names, writers = [], [], []
    for field in model._meta.local_concrete_fields:
        target: Any = field.target_field if isinstance(field, models.ForeignKey) else field
        kind = next((kind for kind in _FORMS if isinstance(target, kind)), None)
        form, write = _FORMS[kind][vendor] if kind else ("{}", None)
        if field.primary_key and write is _dashed:
            write = _with_dashes
        shown.append(form.format(f'"{field.column}"'))
        names.append(field.attname)
        if isinstance(target, models.DecimalField) and vendor == "sqlite":
            write = partial(_exact, target.decimal_places)
        if write is not None:
            writers.append((len(names) - 1, write))
    return ", ".join(shown), tuple(names), tuple(writers)


def _with_dashes(text: str) -> str:
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


_dashed = lru_cache(maxsize=8192)(_with_dashes)
"""The same few people, sites and sessions are named by many rows."""


def _moment(text: str) -> str:
    """Of whole seconds SQLite keeps no fraction. Raises ValueError for another form."""
    day, _, time = text.partition(" ")
    if len(time) == len("10:00:00.000000"):
        return f"{day}T{time}Z"
    if len(time) == len("10:00:00"):
        return f"{day}T{time}.000000Z"
    raise ValueError(text)


def _moment_in_utc(text: str) -> str:
    """PostgreSQL leaves out the zeros at the end of a fraction. Raises ValueError for what is no
    moment, such as one without end, and for one that is told in another form."""
    day, _, time = text.removesuffix("+00").partition(" ")
    second, _, fraction = time.partition(".")
    if not (text.endswith("+00") and len(second) == len("10:00:00")):
        raise ValueError(text)
    return f"{day}T{second}.{fraction:0<6}Z"


def _json(text: str) -> object:
    """Raises ValueError for bytes, and where a key is there twice, of which only one is read."""
    if not isinstance(text, str) or ("{" in text and raw.has_doubles(text)):
        raise ValueError(text)
    return json.loads(text)


def _exact(places: int, value: float) -> str:
    """Raises ValueError for one with more places."""
    text = f"{value:.{places}f}"
    if float(text) != value:
        raise ValueError(value)
    return text


_YES: dict[int, bool] = {0: False, 1: True}
_FORMS: dict[type[models.Field[Any, Any]], dict[str, tuple[str, Write | None]]] = {
    models.UUIDField: {"sqlite": ("{}", _dashed), "postgresql": ("{}::text", None)},
    # An expression has no declared type, by which the driver would make something else of it.
    models.DateTimeField: {"sqlite": ("+{}", _moment), "postgresql": ("{}::text", _moment_in_utc)},
    models.DateField: {"sqlite": ("+{}", None), "postgresql": ("{}::text", None)},
    # PostgreSQL writes as many places as the column has.
    models.DecimalField: {"sqlite": ("{}", None), "postgresql": ("{}::text", None)},
    models.BooleanField: {"sqlite": ("+{}", _YES.__getitem__), "postgresql": ("{}", None)},
    models.JSONField: {"sqlite": ("{}", _json), "postgresql": ("{}::text", json.loads)},
}
"""By the kind of a field how it is selected on each engine, and what is made of it."""
