"""One's own account: second factor, passkeys, recovery codes, password and PIN."""

from __future__ import annotations

import time
from typing import Any, cast

from allauth.account import views as account_views
from allauth.account.decorators import reauthentication_required
from allauth.account.forms import ChangePasswordForm, ReauthenticateForm
from allauth.mfa.base import views as mfa_views
from allauth.mfa.recovery_codes import views as recovery_views
from allauth.mfa.totp import views as totp_views
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn import views as webauthn_views
from allauth.mfa.webauthn.internal import auth as webauthn
from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse_lazy
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from clinic import access
from clinic.models import Staff
from clinic.signin import arrival, idle, shift
from clinic.signin.views import plain_helper

JUST_NOW = 5 * 60
"""Seconds after a full sign-in in which the password is not asked for again to choose a PIN."""
PIN_WORDS = {
    "pin_digits": gettext_lazy("Enter six digits."),
    "pin_simple": gettext_lazy("Choose digits that are not all alike and not in a row."),
}


def _plain(form: forms.Form, **labels: str) -> None:
    for name, field in form.fields.items():
        field.label = labels.get(name, field.label)
        field.widget.attrs.pop("placeholder", None)
        field.error_messages["required"] = _("Enter this.")
    form.helper = plain_helper()  # type: ignore[attr-defined]


class ConfirmForm(ReauthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self, password=_("Your password"))


class PasswordForm(ChangePasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(
            self,
            oldpassword=_("Your password now"),
            password1=_("New password"),
            password2=_("New password again"),
        )


class AppForm(ActivateTOTPForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self, code=_("Code that the app shows"))
        self.fields["code"].widget.attrs["inputmode"] = "numeric"


class PinForm(forms.Form):
    pin = forms.CharField(
        label=gettext_lazy("PIN, six digits"),
        widget=forms.PasswordInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    again = forms.CharField(
        label=gettext_lazy("PIN again"),
        widget=forms.PasswordInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self)

    def clean_again(self) -> str:
        again = str(self.cleaned_data["again"])
        if again != self.cleaned_data.get("pin"):
            raise forms.ValidationError(_("This is not the same PIN."))
        return again


class _Confirm(account_views.ReauthenticateView):
    form_class = ConfirmForm
    template_name = "account/confirm.html"


class _ChangePassword(account_views.PasswordChangeView):
    form_class = PasswordForm
    template_name = "account/password.html"
    success_url = reverse_lazy("mfa_index")


class _AddApp(totp_views.ActivateTOTPView):
    form_class = AppForm
    template_name = "account/app.html"


class _RemoveApp(totp_views.DeactivateTOTPView):
    template_name = "account/app_remove.html"


class _AddPasskey(webauthn_views.AddWebAuthnView):
    """Always one that the person unlocks, kept where it can be found without a user name."""

    template_name = "account/passkey.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        options = webauthn.begin_registration(cast(Any, self.request.user), True)
        found: dict[str, Any] = super(webauthn_views.AddWebAuthnView, self).get_context_data()
        return found | {"options": options}


class _RemovePasskey(webauthn_views.RemoveWebAuthnView):
    template_name = "account/passkey_remove.html"
    success_url = reverse_lazy("mfa_index")


class _RecoveryCodes(recovery_views.ViewRecoveryCodesView):
    template_name = "account/recovery_codes.html"


class _NewRecoveryCodes(recovery_views.GenerateRecoveryCodesView):
    template_name = "account/recovery_codes_new.html"


class _Account(mfa_views.IndexView):
    template_name = "account/account.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found: dict[str, Any] = super().get_context_data(**kwargs)
        return found | {"signed_in_by": arrival.means(self.request)}


def _form(view: Any) -> access.AnyView:
    return access.signed_in(require_http_methods(["GET", "POST"])(view))


account = access.signed_in(require_safe(_Account.as_view()))
confirm = _form(sensitive_post_parameters("password")(_Confirm.as_view()))
change_password = _form(_ChangePassword.as_view())
add_app = _form(_AddApp.as_view())
remove_app = _form(_RemoveApp.as_view())
add_passkey = _form(_AddPasskey.as_view())
remove_passkey = _form(_RemovePasskey.as_view())
recovery_codes = access.signed_in(require_safe(_RecoveryCodes.as_view()))
new_recovery_codes = _form(_NewRecoveryCodes.as_view())


def _signed_in_long_ago(request: HttpRequest) -> bool:
    is_full = arrival.means(request) != ["pin"]
    began = float(request.session.get(idle.BEGAN, 0))
    return not is_full or time.time() - began > JUST_NOW


@access.signed_in
@sensitive_post_parameters("pin", "again")
@require_http_methods(["GET", "POST"])
@reauthentication_required(enabled=_signed_in_long_ago)
def pin(request: HttpRequest) -> HttpResponse:
    """Choose the PIN by which one comes back to a shared tablet."""
    staff = cast(Staff, request.user)
    form = PinForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            shift.set_pin(staff, form.cleaned_data["pin"])
        except shift.BadPin as bad:
            form.add_error("pin", str(PIN_WORDS[bad.code]))
        else:
            messages.success(request, _("Your PIN is set. It works on this clinic's tablets."))
            return redirect(_safe_next(request))
    status = 422 if form.is_bound else 200
    context = {"form": form, "next": _safe_next(request), "has_pin": bool(staff.pin)}
    return render(request, "account/pin.html", context, status=status)


def _safe_next(request: HttpRequest) -> str:
    asked = request.POST.get("next") or request.GET.get("next") or ""
    is_safe = url_has_allowed_host_and_scheme(
        asked, {request.get_host()}, require_https=request.is_secure()
    )
    return asked if is_safe else resolve_url(settings.LOGIN_REDIRECT_URL)
