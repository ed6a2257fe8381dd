"""The floor board: one card a patient, the most urgent first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from clinic import clock, emergency, proposals, tablets
from clinic.access import Permission
from clinic.models import Site, Staff
from clinic.models.counts import Counts
from clinic.pages import protect
from clinic.pages.protect import page
from clinic.request import ClinicRequest, SignedInRequest
from clinic.tablets import Absent
from monitoring.guards.watch import seen
from monitoring.models import Session, recorded
from monitoring.reports import calls, form_state, reviews
from monitoring.rules.urgency import NOT_HERE_YET
from monitoring.web import news
from monitoring.web.floor.floor import Floor, Timed
from monitoring.web.lookup import log_read, not_here
from monitoring.web.presenters.cards import Card, for_person, told_apart, with_absent
from monitoring.web.presenters.watch import loads

NO_TABLETS: Mapping[UUID, list[Absent]] = {}


@protect.signed_in
@require_safe
def start(request: SignedInRequest) -> HttpResponseBase:
    """The address of the clinic: the board, or where the work of someone without one begins."""
    if Permission.VIEW_BOARD in request.permissions:
        return board(request)
    if "HX-Request" in request.headers:
        raise PermissionDenied
    return redirect("home")


@page(Permission.VIEW_BOARD)
def board(request: ClinicRequest) -> HttpResponse:
    """The cards alone when the page asks again, and nothing when nothing has changed."""
    now = clock.now()
    is_poll = bool(request.headers.get("HX-Request"))
    watched = seen()
    tomorrow = _tomorrow(request.site, now)
    if is_poll:
        told = recorded.on_board(request.site.pk, tomorrow)
        absent = tablets.absent(told.tablets, now)
        heads = news.heads(request, told.rows, tomorrow, absent, watched)
        if news.has_none(request, heads, now):
            return news.nothing()
    else:
        absent, heads = tablets.absent(tablets.in_use(request.site), now), ""
    floor = Floor.read(request.site, now, tomorrow, request.permissions)
    timed = floor.cards()
    found = cards(floor, timed, request.user, absent)
    many = loads((one.observer for one in timed), request.site)
    # What `cards` adds to each follows from who looks, the tablets and the cards beside it.
    own = sorted(one.digest for one in timed)
    shown = news.digest((own, request.user.pk, absent, many, watched))
    version = news.version(
        shown, heads, lambda: min((one.until() for one in timed), default=tomorrow)
    )
    if same := news.unchanged(request, version):
        return same
    context: dict[str, Any] = {
        "cards": found,
        "loads": many,
        "version": version,
        "watched": watched,
    }
    log_read(request, "listed", [c.patient_id for c in found])
    if not is_poll:
        context |= {"area": "board", "today": now, **_notices(request, now)}
        return render(request, "board/board.html", context)
    return render(request, "board/_cards.html", context)


PEOPLE: Mapping[str, Callable[[Site], QuerySet[Any]]] = {
    "visits": emergency.visits,
    "proposals": proposals.open_at,
}
"""What is named above the cards where there is any."""
ASKED_BY = {Permission.CALL_PATIENT: "calls", Permission.REVIEW_VISIT: "to_review"}
"""What is counted for whom it is the work of."""
LATE = tuple(f"late {number}" for number in range(4))
"""What came after the patient had left: each list of `reviews.waiting_lists`."""


def _counted(site: Site, now: datetime) -> dict[str, QuerySet[Any]]:
    return {
        "visits": emergency.visits(site, now),
        "proposals": proposals.open_at(site),
        "calls": calls.waiting(site, now),
        "to_review": emergency.to_review(site, now),
        **dict(zip(LATE, reviews.waiting_lists(site), strict=True)),
    }


COUNTS = Counts(_counted, lambda site, now: [now, *calls.days(site, now)])


def _notices(request: ClinicRequest, now: datetime) -> dict[str, Any]:
    """What stands above the cards of a board that is opened: counted by one statement, and read
    where there is any."""
    site, permissions = request.site, request.permissions
    late = LATE if Permission.REVIEW_READING in permissions else ()
    more = (name for needed, name in ASKED_BY.items() if needed in permissions)
    told: dict[str, Any] = COUNTS.told(site, now, (*PEOPLE, *more, *late))
    told["reviews"] = sum(told.pop(name) for name in late)
    told |= {name: of(site) for name, of in PEOPLE.items() if told[name]}
    if Permission.FILE_FORM in permissions:
        told["forms_told"] = form_state.told(site, now)
    return told


@require_safe
@page(Permission.VIEW_BOARD)
def onward(request: ClinicRequest, session_id: UUID) -> HttpResponse:
    """Who must be looked at first beside the patient of this session, with one tap to it; nothing
    while there is no one else."""
    if not Session.objects.at(request.site).filter(pk=session_id).exists():
        raise not_here(request, session_id)
    now = clock.now()
    floor = Floor.read(request.site, now, _tomorrow(request.site, now), request.permissions)
    others = (
        card
        for card in cards(floor, floor.cards(), request.user)
        if card.id != session_id and card.kind not in NOT_HERE_YET
    )
    found = next(others, None)
    if found is None:
        return news.nothing()
    log_read(request, "listed", [found.patient_id])
    return render(request, "session/_next.html", {"card": found})


def _tomorrow(site: Site, now: datetime) -> datetime:
    """The midnight at the site that comes next."""
    local = timezone.localtime(now, site.tz)
    return local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)


def cards(
    floor: Floor,
    timed: list[Timed],
    person: Staff,
    absent: Mapping[UUID, list[Absent]] = NO_TABLETS,
) -> list[Card]:
    """The cards of `floor`, first things first for `person`; `absent` are the tablets that may hold
    more of a session than is recorded."""
    watched = sum(one.observer == person for one in timed) + 1
    made = [for_person(one.card, person, floor.site, watched) for one in timed]
    found = told_apart([with_absent(c, absent[c.id]) if c.id in absent else c for c in made])
    return sorted(found, key=lambda c: c.rank)
