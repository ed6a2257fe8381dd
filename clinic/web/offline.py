"""What a tablet keeps for the moments in which the server is not reached: one page without anyone.

The service worker of the browser is `static/clinic/service-worker.js`; the server writes the page,
the names of its files and the name of the release in front of it.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.views.decorators.http import require_safe

from clinic.middleware import content_policy
from clinic.pages.protect import public
from clinic.request import PublicRequest

SCRIPT = "clinic/service-worker.js"
FILES = ("clinic/app.css", "clinic/theme.js", "clinic/offline.js")
"""What the page without a network is drawn with."""
PATIENCE = 10_000
"""Milliseconds without an answer, after which the server is asked whether it is there at all."""


@require_safe
@public
def service_worker(request: PublicRequest) -> HttpResponse:
    """The script, with the release that it belongs to. It is asked for again with each page."""
    text = f"self.release = {json.dumps(release())};\n{_script()}"
    return HttpResponse(text, content_type="text/javascript; charset=utf-8")


def release() -> dict[str, Any]:
    """The page, its files and headers; `name` changes with any of them and any static file."""
    return _made(getattr(staticfiles_storage, "manifest_hash", ""), content_policy())


@cache
def _made(files: str, policy: str) -> dict[str, Any]:
    """Drawn once a process: each page asks for it."""
    kept = {
        "page": render_to_string("offline.html"),
        "files": [static(name) for name in FILES],
        "patience": PATIENCE,
        "headers": {
            "Content-Type": "text/html; charset=utf-8",
            "Content-Security-Policy": policy,
            "Cache-Control": "no-store",
        },
    }
    told = [kept, files]
    return kept | {"name": hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]}


def _script() -> str:
    return Path(str(finders.find(SCRIPT))).read_text(encoding="utf-8")
