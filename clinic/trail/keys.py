"""The keys that sign the trail, from the environment, never from the database.

The first signs; the others are those that signed before, kept to verify what they signed.
"""

from __future__ import annotations

import hmac
from functools import lru_cache

from django.conf import settings
from django.core import checks

LEAST_LENGTH = 32


class UnknownKey(Exception):
    """An entry names a key that this process was not given."""


def current() -> str:
    """The id of the key that signs now."""
    name: str = next(iter(settings.TRAIL_KEYS))
    return name


def oldest() -> str:
    """The id of the key that is kept the longest: a new one is put in front of it."""
    *_, name = settings.TRAIL_KEYS
    return str(name)


def secret_of(key_id: str) -> str:
    """Raises UnknownKey."""
    secret = settings.TRAIL_KEYS.get(key_id)
    if not secret:
        raise UnknownKey(key_id)
    return str(secret)


def sign(key_id: str, text: str | bytes | memoryview, end: bytes = b"") -> str:
    """HMAC-SHA-256 of `text` and its `end`, in hexadecimal. Raises UnknownKey."""
    made = _keyed(secret_of(key_id)).copy()
    made.update(text.encode() if isinstance(text, str) else text)
    if end:
        made.update(end)
    return made.hexdigest()


@lru_cache(maxsize=8)
def _keyed(secret: str) -> hmac.HMAC:
    """To be copied, so that a key is taken in once for all that it signs."""
    return hmac.new(secret.encode(), digestmod="sha256")


def check(**kwargs: object) -> list[checks.CheckMessage]:
    """An error for want of a key, or for one that is short enough to be guessed."""
    if not settings.TRAIL_KEYS:
        return [checks.Error("CLINIC_TRAIL_KEYS names no key.", id="clinic.E003")]
    return [
        checks.Error(
            # Not the name: without its colon it is the secret.
            f"A key in CLINIC_TRAIL_KEYS is shorter than {LEAST_LENGTH} characters: id:secret.",
            id="clinic.E004",
        )
        for secret in settings.TRAIL_KEYS.values()
        if len(secret) < LEAST_LENGTH
    ]
