"""One's own account: second factor, passkeys, recovery codes, password and PIN."""

from __future__ import annotations

import time
from collections.abc import Callable
from textwrap import wrap
from typing import Any, cast

from allauth.account import views as account_views
from allauth.account.decorators import reauthentication_required
from allauth.mfa.base import views as mfa_views
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import views as recovery_views
from allauth.mfa.totp import views as totp_views
from allauth.mfa.webauthn import views as webauthn_views
from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from clinic import actions, clock, proposals
from clinic.models import Staff
from clinic.pages import protect
from clinic.pages.submit import attempt, status_of
from clinic.refusal import Refused
from clinic.request import SignedInRequest
from clinic.signin import arrival, idle
from clinic.signin.adapter import needs_second_factor, next_page
from clinic.signin.forms import (
    AppForm,
    ConfirmForm,
    NewCodesForm,
    PasskeyForm,
    PasswordForm,
    Plain,
    RemoveForm,
)
from clinic.signin.library import begin_registration
from clinic.signin.views import RefusedForm

JUST_NOW = 5 * 60
"""Seconds after a full sign-in in which the password is not asked for again to choose a PIN."""
MEANS_WORDS = {
    "password": gettext_lazy("password"),
    "totp": gettext_lazy("code of the app"),
    "webauthn": gettext_lazy("passkey"),
    "recovery_codes": gettext_lazy("recovery code"),
    "pin": gettext_lazy("PIN of this tablet"),
}
PIN_WORDS = {
    "pin_digits": gettext_lazy("Enter six digits."),
    "pin_simple": gettext_lazy("Choose digits that are not all alike and not in a row."),
}


