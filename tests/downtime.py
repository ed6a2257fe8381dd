"""A database that can be read and takes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, connections

from tests.engine import USES_POSTGRESQL


@contextmanager
def reconnected(**changed: Any) -> Iterator[None]:
    """Every connection is made anew, with these settings."""
    connections.close_all()
    given = connection.settings_dict
    before = {name: given[name] for name in changed}
    given.update(changed)
    try:
        yield
    finally:
        connections.close_all()
        given.update(before)


def with_options(more: str) -> dict[str, Any]:
    options = connection.settings_dict["OPTIONS"]
    return {"OPTIONS": options | {"options": f"{options['options']} {more}"}}


@contextmanager
def read_only() -> Iterator[None]:
    """The file is opened to be read; PostgreSQL refuses whatever writes."""
    if USES_POSTGRESQL:
        changed = with_options("-c default_transaction_read_only=on")
    else:
        changed = {"NAME": f"file:{connection.settings_dict['NAME']}?mode=ro"}
    with reconnected(**changed):
        yield
