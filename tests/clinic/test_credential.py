"""What a browser says of a passkey is read strictly, before any library sees it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from clinic.signin import credential
from clinic.signin.credential import BINARY, Unreadable

GOOD: dict[str, Any] = {
    "id": "AQ",
    "rawId": "AQ",
    "type": "public-key",
    "authenticatorAttachment": None,
    "response": {"clientDataJSON": "e30", "authenticatorData": "AA", "signature": "AA"},
    "clientExtensionResults": {"credProps": {"rk": True}, "other": 5},
}


def test_what_a_browser_sends_is_read() -> None:
    found = credential.read(json.dumps(GOOD))
    assert found["response"] == GOOD["response"]
    assert found["clientExtensionResults"] == {"credProps": {"rk": True}}
    assert found["rawId"] == "AQ"


@pytest.mark.parametrize("name", ["id", "rawId", "type", *BINARY])
@pytest.mark.parametrize("value", [3, 0.5, True, [1], {"a": 1}])
def test_nothing_but_text_stands_for_bytes(name: str, value: Any) -> None:
    """The library makes as many bytes of a number as it says: a short request, and no memory."""
    changed = {**GOOD, "response": dict(GOOD["response"])}
    holder = changed["response"] if name in BINARY else changed
    holder[name] = value
    with pytest.raises(Unreadable):
        credential.read(json.dumps(changed))


def test_what_no_one_knows_is_left_out() -> None:
    more = {**GOOD, "size": 10**12, "response": {**GOOD["response"], "publicKeyAlgorithm": 10**12}}
    assert credential.read(json.dumps(more)) == credential.read(json.dumps(GOOD))


@pytest.mark.parametrize(
    "text",
    ["", "5", "[]", "{}", '{"response": 5}', "[" * 10_000, "NaN", "x" * 20_001, '{"a": "\\u0000"}'],
)
def test_what_is_no_credential_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        credential.read(text)
