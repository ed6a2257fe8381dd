"""What the sign-in library asks of the clinic: no sign-up, no mail, secrets encrypted."""

from __future__ import annotations

import base64
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from clinic import origin
from clinic.models import Staff

MISMATCH = _("This user name and password do not belong together.")
"""Said alike of a wrong name, a wrong password and a person who was deactivated."""


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": MISMATCH,
        "too_many_login_attempts": _("Too many wrong tries. Wait some minutes, then try again."),
        "incorrect_password": _("The password is wrong."),
        "incorrect_code": _("This code is wrong, was used already, or is too old."),
        "enter_current_password": _("The password is wrong."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        # The library keeps it with the session, where only an address can stand.
        return origin.address(request) or "::"

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """On a tablet, who has no PIN yet is offered one first."""
        staff = request.user
        if getattr(request, "tablet", None) and isinstance(staff, Staff) and not staff.pin:
            return reverse("account-pin")
        return str(resolve_url(settings.LOGIN_REDIRECT_URL))

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Everyone has a password, and is asked for it."""
        return [{"id": "reauthenticate", "url": reverse("account_reauthenticate")}]

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> HttpResponse:
        messages.error(request, str(MISMATCH))
        return redirect("account_login")

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        """Only what went wrong: who signed in sees that on the page."""
        if message:
            messages.add_message(request, level, message, extra_tags=extra_tags)

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """No mail is sent: the trail tells of each change."""


class MFAAdapter(DefaultMFAAdapter):
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("This code is wrong, was used already, or is too old."),
    }

    def encrypt(self, text: str) -> str:
        return _vault().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _vault().decrypt(encrypted_text.encode()).decode()

    def _get_site_name(self) -> str:
        return str(_("Session record"))

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """No mail is sent: the trail tells of each change."""


def _vault() -> MultiFernet:
    """Encrypts with a key made from SECRET_KEY; opens with those of the keys before it, too."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_derived(key)) for key in keys])


def _derived(secret: str) -> bytes:
    made = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"second factor")
    return base64.urlsafe_b64encode(made.derive(secret.encode()))
