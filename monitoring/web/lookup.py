"""Finding what a page is about, at the request's site alone: anything else is 404."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import cast
from uuid import UUID

from django.http import Http404
from django.http.response import HttpResponseBase

from clinic.access import may
from clinic.models import Site
from clinic.pages.protect import AtOtherSite
from clinic.request import ClinicRequest, PublicRequest, Shown
from clinic.signin.idle import is_poll
from monitoring.models import Session
from monitoring.proof import reads, untold
from monitoring.reports.session_report import load

Handler = Callable[[PublicRequest], HttpResponseBase]
Find = Callable[[Site, UUID], Session | None]
"""Loads a session of a site, if it is there, with as much of its record as a page shows."""


def read(request: ClinicRequest, session: Session) -> None:
    """Say that the answer to this request shows the session."""
    log_read(request, "opened", [session.patient_id], session.pk)


def log_read(
    request: ClinicRequest,
    action: str,
    patients: Iterable[UUID],
    session_id: UUID | None = None,
) -> None:
    """Say whom the answer to this request shows; that they were shown is kept with the answer."""
    request.shown.whom.append((action, tuple(patients), session_id))


def not_here(request: ClinicRequest, session_id: UUID) -> Exception:
    """What to raise for a session that is not at the request's site.

    Where it is at another site at which the person may see this page, they are asked to work there,
    so that it is read and answered in its own site's time. To anyone else it does not exist.
    """
    others = [s for s in request.sites if s != request.site]
    needs = getattr(request.resolver_match and request.resolver_match.func, "needs", None)
    if others and needs is not None:
        found = Session.objects.filter(pk=session_id, site__in=others)
        there = found.values_list("site", flat=True).first()
        for site in others:
            if site.pk == there and all(may(request.user, need, site) for need in needs):
                return AtOtherSite(site)
    return Http404()


def require_here(request: ClinicRequest, session_id: UUID) -> None:
    """For what is sent before its session is loaded: nothing is written from another site.

    Whoever works at one site alone is asked by the verb.
    """
    is_anywhere_else = len(request.sites) > 1
    if is_anywhere_else and not Session.objects.at(request.site).filter(pk=session_id).exists():
        raise not_here(request, session_id)


def open_session(request: ClinicRequest, session_id: UUID, find: Find = load) -> Session:
    """The session as `find` loads it, with its whole record; it is logged that the answer shows it.

    Raises what `not_here` makes for a session that is not at the request's site.
    """
    found = find(request.site, session_id)
    if found is None:
        raise not_here(request, session_id)
    read(request, found)
    return found


class LogReads:
    """Keeps who was shown whose record, whatever was asked by which method and however it was
    answered: a form that was refused shows the page, too.

    An answer without a page shows no one. A page that brings itself up to date is kept again after
    a quarter of an hour. What cannot be kept is not shown.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response
        untold.reserve()

    def __call__(self, request: PublicRequest) -> HttpResponseBase:
        request.shown = shown = Shown()
        response = self.get_response(request)
        if shown and not _is_empty(response):
            asked = cast(ClinicRequest, request)
            page, by, site = page_of(request), asked.user, asked.site
            for action, patients, session_id in shown.whom:
                kept = reads.Read(by, site, action, page, session_id)
                new = reads.not_lately(kept, patients) if is_poll(request) else patients
                reads.log_reads(kept, new, shown.at)
        return response

    def process_exception(self, request: PublicRequest, exception: Exception) -> None:
        """The page of an error names no one."""
        request.shown.whom.clear()


def page_of(request: PublicRequest) -> str:
    return str(request.resolver_match and request.resolver_match.url_name)


def _is_empty(response: HttpResponseBase) -> bool:
    """Whether there is no page in it: a redirect, or no news."""
    return response.has_header("Location") or response.status_code == HTTPStatus.NO_CONTENT
