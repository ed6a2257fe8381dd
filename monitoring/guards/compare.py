"""What keeps the database from keeping the record: compared by `check`, by verification, and once a
minute by each process that serves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from monitoring.guards.foreign import extra_rights, foreign
from monitoring.guards.install import check
from monitoring.guards.privileges import excess, settings_missing


@dataclass(frozen=True, slots=True)
class Fault:
    """`id` is that of the warning. Where it does not stop saving, someone has to look at it."""

    id: str
    name: str
    words: str
    stops_saving: bool = True


_Find = Callable[[BaseDatabaseWrapper], list[str]]
_KINDS: tuple[tuple[str, _Find, str, bool], ...] = (
    ("monitoring.W001", check, "The guard {} is missing or changed.", True),
    (
        "monitoring.W002",
        settings_missing,
        "The database's setting {} does not keep the record.",
        True,
    ),
    (
        "monitoring.W004",
        foreign,
        "This is not the application's, and may keep rows from the record: {}.",
        True,
    ),
    # The guards hold whoever has them, so that a nurse need not stop.
    (
        "monitoring.W005",
        extra_rights,
        "This right is more than the application needs: {}.",
        False,
    ),
)


def find(connection: BaseDatabaseWrapper) -> list[Fault]:
    return [
        Fault(id, name, words.format(name), stops_saving)
        for id, ask, words, stops_saving in _KINDS
        for name in ask(connection)
    ]


def owned(connection: BaseDatabaseWrapper) -> list[Fault]:
    """Whether who is connected owns the tables, and so could take the guards away. It is asked by a
    process that serves and by `check`: migrations, restores and what is verified there are the
    owner's."""
    if not excess(connection):
        return []
    words = (
        "The application connects with the rights of the tables' owner: run `manage.py "
        "database_roles`, and connect as the role that it makes."
    )
    return [Fault("monitoring.W003", "owner", words, stops_saving=False)]


def faults() -> list[str]:
    """Everything about the guards, settings and rights of the database that does not keep the
    record, in words; verification says it with what it finds."""
    return [fault.words for fault in find(connection)]
