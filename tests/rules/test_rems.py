"""Certification and enrolment hold from their day on, to their last day."""

from __future__ import annotations

from datetime import date

import pytest

from monitoring.rules.rems import holds

TODAY = date(2026, 3, 10)


@pytest.mark.parametrize(
    ("since", "until", "is_so"),
    [
        (None, None, False),
        (date(2026, 3, 9), None, True),
        (date(2026, 3, 10), None, True),
        (date(2026, 3, 11), None, False),
        (date(2030, 3, 10), None, False),
        (date(2026, 3, 9), date(2026, 3, 11), True),
        (date(2026, 3, 9), date(2026, 3, 10), True),
        (date(2026, 3, 1), date(2026, 3, 9), False),
        (date(2026, 3, 10), date(2026, 3, 10), True),
        (None, date(2026, 3, 11), False),
    ],
)
def test_it_holds_from_its_day_to_its_last_day(
    since: date | None, until: date | None, is_so: bool
) -> None:
    assert holds(TODAY, since, until) is is_so
