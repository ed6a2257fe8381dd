"""What a session came to, in words."""

from __future__ import annotations

import pytest

from monitoring.rules.facts import SessionFacts
from monitoring.words.summary import strip
from tests.rules.samples import not_done, observed, reading

SEDATED = reading(-10, sedation=4)


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (observed(reading(40)), "Never worse than before the dose"),
        (observed(reading(40, sedation=4), reading(60)), "60 min after the first dose"),
        (observed(reading(40, sedation=4)), "Not at the last check"),
        (observed(reading(40), predose=not_done(-10, "sedation")), "Never affected"),
        (observed(not_done(40, "sedation")), "–"),
        (
            observed(reading(40, sedation=3), reading(60), predose=SEDATED),
            "60 min after the first dose (before the dose 4)",
        ),
        (
            observed(reading(40, sedation=4), predose=SEDATED),
            "Never worse than before the dose (before the dose 4)",
        ),
    ],
)
def test_when_sedation_was_over(facts: SessionFacts, words: str) -> None:
    assert dict(strip(facts))["Sedation over"] == words
