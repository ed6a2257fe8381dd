"""What a browser says of a passkey, read strictly: anyone may send anything.

The library turns a number where it expects bytes into that many bytes, so that one short request
would take all memory. Here text stays text, and what it does not know is left out.
"""

from __future__ import annotations

import json
from typing import Any, NoReturn

LONGEST = 20_000
MAYBE = frozenset({"userHandle", "authenticatorAttachment"})
"""What a browser may say nothing of."""
BINARY = ("clientDataJSON", "authenticatorData", "signature", "userHandle", "attestationObject")


class Unreadable(ValueError):
    """Not what a browser says of a passkey."""


def read(text: str) -> dict[str, Any]:
    """The credential as the library takes it: plain ASCII of bounded length, texts where bytes are
    meant. Raises Unreadable."""
    # An escape may stand for what a database cannot keep; a credential has no use for one.
    if len(text) > LONGEST or not text.isascii() or "\\u" in text:
        raise Unreadable
    try:
        found = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError) as unreadable:
        raise Unreadable from unreadable
    if not isinstance(found, dict) or not isinstance(found.get("response"), dict):
        raise Unreadable
    return {
        **_texts(found, ("id", "rawId", "type", "authenticatorAttachment")),
        "response": _texts(found["response"], BINARY),
        "clientExtensionResults": _extensions(found.get("clientExtensionResults")),
    }


def _refuse(name: str) -> NoReturn:
    raise ValueError(name)


def _texts(found: dict[str, Any], names: tuple[str, ...]) -> dict[str, str]:
    given = {n: found[n] for n in names if n in found and not (n in MAYBE and found[n] is None)}
    if not all(isinstance(value, str) for value in given.values()):
        raise Unreadable
    return given


def _extensions(found: Any) -> dict[str, Any]:
    """Whether the key can be found without a name: the one answer that was asked for."""
    asked = found.get("credProps") if isinstance(found, dict) else None
    is_resident = asked.get("rk") if isinstance(asked, dict) else None
    return {"credProps": {"rk": is_resident}} if isinstance(is_resident, bool) else {}
