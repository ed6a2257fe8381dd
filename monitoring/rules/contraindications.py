"""A contraindication that was answered Yes and then No (CLINICAL 8, rule 24; hazards 11, 40)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

from monitoring.rules.facts import AdmissionFacts
from monitoring.rules.questions import EU_CONTRAINDICATIONS


def taken_back(before: AdmissionFacts | None, given: Mapping[str, bool | None]) -> tuple[str, ...]:
    """The contraindications that `before` has, and that `given` answers with No."""
    if before is None:
        return ()
    return tuple(q for q in EU_CONTRAINDICATIONS if before.given.get(q) and given.get(q) is False)


def changes(
    admissions: tuple[AdmissionFacts, ...],
) -> Iterator[tuple[str, AdmissionFacts, AdmissionFacts]]:
    """Each question whose Yes became No, with the answers before and after."""
    for before, after in pairwise(admissions):
        for question in taken_back(before, after.given):
            yield question, before, after
