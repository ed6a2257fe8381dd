"""What a sign-in leaves in the session: by what means, on which tablet, for which page, with a
second factor?"""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.http import HttpRequest

from clinic import clock
from clinic.actions.sessions import begin_shift, end_shifts, sign_out_everywhere
from clinic.models import Shift, Staff
from clinic.shift import CAME_BACK_TO
from clinic.signin import idle, pin_here
from clinic.signin.library import get_authentication_records

MEANS, TABLET, SECOND_FACTOR = "means", "tablet", "second_factor"
SECOND_FACTORS = frozenset(Authenticator.Type.values)


def has_second_factor(request: HttpRequest) -> bool:
    return bool(request.session.get(SECOND_FACTOR))


def means(request: HttpRequest | None) -> list[str]:
    """Such as ["password", "totp"], ["webauthn"] or ["pin"]; empty outside a request."""
    return list(request.session.get(MEANS, [])) if request is not None else []


def arrived(request: HttpRequest, user: Staff) -> None:
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
        # Compared with the page that opens next, and never followed.
        session[CAME_BACK_TO] = request.POST.get("next") or request.GET.get("next") or ""
        shift = by_pin or begin_shift(tablet, user, has_second_factor=session[SECOND_FACTOR])
        pin_here.keep_end(request, shift.began_at)
    else:
        pin_here.keep_end(request, clock.now())


def left(request: HttpRequest, user: Staff | None) -> None:
    """A person signing out of a tablet goes home; one who locks it, or is locked out, returns."""
    tablet = getattr(request, "tablet", None)
    if tablet is not None and user is not None and not hasattr(request, "signed_out_because"):
        end_shifts(Shift.objects.filter(tablet=tablet, staff=user))


def changed(request: HttpRequest, user: Staff) -> None:
    """A person who adds a second factor has one from then on. One who removes the last has none,
    and elsewhere has to sign in again: what they signed in with there is gone."""
    kept = Authenticator.objects.filter(user_id=user.pk)
    has_one = kept.exclude(type=Authenticator.Type.RECOVERY_CODES).exists()
    request.session[SECOND_FACTOR] = has_one
    if not has_one:
        sign_out_everywhere(user, except_key=request.session.session_key or "")
    tablet = getattr(request, "tablet", None)
    if tablet is not None:
        shift = begin_shift(tablet, user, has_second_factor=has_one)
        pin_here.keep_end(request, shift.began_at)
