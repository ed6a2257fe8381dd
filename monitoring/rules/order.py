"""What a prescriber ordered for a session."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class OrderFacts:
    """What a prescriber ordered for the session; `by` is the name as printed then."""

    seq: int
    at: datetime
    mg: float
    treatment_phase: str
    reason: str
    by: str


def mg_words(mg: float) -> str:
    """28, not 28.0; 36.5 as it is."""
    return f"{mg:g}"
