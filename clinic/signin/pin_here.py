"""The PIN on a tablet that has no contact: the page carries ten bits of it, and checks it by them.

A lock that only the server opens leaves a patient unmeasured while the network is gone. The ten
bits are too few to tell the PIN to who reads the page, for about a thousand PINs fit, and enough to
keep out who guesses. They are the same on every page: others on each would tell more with each.
What is entered behind such a lock the server takes only once it was given the PIN itself.
"""

from __future__ import annotations

import hashlib
from base64 import b64decode
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.hashers import PBKDF2PasswordHasher, identify_hasher
from django.http import HttpRequest

from clinic.shift import SHIFT_LENGTH, WRONG_TRIES

SHIFT_ENDS = "shift_ends"
"""In the session: until when a shift goes on, and with it the PIN on a tablet, and the drafts."""
BITS = 10


@dataclass(frozen=True, slots=True)
class PinHere:
    """What a page checks a PIN by: how it is hashed, the first bits of that, and until when."""

    salt: str
    rounds: int
    bits: int
    until: datetime
    tries: int = WRONG_TRIES


def first_bits(hashed: bytes) -> int:
    """The first ten bits of SHA-256 over a hash: nothing of the hash itself leaves the server."""
    return int.from_bytes(hashlib.sha256(hashed).digest()[:2]) >> (16 - BITS)


def check_of(stored: str, until: datetime) -> PinHere | None:
    """For a PIN that is `stored` under PBKDF2 with SHA-256; no browser knows another hash."""
    try:
        hasher = identify_hasher(stored)
    except ValueError:
        return None
    if hasher.algorithm != PBKDF2PasswordHasher.algorithm:
        return None
    parts = hasher.decode(stored)
    bits = first_bits(b64decode(parts["hash"]))
    return PinHere(parts["salt"], parts["iterations"], bits, until)


def keep_end(request: HttpRequest, began_at: datetime) -> None:
    request.session[SHIFT_ENDS] = (began_at + SHIFT_LENGTH).isoformat()


def shift_ends(request: HttpRequest) -> str:
    """When the shift ends of who is signed in, in ISO 8601; empty where no one is."""
    return str(request.session.get(SHIFT_ENDS, ""))


def pin_here(request: HttpRequest) -> PinHere | None:
    """None for a browser that is no enrolled tablet, for no one, and for who has no PIN."""
    user = getattr(request, "user", None)
    if getattr(request, "tablet", None) is None or user is None or not user.is_authenticated:
        return None
    ends = request.session.get(SHIFT_ENDS)
    return check_of(user.pin, datetime.fromisoformat(ends)) if ends and user.pin else None
