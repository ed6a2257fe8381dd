"""How often a passkey says it was used: a copy of it gives itself away."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.db import transaction

USES = "uses"
"""Beside the credential: the highest number that it said."""


@transaction.atomic
def count(passkey: int, said: int) -> bool:
    """Whether `said` is higher than ever before; it is kept then.

    A copy would say a number that was said already. A passkey that says 0 does not count, as most
    that several devices share (WebAuthn, 6.1.1).
    """
    held = Authenticator.objects.select_for_update().get(pk=passkey)
    last = held.data.get(USES, held.wrap().authenticator_data.counter)
    if not said and not last:
        return True
    if said <= last:
        return False
    held.data[USES] = said
    held.save(update_fields=["data"])
    return True
