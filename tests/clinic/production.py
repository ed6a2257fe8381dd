"""Commands as they run in production."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("CLINIC_", "DJANGO_"))}
    production = {
        **kept,
        "SECRET_KEY": secrets.token_urlsafe(50),
        "CLINIC_TRAIL_KEYS": f"first:{secrets.token_urlsafe(50)}",
        "CLINIC_HOSTS": "clinic.example",
        **environment,
    }
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=production,
        capture_output=True,
        text=True,
        check=False,
    )