class PinForm(Plain):
    pin = forms.CharField(
        label=gettext_lazy("PIN, six digits"),
        widget=forms.PasswordInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    again = forms.CharField(
        label=gettext_lazy("PIN again"),
        widget=forms.PasswordInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def clean_again(self) -> str:
        again = str(self.cleaned_data["again"])
        if again != self.cleaned_data.get("pin"):
            raise forms.ValidationError(_("This is not the same PIN."))
        return again


class _Whole:
    """What is written is appended to the trail in the same transaction, or neither is."""

    def form_valid(self, form: Any) -> HttpResponse:
        view: Any = super()
        with transaction.atomic():
            answer: HttpResponse = view.form_valid(form)
        return answer


class _Confirm(RefusedForm, account_views.ReauthenticateView):
    form_class = ConfirmForm
    template_name = "account/confirm.html"


class _ChangePassword(RefusedForm, account_views.PasswordChangeView):
    form_class = PasswordForm
    template_name = "account/password.html"
    success_url = reverse_lazy("mfa_index")

    def form_valid(self, form: Any) -> HttpResponse:
        answer = super().form_valid(form)
        if form.is_valid():
            messages.success(self.request, _("Your password is changed."))
        return answer


class _AddApp(RefusedForm, totp_views.ActivateTOTPView):
    form_class = AppForm
    template_name = "account/app.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found: dict[str, Any] = super().get_context_data(**kwargs)
        secret = found["form"].secret
        return found | {"secret": " ".join(wrap(secret, 4))}


class _AddPasskey(RefusedForm, _Whole, webauthn_views.AddWebAuthnView):
    """Always one that the person unlocks, kept where it can be found without a user name."""

    form_class = PasskeyForm
    template_name = "account/passkey.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        options = begin_registration(cast(Any, self.request.user), True)
        parent: Any = super(webauthn_views.AddWebAuthnView, self)
        return dict(parent.get_context_data(**kwargs)) | {"options": options}


class _RemoveApp(RefusedForm, _Whole, totp_views.DeactivateTOTPView):
    form_class = RemoveForm
    template_name = "account/remove.html"


class _RemovePasskey(RefusedForm, _Whole, webauthn_views.RemoveWebAuthnView):
    form_class = RemoveForm
    template_name = "account/remove.html"
    success_url = reverse_lazy("mfa_index")

    def get_form_kwargs(self) -> dict[str, Any]:
        """Bound from the start, so that a refusal is said before it is asked for."""
        given: dict[str, Any] = super().get_form_kwargs()
        return {"data": {}} | given | {"authenticator": self.object}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found: dict[str, Any] = super().get_context_data(**kwargs)
        return found | {"passkey": self.object.wrap()}


class _RecoveryCodes(recovery_views.ViewRecoveryCodesView):
    """Shown once, to who asks for them by a button: opening a page changes nothing."""

    template_name = "account/recovery_codes.html"
    extra_context = {"is_printable": True}

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        codes = get_object_or_404(
            Authenticator, user=request.user, type=Authenticator.Type.RECOVERY_CODES
        ).wrap()
        context = {"unused_codes": codes.get_unused_codes(), "can_ask": not codes.did_view}
        return render(request, self.template_name, context)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        answer: HttpResponse = super().get(request, *args, **kwargs)
        return answer


class _NewRecoveryCodes(RefusedForm, recovery_views.GenerateRecoveryCodesView):
    form_class = NewCodesForm
    template_name = "account/recovery_codes_new.html"


class _Account(mfa_views.IndexView):
    template_name = "account/account.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found: dict[str, Any] = super().get_context_data(**kwargs)
        held = found["authenticators"]
        codes = held.get(Authenticator.Type.RECOVERY_CODES)
        staff, now = cast(Staff, self.request.user), clock.now()
        memberships = staff.memberships.all()
        return found | {
            "app": held.get(Authenticator.Type.TOTP),
            "passkeys": held.get(Authenticator.Type.WEBAUTHN, []),
            "codes_left": len(codes.get_unused_codes()) if codes else None,
            "signed_in_by": [MEANS_WORDS.get(m, m) for m in arrival.means(self.request)],
            "is_needed": needs_second_factor(staff),
            "proposals": proposals.open_about(staff),
            "roles_in_force": [m for m in memberships if m.is_in_force(now)],
            "lacks_second_factor": self.request.lacks_second_factor,
        }


def _form(view: Any) -> protect.AnyView:
    return protect.signed_in(require_http_methods(["GET", "POST"])(view))


account = protect.signed_in(require_safe(_Account.as_view()))
confirm = _form(sensitive_post_parameters("password")(_Confirm.as_view()))
change_password = _form(_ChangePassword.as_view())
add_app = _form(_AddApp.as_view())
remove_app = _form(_RemoveApp.as_view())
add_passkey = _form(_AddPasskey.as_view())
remove_passkey = _form(_RemovePasskey.as_view())
recovery_codes = _form(_RecoveryCodes.as_view())
new_recovery_codes = _form(_NewRecoveryCodes.as_view())


def _signed_in_long_ago(request: HttpRequest) -> bool:
    is_full = arrival.means(request) != ["pin"]
    began = float(request.session.get(idle.BEGAN, 0))
    return not is_full or time.time() - began > JUST_NOW


_confirmed_where_long_ago: Callable[[protect.AnyView], protect.AnyView] = reauthentication_required(
    enabled=_signed_in_long_ago
)


@protect.signed_in
@sensitive_post_parameters("pin", "again")
@require_http_methods(["GET", "POST"])
@_confirmed_where_long_ago
def pin(request: SignedInRequest) -> HttpResponse:
    """Choose the PIN by which one comes back to a shared tablet."""
    staff = request.user
    form = PinForm(request.POST or None)
    if form.is_bound and form.is_valid():
        chosen = form.cleaned_data["pin"]
        try:
            attempt(form, lambda: actions.choose_pin(staff, chosen))
        except Refused as refused:
            form.add_error("pin", str(PIN_WORDS[refused.messages[0].code]))
        if form.is_valid():
            messages.success(request, _("Your PIN is set. It works on this clinic's tablets."))
            return redirect(next_page(request))
    context = {"form": form, "next": next_page(request), "has_pin": bool(staff.pin)}
    return render(request, "account/pin.html", context, status=status_of(form))
