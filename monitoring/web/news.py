"""Whether a page that asks again has news for the person, without being made anew.

What it shows changes with what was recorded, or with time alone. Each verb moves the head of a
chain (clinic/trail), so that the heads of the sessions shown, of their patients and those patients'
other sessions, of who watches them, and of the organisation tell of every change in two queries. Up
to which moment time alone changes nothing is found when the page is made, by making it once for now
and once for then: no list of moments is kept beside the rules. Time alone never brings back what a
page showed before, so that what is alike at both ends is alike between them.

All of that travels with the page as its `version`, which a person could only change to their own
disadvantage: nothing is kept on the server, and no answer is another person's. An answer without
news shows no one, so that it makes no entry in the access log; a page that is sent again does, each
quarter of an hour (monitoring/proof/reads.py).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q
from django.http import HttpResponse

from clinic.models import ChainHead
from clinic.request import ClinicRequest
from clinic.trail.chain import ORGANISATION
from monitoring.models import Session
from monitoring.models.session import SessionQuerySet

AHEAD = (timedelta(minutes=10), timedelta(minutes=1))
"""How far ahead a page is tried, the furthest first."""


def heads(request: ClinicRequest, sessions: SessionQuerySet, *more: object) -> str:
    """What was recorded that `sessions` show to this person; changes with any of it, and `more`."""
    shown: list[tuple[UUID | None, ...]] = list(
        sessions.order_by("pk").values_list("pk", "patient_id", "observer_id", "prescriber_id")
    )
    chains = {chain for row in shown for chain in row if chain} | {ORGANISATION}
    history = Session.objects.filter(patient__in={row[1] for row in shown}).values("pk")
    found = ChainHead.objects.filter(Q(pk__in=chains) | Q(pk__in=history)).order_by("pk")
    told = (
        request.user.pk,
        sorted(p.value for p in request.permissions),
        shown,
        list(found.values_list("pk", "digest")),
        more,
    )
    return digest(told)


def digest(shown: object) -> str:
    return hashlib.sha256(repr(shown).encode()).hexdigest()[:16]


def has_none(request: ClinicRequest, heads: str, now: datetime) -> bool:
    """Whether nothing was recorded and no time has passed that could change the page."""
    _, known, until = _known(request)
    return known == heads and until.isdecimal() and now.timestamp() < int(until)


def version(heads: str, now: datetime, shown_at: Callable[[datetime], str]) -> str:
    """Names what the page shows: `shown_at` says it for a moment, from what is loaded already.

    Without `heads`, for a page that is opened, up to when it holds is left to its first question.
    """
    shown = shown_at(now)
    if not heads:
        return shown
    steady = (now + far for far in AHEAD if shown_at(now + far) == shown)
    return f"{shown}.{heads}.{int(next(steady, now).timestamp())}"


def unchanged(request: ClinicRequest, version: str) -> HttpResponse | None:
    """The answer to a page that shows the same as it would anew: none but its new version."""
    if "HX-Request" not in request.headers or _known(request)[0] != version.partition(".")[0]:
        return None
    return nothing(version)


def nothing(version: str = "") -> HttpResponse:
    """There is no news; `connection.js` names the page by `version` from now on."""
    return HttpResponse(status=204, headers={"X-Version": version} if version else {})


def _known(request: ClinicRequest) -> tuple[str, str, str]:
    shown, heads, until, *_ = [*request.GET.get("version", "").split("."), "", "", ""]
    return shown, heads, until
