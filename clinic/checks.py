"""What `manage.py check` says of a deployment: a demo in production, files that others may read,
a contact for weaknesses that no one reaches."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import connections

from clinic import clock, security_txt

OTHERS = stat.S_IRWXG | stat.S_IRWXO
KEY_FILES = ("secret_key", "trail_keys")
"""As `make run` writes them."""


@register(Tags.security)
def check_production(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """HTTPS is what tells a clinic from a demo on one's own machine."""
    found: list[CheckMessage] = []
    if not settings.SESSION_COOKIE_SECURE:
        return found
    if settings.CLINIC_DEMO:
        words = "CLINIC_DEMO is on together with HTTPS: the sign-in page would offer accounts."
        found.append(Error(words, hint="Leave CLINIC_DEMO out.", id="clinic.E001"))
    if "*" in settings.ALLOWED_HOSTS:
        words = "CLINIC_HOSTS lets any host name in."
        found.append(Error(words, hint="Name the clinic's own.", id="clinic.E002"))
    return found


@register(Tags.security)
def check_contact(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Whom strangers are told to write to."""
    words = security_txt.faults(clock.now())
    return [Warning(one, hint="See SECURITY.md.", id="clinic.W002") for one in words]


@register(Tags.database)
def check_files(
    app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """The record, its keys and anchors are for the account of the application alone."""
    if os.name != "posix":
        return []
    return [
        Warning(
            f"{path} can be read or written by other accounts of this machine.",
            hint=f"chmod go= {path}",
            id="clinic.W001",
        )
        for path in _files(databases or ())
        if path.exists() and path.stat().st_mode & OTHERS
    ]


def _files(databases: Iterable[str]) -> Iterator[Path]:
    for alias in databases:
        if connections[alias].vendor == "sqlite":
            name = str(connections[alias].settings_dict["NAME"])
            yield from (Path(f"{name}{end}") for end in ("", "-wal", "-shm"))
    yield from (settings.BASE_DIR / "var" / name for name in KEY_FILES)
    yield settings.BACKUPS
    anchors: Path = settings.ANCHORS
    yield anchors
    if anchors.is_dir():
        yield from sorted(anchors.iterdir())
