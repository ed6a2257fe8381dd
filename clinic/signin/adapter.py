"""What the sign-in library asks of the clinic: no sign-up, no mail, secrets encrypted."""

from __future__ import annotations

import base64
import secrets
from typing import Any, cast

from allauth.core import context
from allauth.mfa.models import Authenticator
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from clinic import access, clock, origin
from clinic.actions import change_password
from clinic.models import Staff
from clinic.pages.addresses import reverse
from clinic.request import PublicRequest
from clinic.signin import known, recorded
from clinic.signin.library import AccountHooks, MFAHooks, clear_login

MISMATCH = _("This user name and password do not belong together.")
"""Said alike of a wrong name, a wrong password and a person who was deactivated."""
PASSKEY_REFUSED = _("This passkey does not work here. Try another way.")
"""Said alike of a passkey that is unknown or wrong, and of a person who was deactivated."""
TOO_MANY = _("Too many wrong attempts. Wait a few minutes, then try again.")


NONCE = 12


class AccountAdapter(AccountHooks):
    error_messages = {
        **AccountHooks.error_messages,
        "username_password_mismatch": MISMATCH,
        "too_many_login_attempts": TOO_MANY,
        "rate_limited": TOO_MANY,
        "incorrect_password": _("The password is wrong."),
        "incorrect_code": _("This code is wrong, was used already, or is too old."),
        "enter_current_password": _("The password is wrong."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        # The library keeps it with the session, where only an address can stand.
        return origin.address(request) or "::"

    def pre_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse | None:
        """Before a second factor is asked for: no one whose rows someone else wrote."""
        answer: HttpResponse | None = super().pre_login(request, user, **kwargs)
        if answer is not None or recorded.is_recorded(user):
            return answer
        clear_login(request)
        messages.error(request, str(recorded.NOT_RECORDED))
        return back_to_sign_in(request)

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        """On a tablet, who has no PIN yet is offered one before the page they came for."""
        response: HttpResponse = super().post_login(request, user, **kwargs)
        if getattr(request, "tablet", None) and isinstance(user, Staff) and not user.pin:
            return redirect_to_login(response["Location"], reverse("account-pin"))
        return response

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Everyone has a password, and is asked for it."""
        return [{"id": "reauthenticate", "url": reverse("account_reauthenticate")}]

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> HttpResponse:
        """Only a passkey gets this far: with a password, a deactivated person is no one."""
        messages.error(request, str(PASSKEY_REFUSED))
        return back_to_sign_in(request)

    def is_ajax(self, request: HttpRequest) -> bool:
        """Pages answer with pages; the challenge for a passkey alone is asked for by a script."""
        is_challenge = request.path == reverse("mfa_login_webauthn") and request.method == "GET"
        return is_challenge and super().is_ajax(request)

    def is_safe_url(self, url: str) -> bool:
        return is_own(context.request, url)

    def set_password(self, user: Any, password: str) -> None:
        change_password(user, password)

    def attempts_key(self, request: HttpRequest, username: str) -> str:
        """By name alone, and apart in a browser that knows the name. The library adds the host and
        port that the sender wrote in the header, which would give five tries for each port."""
        name, sent = username.lower(), cast(PublicRequest, request)
        return f"{name} in {sent.device}" if known.knows(sent, name) else name

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


def is_own(request: HttpRequest, url: str) -> bool:
    """Whether `url` is the path of a page here, so that it may be followed."""
    return url.startswith("/") and url_has_allowed_host_and_scheme(
        url, {request.get_host()}, require_https=request.is_secure()
    )


def next_page(request: HttpRequest) -> str:
    """Where the request asks to go on to, or home: never to another address than this clinic's."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    return asked if is_own(request, asked) else resolve_url(settings.LOGIN_REDIRECT_URL)


def back_to_sign_in(request: HttpRequest) -> HttpResponse:
    """The sign-in page, which goes on to `next` as before."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    if is_own(request, asked):
        return redirect_to_login(asked)
    return redirect("account_login")


def needs_second_factor(staff: Staff) -> bool:
    """Whether any role of theirs needs one, at a site that asks for it."""
    now = clock.now()
    return any(
        m.is_in_force(now) and m.site.requires_second_factor and m.role in access.NEED_SECOND_FACTOR
        for m in staff.memberships.select_related("site")
    )


class MFAAdapter(MFAHooks):
    error_messages = {
        **MFAHooks.error_messages,
        "incorrect_code": _("This code is wrong, was used already, or is too old."),
        "cannot_delete_authenticator": _(
            "Your role needs a second factor, and this is the only one. Add another one first."
        ),
        "cannot_generate_recovery_codes": _(
            "Recovery codes come with an authenticator app or a passkey. Add one first."
        ),
    }

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Not the last one of a person whose role needs one."""
        staff = authenticator.user
        others = Authenticator.objects.filter(user=staff).exclude(pk=authenticator.pk)
        is_last = not others.exclude(type=Authenticator.Type.RECOVERY_CODES).exists()
        return not (is_last and needs_second_factor(staff))

    def generate_authenticator_name(self, user: Any, type: Authenticator.Type) -> str:
        held = Authenticator.objects.filter(user=user, type=type).count()
        return str(_("Passkey %(number)s") % {"number": held + 1})

    def get_public_key_credential_user_entity(self, user: Any) -> dict[str, Any]:
        found: dict[str, Any] = super().get_public_key_credential_user_entity(user)
        return found | {"display_name": user.printed_name}

    def account_name(self, user: Any) -> str:
        return str(user.username)

    def encrypt(self, text: str) -> str:
        nonce = secrets.token_bytes(NONCE)
        sealed = _cipher(settings.SECRET_KEY).encrypt(nonce, text.encode(), None)
        return base64.b64encode(nonce + sealed).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """With the present key or an earlier one. Raises InvalidTag when none of them fits."""
        sealed = base64.b64decode(encrypted_text)
        keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
        for last, key in enumerate(keys, start=1):
            try:
                return _cipher(key).decrypt(sealed[:NONCE], sealed[NONCE:], None).decode()
            except InvalidTag:
                if last == len(keys):
                    raise
        raise AssertionError("unreachable")

    def product_name(self) -> str:
        return str(_("Session record"))

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """No mail is sent: the trail tells of each change."""


def _cipher(secret: str) -> AESGCM:
    """A key of its own, made from the product's secret."""
    made = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"second factor")
    return AESGCM(made.derive(secret.encode()))
