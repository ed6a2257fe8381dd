"""Values that a test leaves open."""

from __future__ import annotations

from typing import Any


def filled(given: dict[str, Any], /, **otherwise: Any) -> dict[str, Any]:
    """`given`, and for what it leaves open the values of `otherwise`."""
    return {**otherwise, **given}
