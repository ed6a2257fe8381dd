"""Where a change or a look at the record comes from: who is signed in, on which device."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from ipaddress import ip_address
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest


@dataclass(frozen=True, slots=True)
class Origin:
    """`device` is the browser's own id; all of it is empty for a management command. `sent_by` is
    who is signed in, where what they send was entered by someone else, who then acts."""

    staff_id: UUID | None = None
    device: str = ""
    address: str | None = None
    sent_by: UUID | None = None


NOWHERE = Origin()
_origin: ContextVar[Origin] = ContextVar("origin", default=NOWHERE)


def current() -> Origin:
    return _origin.get()


@contextmanager
def acting(origin: Origin) -> Iterator[None]:
    token = _origin.set(origin)
    try:
        yield
    finally:
        _origin.reset(token)


def address(request: HttpRequest) -> str | None:
    """The network address as the server, or the one proxy in front of it, saw it."""
    seen = request.META.get("REMOTE_ADDR", "")
    if settings.BEHIND_PROXY:
        seen = request.headers.get("X-Forwarded-For", seen).rsplit(",", 1)[-1].strip()
    try:
        return str(ip_address(seen))
    except ValueError:
        return None
