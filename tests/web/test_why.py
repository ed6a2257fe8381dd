"""Why something is corrected: a tap, words, or both."""

from __future__ import annotations

import pytest

from monitoring.web.why import USUAL, own_words, why


@pytest.mark.parametrize(
    ("tapped", "words", "recorded"),
    [
        ("typed", "", "Typed wrongly"),
        ("read", "cuff had slipped", "Read wrongly. cuff had slipped"),
        ("", "cuff had slipped", "cuff had slipped"),
        ("", "", ""),
    ],
)
def test_what_was_tapped_stands_before_the_words(tapped: str, words: str, recorded: str) -> None:
    assert why({"usual_reason": tapped, "reason": words}) == recorded


def test_a_tap_and_the_longest_words_fit_into_what_is_stored() -> None:
    most = own_words().max_length
    assert most is not None
    for tapped in USUAL:
        assert len(why({"usual_reason": tapped, "reason": "x" * most})) <= 300
