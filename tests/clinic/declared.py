"""The verbs of the organisation."""

from __future__ import annotations

import pkgutil
from importlib import import_module

from clinic import actions
from clinic.verbs import Verb


def declared() -> list[Verb[..., object]]:
    """Every verb of the organisation, also those that stand behind an entrance."""
    found: dict[int, Verb[..., object]] = {}
    for module in pkgutil.iter_modules(actions.__path__):
        for value in vars(import_module(f"clinic.actions.{module.name}")).values():
            if isinstance(value, Verb):
                found[id(value)] = value
    return list(found.values())
