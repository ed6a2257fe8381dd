"""What is said of a tablet that may hold more of a session than is recorded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from clinic.pages.moments import clock
from clinic.tablets import Absent


@dataclass(frozen=True, slots=True)
class Line:
    """What is said, and since when, which is counted up beside it."""

    words: str
    since: datetime


def absent_lines(found: Iterable[Absent]) -> list[Line]:
    """For the pages of the session."""
    return [Line(_words(one), one.since) for one in found]


def _words(found: Absent) -> str:
    params = {"name": found.name, "at": clock(found.since), "count": found.count}
    if found.is_heard:
        words = _(
            "Tablet %(name)s holds entries of this session that are not on the server: "
            "%(count)s, the oldest of %(at)s. They are sent when who entered them signs in there."
        )
    elif found.count:
        words = _(
            "Tablet %(name)s has not been heard of since %(at)s, and holds entries of this session "
            "that are not on the server: %(count)s."
        )
    else:
        words = _(
            "Tablet %(name)s shows this session and has not been heard of since %(at)s. What was "
            "entered there since is not here yet."
        )
    return words % params


def absent_shortly(found: Absent) -> str:
    """For the card on the board."""
    params = {"name": found.name, "at": clock(found.since)}
    if found.is_heard:
        return _("Tablet %(name)s holds what is not sent, since %(at)s") % params
    return _("Tablet %(name)s: not heard of since %(at)s") % params
