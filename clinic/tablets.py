"""Shared tablets of a site are known by a signed cookie."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from uuid import UUID

from django.conf import settings
from django.http.response import HttpResponseBase

from clinic import clock
from clinic.actions.sessions import note_screen, note_unsent, note_use
from clinic.models import Site, Tablet
from clinic.models.constant import Constant
from clinic.models.tablet import Seen
from clinic.request import PublicRequest
from clinic.signin.idle import is_poll

YEAR = 365 * 24 * 60 * 60
DAY = 24 * 60 * 60
UNUSED_FOR = timedelta(days=30)
"""A tablet that no one used for so long, or a cookie of it that is so old, is none any more."""
SEEN_EVERY = timedelta(minutes=1)
UNHEARD_AFTER = timedelta(minutes=3)
"""A tablet in contact asks for news every few seconds. As long as one may lie untouched."""


UNSENT = "X-Unsent"
"""The header by which a tablet says what is on it alone: of each entry `session=seconds`, between
commas."""
UUID_TEXT = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
SECONDS = re.compile(r"\d{9,10}")
MOST_TOLD = 60
"""Entries that are read of one header: more than a tablet ever holds."""


@dataclass(frozen=True, slots=True)
class Absent:
    """A tablet that may hold more of a session than is recorded.

    `since` is when it was heard of last, or of one in contact, `is_heard`, when the oldest of
    `count` entries was made.
    """

    name: str
    is_heard: bool
    since: datetime
    count: int


_IN_USE = Constant(
    lambda sites: Tablet.objects.filter(site__in=sites, revoked_at=None).order_by("name")
)
"""Asked with each board and session that is opened."""


def in_use(site: Site) -> list[Seen]:
    """Those of the site, by name: one query."""
    return [Seen(t.name, t.last_seen_at, t.on_screen, t.unsent) for t in _IN_USE.rows([site.pk])]


def absent(tablets: Iterable[Seen], now: datetime) -> dict[UUID, list[Absent]]:
    """By session, those of `tablets` that show it and were not heard of, or that hold an entry of
    it."""
    found: dict[UUID, list[Absent]] = {}
    for tablet in tablets:
        is_heard = now - tablet.last_seen_at < UNHEARD_AFTER
        held = {UUID(key): (count, at) for key, count, at in tablet.unsent}
        shown = {tablet.on_screen} if tablet.on_screen and not is_heard else set()
        for session in held.keys() | shown:
            count, at = held.get(session, (0, 0))
            since = datetime.fromtimestamp(at, UTC) if is_heard else tablet.last_seen_at
            found.setdefault(session, []).append(Absent(tablet.name, is_heard, since, count))
    return found


def read_unsent(told: str) -> list[list[str | int]]:
    """What a tablet says that it holds: of each session the number of entries and when the oldest
    was made, in seconds. What does not read as such is passed over."""
    found: dict[str, list[int]] = {}
    for session, _, at in (one.partition("=") for one in told.split(",")[:MOST_TOLD]):
        if UUID_TEXT.fullmatch(session) and SECONDS.fullmatch(at):
            found.setdefault(session, []).append(int(at))
    return [[session, len(times), min(times)] for session, times in sorted(found.items())]


_NOT_REVOKED = Constant(
    lambda ids: Tablet.objects.filter(pk__in=ids, revoked_at=None).select_related("site")
)
"""Asked with each request of a tablet."""


def current(request: PublicRequest) -> Tablet | None:
    """The tablet that sent the request: None for a browser that was never enrolled, at no cost, for
    one that was revoked or not used for so long, and for the cookie of one in another browser."""
    found = request.get_signed_cookie(settings.TABLET_COOKIE_NAME, "", max_age=UNUSED_FOR)
    if not found:
        return None
    tablet = next(iter(_NOT_REVOKED.rows([UUID(found)])), None)
    if tablet is None or tablet.device != request.device:
        return None
    unseen_for = clock.now() - tablet.last_seen_at
    if unseen_for >= UNUSED_FOR:
        return None
    if unseen_for > SEEN_EVERY:
        note_use(tablet)
    return tablet


def note(request: PublicRequest, response: HttpResponseBase, tablet: Tablet) -> None:
    """Keep which session the tablet shows from now on, and what it says is not sent yet."""
    unsent = read_unsent(request.headers.get(UNSENT, ""))
    if UNSENT in request.headers and unsent != tablet.unsent:
        note_unsent(tablet, unsent)
    if is_poll(request) or not _is_page(request, response):
        return
    found = request.resolver_match
    shown: UUID | None = found.kwargs.get("session_id") if found else None
    if shown != tablet.on_screen:
        note_screen(tablet, shown)


def _is_page(request: PublicRequest, response: HttpResponseBase) -> bool:
    kind = response.headers.get("Content-Type", "")
    return request.method == "GET" and response.status_code == HTTPStatus.OK and "html" in kind


def renew(request: PublicRequest, response: HttpResponseBase, tablet: Tablet) -> None:
    """Once a day, so that the cookie of a tablet in use never ends, and a copy of it does."""
    if not request.get_signed_cookie(settings.TABLET_COOKIE_NAME, "", max_age=DAY):
        remember(response, tablet)


def remember(response: HttpResponseBase, tablet: Tablet) -> None:
    """Make the browser the tablet: by two cookies, of which neither is one without the other."""
    for name, value, lasts in (
        (settings.TABLET_COOKIE_NAME, str(tablet.pk), int(UNUSED_FOR.total_seconds())),
        (settings.DEVICE_COOKIE_NAME, tablet.device, YEAR),
    ):
        response.set_signed_cookie(
            name,
            value,
            max_age=lasts,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
