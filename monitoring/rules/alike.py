"""Names that are taken for each other at a glance (CLINICAL 7, hazard 7)."""

from __future__ import annotations

SHORTEST = 4
"""Letters: of shorter names, one letter makes another name."""


def is_near(one: str, other: str) -> bool:
    """Whether two folded names are the same but for one letter: another one, one too many, or two
    that stand next to each other exchanged. Short names are near only when they are the same."""
    one, other = one.strip(), other.strip()
    if one == other:
        return True
    if min(len(one), len(other)) < SHORTEST or abs(len(one) - len(other)) > 1:
        return False
    short, long = sorted((one, other), key=len)
    at = next((i for i, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    if len(short) < len(long):
        return short[at:] == long[at + 1 :]
    swapped = short[at + 1 : at + 2] + short[at] + short[at + 2 :]
    return short[at + 1 :] == long[at + 1 :] or swapped == long[at:]
