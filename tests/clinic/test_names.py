"""One spelling of what looks the same, and how it is found."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.names import folded, has_hidden, search_text, search_words, tidy

LETTERS = st.characters(whitelist_categories=["Lu", "Ll", "Lo", "Nd"])
WORDS = st.text(LETTERS, min_size=1, max_size=12)


def found(typed: str, *names: str) -> bool:
    """As the database looks for it: each word, or all of its pieces, at the beginning of a word."""
    held = search_text(*names)
    return all(
        f" {whole}" in held or (bool(pieces) and all(f" {p}" in held for p in pieces))
        for whole, *pieces in search_words(typed)
    )


@pytest.mark.parametrize("typed", ["M-77", "Ｍ-77", " M-77 ", "M-７７"])
def test_what_looks_the_same_is_the_same(typed: str) -> None:
    assert tidy(typed) == "M-77"


def test_double_and_hard_spaces_are_one() -> None:
    assert tidy("van\u00a0 der  Berg") == "van der Berg"


@pytest.mark.parametrize("hidden", ["\n", "\t", "\r", "\x00", "\u200b", "\u202e", "\u2028", "\xad"])
def test_what_is_not_seen_is_told(hidden: str) -> None:
    assert has_hidden(tidy(f"Smith{hidden}Jane"))


@pytest.mark.parametrize(
    ("typed", "family", "given_name"),
    [
        ("van der berg", "van der Berg", "Anna Maria"),
        ("der", "van der Berg", "Anna Maria"),
        ("BERG anna", "van der Berg", "Anna Maria"),
        ("maria", "van der Berg", "Anna Maria"),
        ("munoz", "Muñoz", "José"),
        ("Muñoz, Jose", "Muñoz", "José"),
        ("o'brien", "O’Brien", "Pat"),
        ("o’brien", "O'Brien", "Pat"),
        ("oʼbrien", "O'Brien", "Pat"),
        ("brien", "O'Brien", "Pat"),
        ("obrien", "O'Brien", "Pat"),
        ("anne-marie", "Smith", "Anne Marie"),
        ("anne marie", "Smith", "Anne-Marie"),
        ("lukasz", "Łuk", "Łukasz"),
        ("strasse", "Straße", ""),
        ("smith-jones", "Smith Jones", ""),
        ("ИВАН", "Иванов", "Пётр"),
        ("петр", "Иванов", "Пётр"),
    ],
)
def test_any_word_of_a_name_finds_it(typed: str, family: str, given_name: str) -> None:
    assert found(typed, family, given_name, "MRN-1")


@pytest.mark.parametrize("typed", ["mith", "smith joan", "A-8", "jane bob"])
def test_each_word_must_begin_one(typed: str) -> None:
    assert not found(typed, "Smith", "Jane", "A-77")


@given(st.lists(WORDS, min_size=1, max_size=4), WORDS)
def test_a_patient_is_found_by_each_word_of_the_name_in_any_case(
    words: list[str], mrn: str
) -> None:
    for word in words:
        for typed in (word, word.upper(), word.lower(), unicodedata.normalize("NFD", word)):
            if folded(typed) == folded(word):
                assert found(typed, " ".join(words), "", mrn)


@given(st.text(max_size=30), st.text(max_size=30))
def test_any_text_is_searched_for_and_never_fails(typed: str, name: str) -> None:
    assert found(typed, name) in {True, False}
    assert tidy(tidy(typed)) == tidy(typed)
