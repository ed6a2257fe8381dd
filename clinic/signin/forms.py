"""The forms of signing in and of one's own account: those of the sign-in library, in our words.

A browser's answer about a passkey is whatever someone cares to send; what cannot be read is refused
here like what is wrong, and a code that was used once is refused for as long as it would be valid.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import ChangePasswordForm, LoginForm, ReauthenticateForm
from allauth.core import context
from allauth.mfa import app_settings as mfa_settings
from allauth.mfa.adapter import get_adapter as get_mfa_adapter
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.forms import GenerateRecoveryCodesForm
from allauth.mfa.signals import authentication_failed
from allauth.mfa.totp.forms import ActivateTOTPForm, DeactivateTOTPForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
)
from crispy_forms.helper import FormHelper
from cryptography.exceptions import UnsupportedAlgorithm
from django import forms
from django.contrib.auth import get_user_model
from django.contrib.auth.signals import user_login_failed
from django.core.cache import cache
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.models import Staff
from clinic.pages.unfilled import Unfilled
from clinic.signin import credential, passkey
from clinic.signin.adapter import PASSKEY_REFUSED
from clinic.signin.library import log_wrong_code, normalize_user_code

LONGEST_NAME = 60
UNREADABLE = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    UnsupportedAlgorithm,
    ValueError,
    struct.error,
)
"""What the parsers of a credential raise for bytes that are none."""


def plain_helper() -> FormHelper:
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    # The summary above the form tells them, with the focus on it.
    helper.form_error_title = ""
    return helper


class Plain(Unfilled):
    """Our labels, no placeholder, and one sentence for what was left out."""

    labels: dict[str, Any] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.use_required_attribute = False
        for name, field in self.fields.items():
            field.label = self.labels.get(name, field.label)
            field.label_suffix = ""
            field.widget.attrs.pop("placeholder", None)
            field.error_messages["required"] = _("Enter this.")
        self.helper = plain_helper()


class SignInForm(Plain, LoginForm):
    """User name and password, checked and counted by the sign-in library."""

    labels = {"login": gettext_lazy("User name"), "password": gettext_lazy("Password")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = ""
        self.fields["login"].widget.attrs |= {"autocapitalize": "none", "spellcheck": "false"}


class ConfirmForm(Plain, ReauthenticateForm):
    labels = {"password": gettext_lazy("Your password")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = ""


class PasswordForm(Plain, ChangePasswordForm):
    labels = {
        "oldpassword": gettext_lazy("Your password now"),
        "password1": gettext_lazy("New password"),
        "password2": gettext_lazy("New password again"),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].help_text = ""

    def clean_oldpassword(self) -> str:
        """Counted with the wrong tries at signing in, and logged like them."""
        given = str(self.cleaned_data["oldpassword"])
        if not get_adapter().reauthenticate(self.user, given):
            raise get_adapter().validation_error("enter_current_password")
        return given


class CodeForm(Plain, AuthenticateForm):
    """A code of the app, or a recovery code."""

    labels = {"code": gettext_lazy("Code")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs["inputmode"] = "numeric"

    def clean_code(self) -> str:
        code = str(super().clean_code())
        if not spend(self.user, code):
            log_wrong_code(self)
            raise get_mfa_adapter().validation_error("incorrect_code")
        return code


class AppForm(Plain, ActivateTOTPForm):
    labels = {"code": gettext_lazy("Code that the app shows now")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs["inputmode"] = "numeric"

    def clean_code(self) -> str:
        code = str(super().clean_code())
        spend(self.user, code)
        return code


def spend(staff: Staff, code: str) -> bool:
    """Whether this is the first time that the code is used: the library remembers it for one period
    only, and takes it in the periods before and after, too."""
    periods = 2 * int(mfa_settings.TOTP_TOLERANCE) + 2
    key = f"code-used:{staff.pk}:{normalize_user_code(code)}"
    return bool(cache.add(key, True, timeout=periods * int(mfa_settings.TOTP_PERIOD)))


class RemoveForm(Plain, DeactivateTOTPForm):
    """Nothing to fill in; refused for the last second factor of someone whose role needs one."""


class NewCodesForm(Plain, GenerateRecoveryCodesForm):
    """Nothing to fill in."""


class CredentialField(forms.JSONField):
    """What the browser says of a passkey: an object in plain ASCII, of bounded length."""

    default_error_messages = {"invalid": PASSKEY_REFUSED, "required": PASSKEY_REFUSED}

    def __init__(self) -> None:
        super().__init__(widget=forms.HiddenInput)

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return None
        try:
            return credential.read(value if isinstance(value, str) else "")
        except credential.Unreadable as unreadable:
            raise forms.ValidationError(
                self.error_messages["invalid"], code="invalid"
            ) from unreadable

    def bound_data(self, data: Any, initial: Any) -> None:
        """Never shown again: a credential answers one challenge."""

    def prepare_value(self, value: Any) -> str:
        return ""


@contextmanager
def _readable(words: Any) -> Iterator[None]:
    """Refuse in `words` what the library refuses, and what it falls over."""
    try:
        yield
    except forms.ValidationError as refused:
        if getattr(refused, "code", "") == "too_many_login_attempts":
            raise
        raise forms.ValidationError(words, code="passkey_refused") from refused
    except UNREADABLE as unreadable:
        raise forms.ValidationError(words, code="passkey_refused") from unreadable


def _require_here(answer: dict[str, Any]) -> None:
    if not passkey.is_here(answer, get_mfa_adapter().get_public_key_credential_rp_entity()["id"]):
        raise forms.ValidationError(PASSKEY_REFUSED)


class _OwnPasskey(forms.Form):
    """Takes the answer of a passkey that was asked here, and that counts on."""

    def clean_credential(self) -> Authenticator:
        with _readable(PASSKEY_REFUSED):
            answer = self.cleaned_data["credential"]
            _require_here(answer)
            used: Authenticator = super().clean_credential()  # type: ignore[misc]  # of the library
            if not passkey.counts_on(used, answer):
                raise forms.ValidationError(PASSKEY_REFUSED)
            return used


class PasskeySignInForm(_OwnPasskey, LoginWebAuthnForm):
    """A passkey instead of name, password and code. Whose it is, it says itself."""

    credential = CredentialField()

    def clean(self) -> dict[str, Any]:
        if "credential" not in self.cleaned_data:
            # No name is told: it is the sender's to make up.
            user_login_failed.send(get_user_model(), credentials={}, request=context.request)
        return dict(self.cleaned_data)


class PasskeyStepForm(_OwnPasskey, AuthenticateWebAuthnForm):
    """A passkey after the password: one of the person's own."""

    credential = CredentialField()

    def clean(self) -> dict[str, Any]:
        if "credential" not in self.cleaned_data:
            authentication_failed.send(
                Authenticator,
                request=context.request,
                user=self.user,
                authenticator=Authenticator(type=Authenticator.Type.WEBAUTHN),
                reauthentication=False,
            )
        return dict(self.cleaned_data)


class PasskeyForm(Plain, AddWebAuthnForm):
    """A new passkey, by the name that the person gives it."""

    labels = {"name": gettext_lazy("Name, so that you can recognise it")}
    name = forms.CharField(required=False, max_length=LONGEST_NAME)
    credential = CredentialField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("passwordless", None)
        self.fields["name"].widget.attrs["autocomplete"] = "off"

    def clean(self) -> dict[str, Any]:
        with _readable(_("The passkey was not added. Try again.")):
            if answer := self.cleaned_data.get("credential"):
                _require_here(answer)
            return super().clean() or {}
