"""What a verb asks of every text."""

from __future__ import annotations

from clinic.refusal import refuse


def require_text(value: str, field: str) -> str:
    """`value` without spaces around it. Raises Refused at `field` where nothing is left."""
    text = value.strip()
    if not text:
        raise refuse("required", field)
    return text
