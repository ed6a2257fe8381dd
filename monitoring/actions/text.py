"""What verbs ask of a text, and of who it is about."""

from __future__ import annotations

from clinic.refusal import refuse
from monitoring.models.patient import Identifier


def require_text(value: str, field: str) -> str:
    """`value` without spaces around it. Raises Refused at `field` where nothing is left."""
    text = value.strip()
    if not text:
        raise refuse("required", field)
    return text


def require_identified(identified_by: str) -> None:
    """Raises Refused where neither identifier was compared with the patient."""
    if identified_by not in Identifier.values:
        raise refuse("identify", "identified_by")
