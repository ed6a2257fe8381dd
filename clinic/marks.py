"""What the commands of this machine leave for the one who watches it: when each last ended well.

A mark is a small file outside the database, so that it is read also when the database is not.
"""

from __future__ import annotations

import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from clinic import clock


def leave(name: str, **facts: Any) -> None:
    """Write the mark `name`, in full or not at all."""
    folder: Path = settings.STATE
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = folder / f"{name}.{os.getpid()}.draft"
    draft.write_text(json.dumps({"at": clock.now().isoformat(), **facts}))
    draft.replace(folder / f"{name}.json")


def read(name: str) -> dict[str, Any]:
    """The mark `name`, with its moment under `at`; empty where there is none."""
    try:
        found: dict[str, Any] = json.loads((settings.STATE / f"{name}.json").read_text())
        return found | {"at": datetime.fromisoformat(found["at"])}
    except (OSError, ValueError, KeyError, TypeError):
        return {}
