"""Names and numbers as people type them: one spelling of what looks alike, and how it is found."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

HIDDEN = frozenset({"Cc", "Cf", "Zl", "Zp"})
"""Control and format characters: line ends, zero-width spaces, changes of direction. Two names that
differ by one of them look the same."""
_BREAKS = frozenset("CPSZ")
_WITHOUT_ACCENT = str.maketrans(
    {
        "ʼ": "'",
        "ʻ": "'",
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "æ": "ae",
        "œ": "oe",
        "ı": "i",
    }
)
"""Letters that Unicode does not take apart into a plain letter and its mark, and apostrophes that
it counts as letters."""


def tidy(text: str) -> str:
    """`text` without spaces at its ends or double ones within, in Unicode's form NFKC, in which
    what only looks different is the same: full-width letters, ligatures, hard spaces."""
    spaced = unicodedata.normalize("NFKC", text).split(" ")
    return " ".join(part for part in spaced if part)


def has_hidden(text: str) -> bool:
    """Whether `text` holds a character that is not seen, and can make two texts look alike."""
    return any(unicodedata.category(c) in HIDDEN for c in text)


def folded(text: str) -> str:
    """`text` in small letters without accents, for comparing: "MUÑOZ" and "munoz" are the same."""
    apart = unicodedata.normalize("NFKD", text).casefold().translate(_WITHOUT_ACCENT)
    plain = unicodedata.normalize("NFKD", apart)
    return "".join(c for c in plain if unicodedata.category(c) != "Mn")


def _parts(token: str) -> list[str]:
    """The pieces of a token between hyphens, apostrophes and the like: "o'brien" is o and brien."""
    spaced = (" " if unicodedata.category(c)[0] in _BREAKS else c for c in token)
    return "".join(spaced).split()


@lru_cache(maxsize=4096)
def search_text(*texts: str) -> str:
    """Each word of `texts` folded, after a space: whole, and its pieces where it has some."""
    found: dict[str, None] = {}
    for token in folded(" ".join(texts).replace(",", " ")).split():
        parts = _parts(token)
        found |= dict.fromkeys((*parts, "".join(parts)))
    return "".join(f" {word}" for word in found if word)


def search_words(typed: str) -> list[tuple[str, ...]]:
    """What is looked for when `typed` is searched: a patient fits who has, for each answer, a word
    that begins with it, or a word for each of its pieces.

    The first of each tuple is the token whole; the rest are its pieces, none where it holds a
    digit: a record number is not found by its pieces."""
    words = []
    for token in folded(typed.replace(",", " ")).split():
        parts = _parts(token)
        if not parts:
            continue
        has_digit = any(c.isdigit() for c in token)
        words.append(("".join(parts), *(() if has_digit or len(parts) == 1 else parts)))
    return words
