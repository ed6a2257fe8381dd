"""What the outbox of a tablet asks before it sends again."""

from __future__ import annotations

from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.views.decorators.http import require_safe

from clinic import clock
from clinic.pages import protect
from clinic.request import SignedInRequest


@protect.signed_in
@require_safe
def sending(request: SignedInRequest) -> HttpResponse:
    """Who is signed in and where, for each sends only what is their own and of this site; a fresh
    token, and the server's time, by which the tablet measures how far its clock is off."""
    site = request.site
    return JsonResponse(
        {
            "token": get_token(request),
            "person": str(request.user.pk),
            "site": str(site.pk) if site else "",
            "now": clock.now().isoformat(),
        }
    )
