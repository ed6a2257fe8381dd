from __future__ import annotations

import pytest

from monitoring.rules.protocol import PROTOCOLS
from monitoring.rules.scales import DISSOCIATION_0_4, MOAAS, SCALES, Scale


@pytest.mark.parametrize("scale", SCALES.values(), ids=lambda s: s.id)
def test_a_scale_has_a_source_and_words_of_its_own_for_each_level(scale: Scale) -> None:
    assert "CLINICAL" in scale.source
    words = [scale.words(value) for value in scale.values]
    assert len(set(words)) == len(words) == len(scale.levels)
    assert all(words)


def test_moaas_runs_from_5_awake_to_0_without_response() -> None:
    assert [level.value for level in MOAAS.levels] == [5, 4, 3, 2, 1, 0]
    assert MOAAS.words(5) == "Responds readily to name"
    assert MOAAS.words(0).startswith("No response")


def test_dissociation_runs_from_0_none_to_4_extreme() -> None:
    assert [level.value for level in DISSOCIATION_0_4.levels] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("value", [-1, 6])
def test_a_value_that_is_not_on_the_scale_has_no_words(value: int) -> None:
    with pytest.raises(KeyError):
        MOAAS.words(value)


def test_every_shipped_protocol_names_scales_that_exist() -> None:
    for protocol in PROTOCOLS:
        assert {protocol.sedation_scale, protocol.dissociation_scale} <= set(SCALES)
        assert protocol.clearance_sedation in SCALES[protocol.sedation_scale].values
        assert protocol.clearance_dissociation in SCALES[protocol.dissociation_scale].values
