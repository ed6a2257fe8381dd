"""Signing out while nothing can be written: who goes is signed out here all the same.

The browser forgets the session, and its key is kept in a file of this machine, by which it lets no
one in any more (`clinic.left`). Once something can be written the session is ended in the database,
with the shift on the tablet, and the trail is told, with when it was and when it was told.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from typing import Any, cast
from uuid import UUID

from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.models import Session
from django.db import DatabaseError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from clinic import clock, left, origin, unwritable
from clinic.actions.sessions import end_shifts, forget
from clinic.models import Shift
from clinic.pages.addresses import reverse
from clinic.refusal import GuardsMissing
from clinic.request import PublicRequest
from clinic.session_store import SessionStore
from clinic.signin import arrival, idle, receivers

logger = logging.getLogger(__name__)


def is_asked(request: HttpRequest) -> bool:
    return request.method == "POST" and request.path == reverse("sign-out")


def leave(request: HttpRequest, why: unwritable.Reason) -> HttpResponse:
    """Sign out here what cannot be signed out in the database, and say so.

    Nothing is asked of the database, which may be away.
    """
    asked = cast(PublicRequest, request)
    is_kept = _is_kept(asked)
    # An empty session, for which the browser's cookie is dropped.
    asked.session, asked.user = SessionStore(), AnonymousUser()
    asked.site, asked.sites, asked.visit, asked.permissions = None, [], None, frozenset()
    context = {"why": unwritable.WHY[why], "is_kept": is_kept}
    return render(request, "signin/left.html", context, status=HTTPStatus.SERVICE_UNAVAILABLE)


def _is_kept(request: PublicRequest) -> bool:
    """Whether it stands in the file that the session was left. A browser that cannot show that the
    session was its own writes nothing there: the database cannot be asked whose it is."""
    if not idle.is_shown(request):
        return False
    device = getattr(request, "device", "")
    key = request.session.session_key or ""
    try:
        left.keep(key, clock.now(), device, origin.address(request))
    except OSError as error:
        logger.error("a sign-out is kept nowhere: %s", error.strerror)
        return False
    logger.warning("a sign-out is kept in a file")
    return True


class TellOfLeaving:
    """Tells the database who left, once something else was written."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        left.reserve()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_written = request.method == "POST" and response.status_code < HTTPStatus.BAD_REQUEST
        if is_written and left.file().waits():
            tell()
        return response


def tell() -> None:
    """End the sessions that were left, each once, however often this is broken off. While the
    database takes nothing still, all of it waits on."""
    try:
        with unwritable.patience(), left.file().taken() as lines, transaction.atomic():
            for line in lines:
                _end(line)
    except (DatabaseError, GuardsMissing) as error:
        if unwritable.reason(error) is None:
            raise


def _end(line: str) -> None:
    """A session that is over by now was told of by what ended it, or ran out."""
    try:
        told: dict[str, Any] = json.loads(line)
    except ValueError:
        # It was being written when the machine went off: no one was told that it is kept.
        return
    session = Session.objects.filter(pk=told["key"]).first()
    content = session.get_decoded() if session else {}
    if SESSION_KEY not in content:
        return
    staff_id, at = UUID(content[SESSION_KEY]), datetime.fromisoformat(told["at"])
    with origin.acting(origin.Origin(staff_id, told["device"], told["address"])):
        tablet = content.get(arrival.TABLET)
        # One that the person began since goes on.
        end_shifts(Shift.objects.filter(tablet=tablet, staff=staff_id, began_at__lte=at))
        forget([told["key"]])
        receivers.left_at(staff_id, at)
