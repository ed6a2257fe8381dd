"""Whether a page that asks again has news for the person, without being made anew.

What it shows changes with what was recorded, or with time alone. Each verb moves the head of a
chain (clinic/trail), so that the heads of the sessions shown, of their patients and those patients'
other sessions, of who watches them, and of the organisation tell of every change in one query
(monitoring/models/recorded.py). Up to which moment time alone changes nothing is found when the
page is made, by making it once for now and once for then: no list of moments is kept beside the
rules. Time alone never brings back what a page showed before, so that what is alike at both ends is
alike between them.

All of that travels with the page as its `version`, which a person could only change to their own
disadvantage: nothing is kept on the server, and no answer is another person's. An answer without
news shows no one, so that it makes no entry in the access log; a page that is sent again does, each
quarter of an hour (monitoring/proof/reads.py).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta

from django.http import HttpResponse

from clinic.request import ClinicRequest
from monitoring.models.recorded import Row

AHEAD = (timedelta(minutes=10), timedelta(minutes=1))
"""How far ahead a page is tried, the furthest first."""


def heads(request: ClinicRequest, recorded: list[Row], *more: object) -> str:
    """What was recorded that the page shows to this person, as `monitoring.models.recorded` tells
    it; changes with any of it, and with `more`."""
    return digest((request.user.pk, sorted(p.value for p in request.permissions), recorded, more))


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
