"""Names of the sign-in library that it does not promise to keep, gathered here.

Everything else that we use of it is documented. Before the library is upgraded, look through this
file alone; the tests of `tests/clinic` about signing in fail where one of these has changed.
"""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import (
    _AUTHENTICATION_METHODS_USER_SESSION_KEY as SIGNED_IN_WHO,
)
from allauth.account.internal.flows.login import (
    AUTHENTICATION_METHODS_SESSION_KEY as SIGNED_IN_BY,
)
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.stagekit import clear_login
from allauth.core.internal import ratelimit
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.webauthn.internal.auth import STATE_SESSION_KEY as PASSKEY_CHALLENGE
from allauth.mfa.webauthn.internal.auth import begin_registration
from django.http import HttpRequest

__all__ = [
    "PASSKEY_CHALLENGE",
    "SIGNED_IN_BY",
    "SIGNED_IN_WHO",
    "AccountHooks",
    "MFAHooks",
    "begin_registration",
    "clear_login",
    "get_authentication_records",
    "log_wrong_code",
    "normalize_user_code",
    "ratelimit",
]


class AccountHooks(DefaultAccountAdapter):
    def attempts_key(self, request: HttpRequest, username: str) -> str:
        """Under which wrong attempts at signing in are counted."""
        raise NotImplementedError

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        return self.attempts_key(request, str(credentials.get("username", "")))


class MFAHooks(DefaultMFAAdapter):
    def account_name(self, user: Any) -> str:
        """By which an app or a passkey lists the account."""
        raise NotImplementedError

    def product_name(self) -> str:
        """By which an app or a passkey lists this product."""
        raise NotImplementedError

    def _get_user_identifier(self, user: Any) -> str:
        return self.account_name(user)

    def _get_site_name(self) -> str:
        return self.product_name()


def log_wrong_code(form: AuthenticateForm) -> None:
    """Send the library's signal that the code in `form` was wrong."""
    form._emit_authentication_failed(form.authenticator)
