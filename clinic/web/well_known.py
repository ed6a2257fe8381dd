"""What others look for at an address that is the same everywhere (RFC 8615)."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from clinic import security_txt
from clinic.pages.protect import public
from clinic.request import PublicRequest


@require_safe
@public
def security(request: PublicRequest) -> HttpResponse:
    """Whom to tell of a weakness."""
    if not (text := security_txt.text()):
        raise Http404
    return HttpResponse(text, content_type="text/plain; charset=utf-8")
