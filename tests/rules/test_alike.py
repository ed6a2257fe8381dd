"""Which names are taken for each other."""

from __future__ import annotations

import pytest

from clinic.names import search_text
from monitoring.rules.alike import is_near


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        ("Smith", "Smith", True),
        ("Smith", "SMYTH", True),
        ("Smith", "Smiht", True),
        ("Smith", "Smithe", True),
        ("Smith", "Asmith", True),
        ("Smith", "Smit", True),
        ("Muñoz", "Munoz", True),
        ("Smith", "Smythe", False),
        ("Smith", "Smthi", False),
        ("Smith", "Schmitt", False),
        ("Smith", "", False),
        ("Garcia", "Garcia Lopez", False),
        # One letter makes another short name.
        ("Lee", "Lee", True),
        ("Lee", "Lea", False),
        ("Lee", "Leer", False),
        ("Chan", "Chen", True),
    ],
)
def test_one_letter_makes_a_near_name(one: str, other: str, near: bool) -> None:
    folded = search_text(one), search_text(other)
    assert is_near(*folded) is is_near(*reversed(folded)) is near
