"""What a sign-in leaves in the session: by what means, on which tablet, with a second factor?"""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import Signal
from django.http import HttpRequest

from clinic import shift
from clinic.models import Shift, Staff
from clinic.signin import idle
from clinic.signin.library import get_authentication_records

MEANS, TABLET, SECOND_FACTOR = "means", "tablet", "second_factor"
left_elsewhere = Signal()
"""Sent with `staff` and `key`, the one session of theirs that goes on."""
SECOND_FACTORS = frozenset(Authenticator.Type.values)


def connect() -> None:
    user_logged_in.connect(_arrived, dispatch_uid="arrival")
    user_logged_out.connect(_left, dispatch_uid="arrival_left")
    authenticator_added.connect(_changed, dispatch_uid="arrival_added")
    authenticator_removed.connect(_changed, dispatch_uid="arrival_removed")


def has_second_factor(request: HttpRequest) -> bool:
    return bool(request.session.get(SECOND_FACTOR))


def means(request: HttpRequest | None) -> list[str]:
    """Such as ["password", "totp"], ["webauthn"] or ["pin"]; empty outside a request."""
    return list(request.session.get(MEANS, [])) if request is not None else []


def _arrived(request: HttpRequest, user: Staff, **kwargs: Any) -> None:
    """Keep it in the session, and begin a shift for who signed in fully on a tablet."""
    session, tablet = request.session, getattr(request, "tablet", None)
    idle.begin(request)
    by_pin: Shift | None = getattr(request, "by_pin", None)
    if by_pin is not None:
        session[MEANS], session[SECOND_FACTOR] = ["pin"], by_pin.has_second_factor
    else:
        records = get_authentication_records(request, user)
        session[MEANS] = [r.get("type") or r["method"] for r in records]
        session[SECOND_FACTOR] = not SECOND_FACTORS.isdisjoint(session[MEANS])
    if tablet is not None:
        session[TABLET] = str(tablet.pk)
        if by_pin is None:
            shift.begin(tablet, user, has_second_factor=session[SECOND_FACTOR])


def _left(request: HttpRequest, user: Staff | None, **kwargs: Any) -> None:
    """Who signs out of a tablet goes home; who locks it, or is locked out, comes back."""
    tablet = getattr(request, "tablet", None)
    if tablet is not None and user is not None and not hasattr(request, "signed_out_because"):
        shift.end(tablet, user)


def _changed(request: HttpRequest, user: Staff, **kwargs: Any) -> None:
    """Who adds a second factor has one from then on; who removes the last, none, and elsewhere
    they have to sign in anew: they came in there by what is gone."""
    kept = Authenticator.objects.filter(user_id=user.pk)
    has_one = kept.exclude(type=Authenticator.Type.RECOVERY_CODES).exists()
    request.session[SECOND_FACTOR] = has_one
    if not has_one:
        left_elsewhere.send(sender=Authenticator, staff=user, key=request.session.session_key)
    tablet = getattr(request, "tablet", None)
    if tablet is not None:
        shift.begin(tablet, user, has_second_factor=has_one)
