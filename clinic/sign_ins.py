"""Who is signed in where: one row for each signed-in session, whatever the means.

The session itself is Django's; the row of the sign-in library beside it says whose it is, so that
all of a person's sessions can be found, shown and ended.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from allauth.usersessions.models import UserSession
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from clinic import origin
from clinic.models import Membership, Site, Staff, Tablet
from clinic.signin import arrival

MOST_FORGOTTEN = 500
"""How many sessions whose time is over go with each sign-in: so no one has to clear them."""
UNKNOWN = "::"
"""The unspecified address, for a session whose address the server did not see."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """`tablet` is None in the office; `device` is what the trail calls the browser."""

    id: int
    key: str
    staff: Staff
    since: datetime
    means: tuple[str, ...]
    tablet: Tablet | None
    device: str
    address: str
    agent: str


def remember(request: HttpRequest, user: Staff) -> None:
    """Note whose session this is, and forget those that are over."""
    if request.session.session_key is None:
        request.session.save()
    row = UserSession(
        session_key=request.session.session_key,
        user=user,
        ip=origin.address(request) or UNKNOWN,
        user_agent=request.META.get("HTTP_USER_AGENT", "")[:200],
        data={"device": getattr(request, "device", "")},
    )
    UserSession.objects.bulk_create(
        [row],
        update_conflicts=True,
        unique_fields=["session_key"],
        update_fields=["user", "ip", "user_agent", "created_at", "data"],
    )
    over = Session.objects.filter(expire_date__lt=timezone.now()).values("pk")[:MOST_FORGOTTEN]
    ended, _ = Session.objects.filter(pk__in=over).delete()
    if ended:
        kept = Session.objects.filter(session_key=OuterRef("session_key"))
        UserSession.objects.filter(~Exists(kept)).delete()


def forget(request: HttpRequest) -> None:
    """The session of the request is over."""
    UserSession.objects.filter(session_key=request.session.session_key or "").delete()


def of_site(site: Site) -> list[SignIn]:
    """The sessions of the site's people that still let them in, the latest first: three queries.

    A session is over when it ran out or was ended, when the password changed, or when its tablet
    was revoked.
    """
    found = list(rows(site).select_related("user").order_by("-created_at", "-pk"))
    kept = Session.objects.filter(expire_date__gt=timezone.now())
    sessions = {s.session_key: s for s in kept.filter(pk__in=[r.session_key for r in found])}
    content = {key: session.get_decoded() for key, session in sessions.items()}
    tablets = _tablets(content.values())
    return [
        _sign_in(row, content[row.session_key], tablets)
        for row in found
        if row.session_key in content and _lets_in(row.user, content[row.session_key], tablets)
    ]


def rows(site: Site) -> QuerySet[Any]:
    """Sessions of people who work at the site; who visits in an emergency works elsewhere."""
    here = Membership.objects.filter(site=site).exclude(role=Membership.Role.EMERGENCY)
    found: QuerySet[Any] = UserSession.objects.filter(user__in=here.values("staff"))
    return found


def _tablets(contents: Iterable[dict[str, Any]]) -> dict[str, Tablet]:
    wanted = {UUID(content[arrival.TABLET]) for content in contents if arrival.TABLET in content}
    in_use = Tablet.objects.filter(pk__in=wanted, revoked_at=None)
    return {str(tablet.pk): tablet for tablet in in_use}


def _lets_in(staff: Staff, content: dict[str, Any], tablets: dict[str, Tablet]) -> bool:
    is_theirs = content.get(SESSION_KEY) == str(staff.pk) and staff.is_active
    is_valid = constant_time_compare(
        content.get(HASH_SESSION_KEY, ""), staff.get_session_auth_hash()
    )
    has_tablet = content.get(arrival.TABLET) is None or content[arrival.TABLET] in tablets
    return is_theirs and is_valid and has_tablet


def _sign_in(row: Any, content: dict[str, Any], tablets: dict[str, Tablet]) -> SignIn:
    return SignIn(
        id=row.pk,
        key=row.session_key,
        staff=row.user,
        since=row.created_at,
        means=tuple(content.get(arrival.MEANS, ())),
        tablet=tablets.get(content.get(arrival.TABLET, "")),
        device=row.data.get("device", ""),
        address="" if row.ip == UNKNOWN else row.ip,
        agent=row.user_agent,
    )
