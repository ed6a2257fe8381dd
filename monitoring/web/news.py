"""Whether a page that asks again has news for the person, without being made anew.

What it shows changes with what was recorded, or with time alone. Each verb moves the head of a
chain (clinic/trail), so that the heads of the sessions shown, of their patients and those patients'
other sessions, of who watches them, and of the organisation tell of every change in one query
(monitoring/models/recorded.py). Up to which moment time alone changes nothing is found by making
what is shown once for now and once for then: no list of moments is kept beside the rules. Time
alone never brings back what a page showed before, so that what is alike at both ends is alike
between them.

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

from clinic.models.constant import Row
from clinic.request import ClinicRequest

AHEAD = timedelta(minutes=10)
"""How far ahead is looked, at most."""
NEAR = timedelta(seconds=20)
"""How near to the moment of a change the look ahead ends."""


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


def steady_until(now: datetime, is_same: Callable[[datetime], bool]) -> datetime:
    """Up to when time alone changes nothing: `is_same` says whether what is shown then is what is
    shown `now`. At most `AHEAD`, and `now` where a change is nearer than `NEAR`."""
    if is_same(now + AHEAD):
        return now + AHEAD
    steady, changed = now, now + AHEAD
    while changed - steady > NEAR:
        between = steady + (changed - steady) / 2
        if is_same(between):
            steady = between
        else:
            changed = between
    return steady


def version(shown: str, heads: str, until: Callable[[], datetime]) -> str:
    """Names what the page shows, of which time alone changes nothing up to `until`.

    Without `heads`, for a page that is opened, that is left to its first question.
    """
    return f"{shown}.{heads}.{int(until().timestamp())}" if heads else shown


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
