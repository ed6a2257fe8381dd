"""The lock of a shared tablet: who may come back with a PIN, and what is overdue, without names."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib.auth import login, logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from clinic import access, clock
from clinic.models import Tablet
from clinic.signin import shift
from monitoring.web.board import cards
from monitoring.web.presenters.cards import Card


class PinForm(forms.Form):
    staff = forms.UUIDField()
    pin = forms.CharField(max_length=20)


@access.public
@sensitive_post_parameters("pin")
@require_http_methods(["GET", "POST"])
def lock(request: HttpRequest) -> HttpResponse:
    """Names and a PIN; a browser that is no enrolled tablet is sent to sign in."""
    tablet: Tablet | None = request.tablet  # type: ignore[attr-defined]
    back = _safe_next(request)
    if request.user.is_authenticated:
        return redirect(back)
    if tablet is None:
        return redirect_to_login(back)
    if request.headers.get("HX-Request"):
        return render(request, "lock/_overdue.html", {"overdue": overdue(tablet)})
    form = PinForm(request.POST or None)
    if form.is_bound and form.is_valid() and _unlocked(request, form, tablet):
        return redirect(back)
    people = shift.open_on(tablet)
    if not people:
        return redirect_to_login(back)
    context = {"form": form, "people": people, "overdue": overdue(tablet), "next": back}
    return render(request, "lock/lock.html", context, status=422 if form.is_bound else 200)


def _unlocked(request: HttpRequest, form: PinForm, tablet: Tablet) -> bool:
    staff_id: UUID = form.cleaned_data["staff"]
    try:
        found = shift.try_pin(tablet, staff_id, form.cleaned_data["pin"])
    except shift.Wrong as wrong:
        words = _("This PIN is wrong. Tries left: %(count)s.") % {"count": wrong.tries_left}
        form.add_error("pin", words if wrong.tries_left else _("Sign in with your password."))
        return False
    request.by_pin = found  # type: ignore[attr-defined]
    login(request, found.staff, settings.AUTHENTICATION_BACKENDS[0])
    return True


def overdue(tablet: Tablet) -> list[Card]:
    """What waits too long at the tablet's site; the page shows places alone."""
    found = cards(tablet.site, clock.now(), frozenset())
    return [card for card in found if card.kind == "overdue"]


@access.signed_in
@require_POST
def lock_now(request: HttpRequest) -> HttpResponse:
    """Hand the tablet over: sign out, and come back to the same page."""
    back = _safe_next(request)
    request.signed_out_because = "locked"  # type: ignore[attr-defined]
    logout(request)
    return redirect_to_login(back, resolve_url("lock"))


@access.signed_in
@require_POST
def active(request: HttpRequest) -> HttpResponse:
    """The tablet says that someone is touching it: the answer renews the idle time."""
    return HttpResponse(status=204)


def _safe_next(request: HttpRequest) -> str:
    asked = request.POST.get("next") or request.GET.get("next") or ""
    is_safe = url_has_allowed_host_and_scheme(
        asked, {request.get_host()}, require_https=request.is_secure()
    )
    return asked if is_safe else resolve_url(settings.LOGIN_REDIRECT_URL)
