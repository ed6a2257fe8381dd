"""People with a second factor, and what their app shows."""

from __future__ import annotations

import time

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
)

from clinic.models import Staff


class App:
    """An authenticator app of one person, who has recovery codes with it."""

    def __init__(self, staff: Staff) -> None:
        self.secret = generate_totp_secret()
        self.codes = add_app(staff, self.secret)

    @property
    def code(self) -> str:
        """What it shows now."""
        return self.code_at(0)

    def code_at(self, period: int) -> str:
        """What it showed or will show, in periods of thirty seconds from now."""
        return code_of(self.secret, period)


def add_app(staff: Staff, secret: str) -> list[str]:
    """The recovery codes that come with it."""
    TOTP.activate(staff, secret)
    codes: list[str] = RecoveryCodes.activate(staff).get_unused_codes()
    return codes


def code_of(secret: str, period: int = 0) -> str:
    """What an app shows; `period` is for the one before or after, as each code works once."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30 + period)))


def types_of(staff: Staff) -> set[str]:
    return set(Authenticator.objects.filter(user=staff).values_list("type", flat=True))
