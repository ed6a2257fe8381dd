"""The application without one of the things that keep the record: what is lost, doubled or false
then, the campaigns have to find. WEAKENED names it; without a name the application is whole, but
that a password is hashed once, so that thousands of signatures do not take hours."""

from __future__ import annotations

import io
import os
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.contrib.auth.hashers import PBKDF2PasswordHasher

from clinic.ids import uuid7
from clinic.wsgi import application as whole
from monitoring.guards import privileges

Start = Callable[..., Any]
SAVED = "302 Found"
PBKDF2PasswordHasher.iterations = 1


def _unheard(*_: Any) -> Callable[[bytes], object]:
    return lambda _: None


def application(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
    path = environ["PATH_INFO"]
    if environ["REQUEST_METHOD"] != "POST" or not path.endswith("/reading/"):
        return whole(environ, start)
    return WAYS[os.environ.get("WEAKENED", "")](environ, start, path.removesuffix("reading/"))


def _acknowledged_first(environ: dict[str, Any], start: Start, leads: str) -> Iterable[bytes]:
    """It says that it is saved, and saves then."""
    body = environ["wsgi.input"].read()
    later = environ | {"wsgi.input": io.BytesIO(body)}

    def save() -> None:
        time.sleep(0.5)
        list(whole(later, _unheard))

    threading.Thread(target=save, daemon=True).start()
    start(SAVED, [("Location", leads)])
    return []


def _another_id(environ: dict[str, Any], start: Start, leads: str) -> Iterable[bytes]:
    """The form that is sent again is another one."""
    form = dict(parse_qsl(environ["wsgi.input"].read().decode()))
    sent = urlencode(form | {"id": str(uuid7()), "another": "on"}).encode()
    environ |= {"wsgi.input": io.BytesIO(sent), "CONTENT_LENGTH": str(len(sent))}
    return whole(environ, start)


def _always_saved(environ: dict[str, Any], start: Start, leads: str) -> Iterable[bytes]:
    """It says that it is saved, whatever the database said."""
    list(whole(environ, _unheard))
    start(SAVED, [("Location", leads)])
    return []


def _whole(environ: dict[str, Any], start: Start, leads: str) -> Iterable[bytes]:
    return whole(environ, start)


WAYS = {
    "": _whole,
    "commit": _acknowledged_first,
    "id": _another_id,
    "word": _always_saved,
    "sync": _whole,
}
if os.environ.get("WEAKENED") == "sync":
    from django.db import connections

    options = connections.settings["default"]["OPTIONS"]
    if "init_command" in options:
        options["init_command"] = options["init_command"].replace("=FULL", "=OFF")
    # PostgreSQL is started so. The product would refuse to write on either.
    privileges.UNSAFE.clear()
    privileges.SQLITE_SETTINGS.clear()
