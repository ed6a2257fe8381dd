"""The floor board: one card a patient, the most urgent first."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from clinic import clock, emergency, proposals, tablets
from clinic.access import Permission
from clinic.models import Site, Staff
from clinic.pages import protect
from clinic.pages.protect import page
from clinic.request import ClinicRequest, SignedInRequest
from clinic.tablets import Absent
from monitoring.models import Admission, Decision, Order, Session, recorded
from monitoring.models.history import load_history
from monitoring.models.rows import load
from monitoring.reports import calls, form_state
from monitoring.reports.reviews import count_waiting
from monitoring.rules.urgency import NOT_HERE_YET
from monitoring.web import news
from monitoring.web.floor.next_step import Permissions
from monitoring.web.lookup import log_read, not_here
from monitoring.web.presenters.cards import Card, card, told_apart, with_absent
from monitoring.web.presenters.watch import loads, watched_by

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
    tomorrow = _tomorrow(request.site, now)
    absent, heads = tablets.absent(request.site, now), ""
    if is_poll:
        told = recorded.on_board(request.site.pk, tomorrow)
        heads = news.heads(request, told, tomorrow, absent)
        if news.has_none(request, heads, now):
            return news.nothing()
    sessions = _sessions(request.site, tomorrow)
    found = cards(sessions, now, request.permissions, request.user, absent)
    many = loads(sessions, request.site)

    def shown_at(at: datetime) -> str:
        again = partial(cards, sessions, at, request.permissions, request.user, absent)
        told = found if at == now else again()
        return news.digest((told, many))

    version = news.version(heads, now, shown_at)
    if same := news.unchanged(request, version):
        return same
    context: dict[str, Any] = {"cards": found, "loads": many, "version": version}
    log_read(request, "listed", [c.patient_id for c in found])
    if not is_poll:
        permissions: Permissions = request.permissions
        may_review = Permission.REVIEW_READING in permissions
        reviews = count_waiting(request.site) if may_review else 0
        site = request.site
        if Permission.FILE_FORM in request.permissions:
            context["forms_told"] = form_state.told(site, now)
        may_call = Permission.CALL_PATIENT in permissions
        context["calls"] = calls.waiting(site, now).count() if may_call else 0
        context |= {"area": "board", "today": now, "reviews": reviews}
        context |= {"visits": emergency.visits(site), "proposals": proposals.open_at(site)}
        if Permission.REVIEW_VISIT in permissions:
            context["to_review"] = emergency.to_review(site).count()
        return render(request, "board/board.html", context)
    return render(request, "board/_cards.html", context)


@require_safe
@page(Permission.VIEW_BOARD)
def onward(request: ClinicRequest, session_id: UUID) -> HttpResponse:
    """Who must be looked at first beside the patient of this session, with one tap to it; nothing
    while there is no one else."""
    if not Session.objects.at(request.site).filter(pk=session_id).exists():
        raise not_here(request, session_id)
    now = clock.now()
    sessions = _sessions(request.site, _tomorrow(request.site, now))
    others = (
        card
        for card in cards(sessions, now, request.permissions, request.user)
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


def _sessions(site: Site, tomorrow: datetime) -> list[Session]:
    """Those in progress, and those planned until midnight at the site, as their cards need them."""
    sessions = list(
        Session.objects.at(site)
        .on_board(tomorrow)
        .with_observations()
        .select_related("standing_clearance", "observer")
    )
    # Before the dose the next step rests on the order, the answers, on what a clinician decided,
    # and on what the patient's earlier sessions ask.
    to_dose = [s for s in sessions if s.phase in {Session.Phase.PLANNED, Session.Phase.ARRIVED}]
    load(to_dose, [Order])
    arrived = [session for session in sessions if session.phase == Session.Phase.ARRIVED]
    load(arrived, [Admission, Decision])
    load_history(arrived)
    return sessions


def cards(
    sessions: list[Session],
    now: datetime,
    permissions: Permissions,
    person: Staff,
    absent: Mapping[UUID, list[Absent]] = NO_TABLETS,
) -> list[Card]:
    """A card for each of `sessions`, first things first for `person`; `absent` are the tablets that
    may hold more of a session than is recorded."""
    watched = watched_by(sessions, person) + 1
    made = [card(s, now, permissions, person, watched) for s in sessions]
    found = told_apart([with_absent(c, absent.get(c.id, ())) for c in made])
    return sorted(found, key=lambda c: c.rank)
