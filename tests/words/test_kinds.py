"""Each kind of deviation and flag has a name of its own, to be chosen from a list."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from monitoring.words import kinds, sentences


@pytest.mark.parametrize(
    ("names", "sentences"),
    [(kinds.DEVIATIONS, sentences.DEVIATIONS), (kinds.FLAGS, sentences.FLAGS)],
)
def test_each_kind_has_a_name_and_no_two_the_same(
    names: Mapping[str, object], sentences: Mapping[str, object]
) -> None:
    assert set(names) == set(sentences)
    assert len({str(name) for name in names.values()}) == len(names)
    assert not [name for name in names.values() if "%" in str(name)]
