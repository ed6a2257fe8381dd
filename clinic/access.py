"""The one table of who may do what, by role at a site. Everything else asks it.

Access is denied unless granted: a role that is not listed may nothing, and being superuser is no
role. Every page carries the permission it needs; `tests/clinic/test_access.py` walks all routes.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from enum import Enum
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, Protocol, cast
from urllib.parse import urlsplit, urlunsplit

from allauth.account.decorators import reauthentication_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render, resolve_url

from clinic import clock

if TYPE_CHECKING:
    from clinic.models import Site, Staff
    from clinic.request import ClinicRequest, PublicRequest, SignedInRequest


logger = logging.getLogger(__name__)


class Permission(Enum):
    VIEW_BOARD = "view_board"
    VIEW_PATIENT = "view_patient"
    REGISTER_PATIENT = "register_patient"
    AMEND_PATIENT = "amend_patient"
    VIEW_SESSION = "view_session"
    PLAN_SESSION = "plan_session"
    ADMIT_PATIENT = "admit_patient"
    DECIDE_DOSE = "decide_dose"
    GIVE_DOSE = "give_dose"
    RECORD_READING = "record_reading"
    RECORD_EVENT = "record_event"
    SIGN_CLEARANCE = "sign_clearance"
    DEPART = "depart"
    AMEND_RECORD = "amend_record"
    REVIEW_READING = "review_reading"
    VIEW_REGISTER = "view_register"
    VIEW_PROTOCOL = "view_protocol"
    VIEW_ACCESS = "view_access"
    VERIFY_RECORD = "verify_record"
    MANAGE_STAFF = "manage_staff"
    MANAGE_TABLETS = "manage_tablets"
    AMEND_SITE = "amend_site"
    ENTER_IN_EMERGENCY = "enter_in_emergency"
    REVIEW_VISIT = "review_visit"


_READS = {
    Permission.VIEW_PATIENT,
    Permission.VIEW_SESSION,
    Permission.VIEW_PROTOCOL,
}
_NURSE = _READS | {
    Permission.VIEW_BOARD,
    Permission.REGISTER_PATIENT,
    Permission.AMEND_PATIENT,
    Permission.PLAN_SESSION,
    Permission.ADMIT_PATIENT,
    Permission.GIVE_DOSE,
    Permission.RECORD_READING,
    Permission.RECORD_EVENT,
    Permission.DEPART,
    Permission.AMEND_RECORD,
}
_CLINICIAN = _NURSE | {
    Permission.DECIDE_DOSE,
    Permission.SIGN_CLEARANCE,
    Permission.REVIEW_READING,
    Permission.VERIFY_RECORD,
    Permission.ENTER_IN_EMERGENCY,
    Permission.REVIEW_VISIT,
}
_EMERGENCY = _READS | {
    Permission.VIEW_BOARD,
    Permission.RECORD_READING,
    Permission.RECORD_EVENT,
}
"""Enough to help: to read, measure and say what was done. Only the site's own clinician decides on
a dose or signs."""
_REVIEWER = _READS | {
    Permission.VIEW_REGISTER,
    Permission.VIEW_ACCESS,
    Permission.VERIFY_RECORD,
}

PERMISSIONS: dict[str, frozenset[Permission]] = {
    "nurse": frozenset(_NURSE),
    "clinician": frozenset(_CLINICIAN),
    "administrator": frozenset(
        _REVIEWER
        | {
            Permission.MANAGE_STAFF,
            Permission.MANAGE_TABLETS,
            Permission.AMEND_SITE,
            Permission.REVIEW_VISIT,
        }
    ),
    "auditor": frozenset(_REVIEWER),
    "emergency": frozenset(_EMERGENCY),
}

NEED_SECOND_FACTOR = frozenset({"clinician", "administrator", "emergency"})
"""Roles that do nothing without a second factor, where the site asks for one."""


def permissions_of(roles: Iterable[str]) -> frozenset[Permission]:
    """What `roles` may do together: roles add up."""
    return frozenset().union(*(PERMISSIONS.get(role, frozenset()) for role in roles))


def may(staff: Staff, permission: Permission, site: Site) -> bool:
    """Whether `staff`, being active, may do `permission` at `site`."""
    if not staff.is_active:
        return False
    now = clock.now()
    held = (m for m in staff.memberships.all() if m.site_id == site.pk and m.is_in_force(now))
    return permission in permissions_of(m.role for m in held)


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
    """A view that says which permissions it needs; None where anyone may come."""

    needs: frozenset[Permission] | None

    def __call__(self, request: HttpRequest, /, *args: Any, **kwargs: Any) -> HttpResponseBase: ...


def page(
    *needed: Permission,
) -> Callable[[Callable[Concatenate[ClinicRequest, P], HttpResponseBase]], PageView]:
    """Let only people with every permission in `needed`, at the request's site, reach the view.

    A person who is not signed in is sent to sign in, or to the lock of an enrolled tablet, and a
    script that asks for them is told 401; one without the role gets 403; one whose role needs a
    second factor and who has none yet is sent to their account to add it. What is at another site
    of theirs is not shown here: they are asked whether to work there.
    """

    def protect(view: Callable[Concatenate[ClinicRequest, P], HttpResponseBase]) -> PageView:
        @wraps(view)
        def protected(
            request: ClinicRequest, *args: P.args, **kwargs: P.kwargs
        ) -> HttpResponseBase:
            if not request.user.is_authenticated:
                if _is_asked_by_script(request):
                    return HttpResponse(status=401)
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
                return view(request, *args, **kwargs)
            except AtOtherSite as other:
                context = {"there": other.site, "address": _back_to(request)}
                return render(request, "elsewhere.html", context, status=404)

        return _marked(protected, frozenset(needed))

    return protect


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


def _marked(view: AnyView, needs: frozenset[Permission] | None) -> PageView:
    marked = cast(PageView, view)
    marked.needs = needs
    return marked
