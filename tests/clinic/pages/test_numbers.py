"""A number below zero is written with a minus."""

from __future__ import annotations

import pytest

from clinic.pages.numbers import minus


@pytest.mark.parametrize(
    ("number", "written"), [(-5, "−5"), ("-2", "−2"), ("+28", "+28"), (0, "0")]
)
def test_a_minus_stands_where_there_would_be_a_hyphen(number: object, written: str) -> None:
    assert minus(number) == written
