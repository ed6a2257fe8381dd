"""Who signed out while the database took nothing: their session lets no one in any more, and is
ended in the database once it can be (see `clinic.signin.leaving`).

The file stands beside UNTOLD_READS. It holds keys of sessions, as the database does, and is read by
its owner alone; a key that stands there opens nothing on this machine.
"""

from __future__ import annotations

import json
import logging
from datetime import datetime

from django.conf import settings

from clinic.reserved import Reserved

logger = logging.getLogger(__name__)
ROOM = 256_000
"""Bytes of the whole file: more than a thousand people who sign out."""


def file() -> Reserved:
    return Reserved(settings.UNTOLD_READS.with_name("signed-out.jsonl"), ROOM)


def reserve() -> None:
    """Take the room on the disk while there is some. Called when a server starts."""
    try:
        file().reserve()
    except OSError as error:
        logger.warning("no room is kept for who signs out in a downtime: %s", error.strerror)


def keep(key: str, at: datetime, device: str, address: str | None) -> None:
    """The session of `key` was left; it is on disk when this returns. Raises OSError where there is
    no room."""
    if not has(key):
        told = {"key": key, "at": at.isoformat(), "device": device, "address": address}
        file().keep(json.dumps(told))


def has(key: str | None) -> bool:
    """Whether the session of `key` was left; asked with each request."""
    return any(f'"{key}"' in line for line in file().lines())
