"""Connections beside the one that everything else uses."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections


@contextmanager
def another(alias: str, **changed: Any) -> Iterator[str]:
    """A connection of its own under `alias`, set up as the usual one but for what is `changed`."""
    usual = connections[DEFAULT_DB_ALIAS].settings_dict
    connections.settings[alias] = {**usual, **changed}
    try:
        yield alias
    finally:
        connections[alias].close()
        del connections[alias], connections.settings[alias]


@contextmanager
def instead(changed: dict[str, Any]) -> Iterator[None]:
    """The usual connection leads elsewhere meanwhile, so that all that verifies a record reads it
    there."""
    connections.close_all()
    usual = connections[DEFAULT_DB_ALIAS]
    connections.settings[DEFAULT_DB_ALIAS] = {**usual.settings_dict, **changed}
    del connections[DEFAULT_DB_ALIAS]
    try:
        yield
    finally:
        connections[DEFAULT_DB_ALIAS].close()
        connections.settings[DEFAULT_DB_ALIAS] = usual.settings_dict
        connections[DEFAULT_DB_ALIAS] = usual
