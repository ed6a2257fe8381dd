"""The lock of a shared tablet: who may come back with a PIN, and what waits, without names.

The page names no patient and carries no address of one: where to go back to stands in its own
address alone, so its forms are sent to that.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Field, Layout
from django import forms
from django.conf import settings
from django.contrib.auth import login, logout
from django.contrib.auth.views import redirect_to_login
from django.core.validators import RegexValidator
from django.http import HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from clinic import actions, shift
from clinic.models import Shift, Tablet
from clinic.pages import protect
from clinic.pages.fields import Tiles, offer
from clinic.pages.submit import attempt, status_of
from clinic.pages.unfilled import Unfilled
from clinic.request import PublicRequest, SignedInRequest
from clinic.signin.adapter import next_page
from clinic.signin.recorded import NOT_RECORDED, is_recorded
from clinic.web.from_record import record


class _Name(Tiles):
    """One of the names; who no longer is one of them has to sign in, and is not told apart."""

    def valid_value(self, value: Any) -> bool:
        return True


class PinForm(Unfilled):
    staff = _Name(label=gettext_lazy("Who are you?"), tiles_class="tiles-people")
    pin = forms.CharField(
        label=gettext_lazy("PIN, six digits"),
        required=False,
        validators=[RegexValidator(r"^[0-9]{6}\Z", gettext_lazy("Enter six digits."))],
    )

    def __init__(self, people: list[Shift], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(s.staff_id), s.staff.printed_name) for s in people]
        offer(self, "staff", choices)
        self.fields["pin"].empty_values = []
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(
            Field("staff", template="fields/tiles.html"), Field("pin", template="lock/_pin.html")
        )

    def clean_staff(self) -> UUID:
        try:
            return UUID(self.cleaned_data["staff"])
        except ValueError:
            raise forms.ValidationError(_("Tap your name.")) from None


@protect.public
@sensitive_post_parameters("pin")
@require_http_methods(["GET", "POST"])
def lock(request: PublicRequest) -> HttpResponse:
    """Names and a PIN; a browser that is no enrolled tablet is sent to sign in."""
    tablet = request.tablet
    back, is_poll = next_page(request), "HX-Request" in request.headers
    if request.user.is_authenticated or tablet is None:
        if is_poll:
            return _afresh(request)
        return redirect_to_login(back) if tablet is None else redirect(back)
    if "someone_else" in request.POST:
        return redirect_to_login(back)
    with timezone.override(tablet.site.tz):
        if is_poll:
            return render(request, "lock/_overdue.html", {"rooms": record().waiting_rooms(tablet)})
        return _lock(request, tablet, back)


def _lock(request: PublicRequest, tablet: Tablet, back: str) -> HttpResponse:
    people, must_sign_in = shift.open_on(tablet), False
    form = PinForm(people, request.POST or None, initial={"staff": _only(people)})
    if form.is_bound and form.is_valid():
        tries_left = _tries_left(request, form, tablet)
        if tries_left is None:
            return redirect(back)
        must_sign_in = not tries_left
    if must_sign_in:
        people = shift.open_on(tablet)
        form = PinForm(people)
    elif not people:
        return redirect_to_login(back)
    context = {
        "form": form,
        "people": people,
        "must_sign_in": must_sign_in,
        "rooms": record().waiting_rooms(tablet),
    }
    status = max(422, status_of(form)) if request.method == "POST" else 200
    return render(request, "lock/lock.html", context, status=status)


def _only(people: list[Shift]) -> str | None:
    """The only person on the shift does not have to tap the name."""
    return str(people[0].staff_id) if len(people) == 1 else None


def _tries_left(request: PublicRequest, form: PinForm, tablet: Tablet) -> int | None:
    """None for who is let in."""

    def come_in() -> bool:
        found = actions.try_pin(tablet, form.cleaned_data["staff"], form.cleaned_data["pin"])
        if not is_recorded(found.staff):
            form.add_error("pin", str(NOT_RECORDED))
            return False
        request.by_pin = found
        login(request, found.staff, settings.AUTHENTICATION_BACKENDS[0])
        return True

    try:
        is_in = attempt(form, come_in)
    except shift.Wrong as wrong:
        words = _("This PIN is wrong. Attempts left: %(count)s.") % {"count": wrong.tries_left}
        form.add_error("pin", words)
        return wrong.tries_left
    # A database that is busy costs no try, nor does a person who is not as they were recorded.
    return None if is_in else 1


def _afresh(request: PublicRequest) -> HttpResponse:
    """Someone signed in meanwhile, or the tablet was revoked: the page opens again."""
    try:
        page = request.htmx.current_url_abs_path
    except ValueError:
        page = None
    return HttpResponseClientRedirect(page or resolve_url("lock"))


@protect.signed_in
@require_POST
def lock_now(request: SignedInRequest) -> HttpResponse:
    """Hand the tablet over: sign out, and come back to the same page."""
    back = next_page(request)
    request.signed_out_because = "locked"
    logout(request)
    is_tablet = request.tablet is not None
    return redirect_to_login(back, resolve_url("lock") if is_tablet else None)


@protect.signed_in
@require_POST
def active(request: SignedInRequest) -> HttpResponse:
    """The tablet says that someone is touching it: the answer renews the idle time."""
    return HttpResponse(status=204)
