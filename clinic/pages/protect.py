"""Who may reach a view: its decorator says which permissions it needs.

`tests/clinic/test_access.py` walks all routes: a view without one of these decorators fails there.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol, cast
from urllib.parse import urlsplit, urlunsplit

from allauth.account.decorators import reauthentication_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render, resolve_url

from clinic import origin, tickets
from clinic.access import Permission
from clinic.models import Site
from clinic.request import ClinicRequest, PublicRequest, SignedInRequest

logger = logging.getLogger(__name__)


ENTERED_BY = "X-Entered-By"
"""The header by which the outbox of a tablet names who entered what it sends."""


def _is_of_another(request: HttpRequest) -> bool:
    """Whether what is sent was entered by someone else than who is signed in."""
    return ENTERED_BY in request.headers and request.headers[ENTERED_BY] != str(request.user.pk)


def _is_asked_by_script(request: HttpRequest) -> bool:
    """A script is told so: it would take the page for signing in for its answer."""
    return "HX-Request" in request.headers or request.headers.get("Accept") == "application/json"


class AtOtherSite(Exception):
    """What is asked for is at another site, at which the person may have it: `site`."""

    def __init__(self, site: Site) -> None:
        self.site = site
        super().__init__(site.name)


AnyView = Callable[..., HttpResponseBase]
P = ParamSpec("P")


class PageView(Protocol):
    """A view that says which permissions it needs, None where anyone may come; and whether a
    colleague's ticket lets them send here."""

    needs: frozenset[Permission] | None
    takes_tickets: bool

    def __call__(self, request: HttpRequest, /, *args: Any, **kwargs: Any) -> HttpResponseBase: ...


def page(
    *needed: Permission, takes_tickets: bool = False
) -> Callable[[Callable[Concatenate[ClinicRequest, P], HttpResponseBase]], PageView]:
    """Let only people with every permission in `needed`, at the request's site, reach the view.

    A person who is not signed in is sent to sign in, or to the lock of an enrolled tablet, and a
    script that asks for them is told 401; so is one that sends what someone else entered. A person
    without the role gets 403; one whose role needs a second factor and who has none yet is sent to
    their account to add it. What is at another site of theirs is not shown here: they are asked
    whether to work there.

    `takes_tickets`: a colleague on the tablet may send what someone else entered here. The view
    asks `request.author` who acts.
    """

    def protect(view: Callable[Concatenate[ClinicRequest, P], HttpResponseBase]) -> PageView:
        @wraps(view)
        def protected(
            request: ClinicRequest, *args: P.args, **kwargs: P.kwargs
        ) -> HttpResponseBase:
            is_of_colleague = takes_tickets and tickets.TICKET in request.headers
            if not request.user.is_authenticated or (
                _is_of_another(request) and not is_of_colleague
            ):
                if _is_asked_by_script(request):
                    return JsonResponse({"signed_in": False}, status=401)
                is_tablet = request.tablet is not None
                return redirect_to_login(
                    _back_to(request), resolve_url("lock") if is_tablet else None
                )
            if not set(needed) <= request.permissions:
                logger.warning("%s may not %s", request.user.pk, ", ".join(p.value for p in needed))
                raise PermissionDenied
            if needed and request.lacks_second_factor:
                return redirect("mfa_index")
            try:
                with _acting(request, frozenset(needed)):
                    return view(request, *args, **kwargs)
            except tickets.NotTaken as why:
                logger.warning("a ticket is not taken from %s: %s", request.user.pk, why)
                return JsonResponse({"ticket": False}, status=403)
            except AtOtherSite as other:
                context = {"there": other.site, "address": _back_to(request)}
                return render(request, "elsewhere.html", context, status=404)

        return _marked(protected, frozenset(needed), takes_tickets=takes_tickets)

    return protect


@contextmanager
def _acting(request: ClinicRequest, needed: frozenset[Permission]) -> Iterator[None]:
    """Say who acts: who is signed in, or the colleague who entered what they send. Raises
    tickets.NotTaken."""
    request.author = request.user
    if not _is_of_another(request):
        yield
        return
    request.author = tickets.author(request, request.headers[ENTERED_BY], needed)
    with origin.acting(replace(origin.current(), sent_by=request.user.pk)):
        yield


def _back_to(request: HttpRequest) -> str:
    """The page to come back to: for what was sent, the page that sent it, where there is one."""
    try:
        came_from = urlsplit(request.headers.get("Referer", ""))
    except ValueError:
        return request.get_full_path()
    if request.method == "POST" and came_from.netloc == request.get_host():
        return urlunsplit(("", "", came_from.path, came_from.query, ""))
    return request.get_full_path()


def confirmed(view: AnyView) -> AnyView:
    """Ask for the person's own password before what is sent is done, and then go on with it.

    It holds for five minutes, as it does on one's own account. Opening the page asks nothing.
    """
    asked: AnyView = reauthentication_required(allow_get=True)(view)
    return asked


def public(view: Callable[Concatenate[PublicRequest, P], HttpResponseBase]) -> PageView:
    """Mark a view that people who are not signed in may reach."""
    return _marked(view, None)


def signed_in(view: Callable[Concatenate[SignedInRequest, P], HttpResponseBase]) -> PageView:
    """Let anyone who is signed in reach the view, whatever the role."""
    return page()(view)


def _marked(
    view: AnyView, needs: frozenset[Permission] | None, *, takes_tickets: bool = False
) -> PageView:
    marked = cast(PageView, view)
    marked.takes_tickets = takes_tickets
    marked.needs = needs
    return marked
