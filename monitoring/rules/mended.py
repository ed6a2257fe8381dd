"""That a fact was corrected, or marked as entered in error."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Corrected:
    """That a fact replaces an earlier one, which had `was` for its time; recorded at `at`, as fact
    `seq`, and so perhaps once the patient had left."""

    at: datetime
    reason: str
    was: datetime
    seq: int = 0
    after_departure: bool = False


@dataclass(frozen=True, kw_only=True)
class StruckFacts:
    """What was marked as entered in error, by whom and why. While it `waits` for a clinician, the
    fact still counts, and `fact` stands among the others too; once struck, it stands here alone.
    `fact` is as the rules would read it, None where its noun was not loaded or no rule does."""

    id: UUID
    seq: int
    at: datetime
    noun: str
    kind: str
    reason: str
    by: str
    waits: bool = False
    fact: object = None
