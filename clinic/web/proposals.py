"""What waits for a second person: confirmed or cancelled, by an administrator or by oneself."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clinic import access, proposals
from clinic.access import Permission, page
from clinic.models import Proposal, Site
from clinic.pages.lookup import site_of, staff_of
from clinic.signin import arrival
from clinic.web.staffing_form import pressed


@require_POST
@page(Permission.MANAGE_STAFF)
@access.confirmed
def answer(request: HttpRequest, proposal_id: UUID) -> HttpResponse:
    """As an administrator of the site."""
    made = _answer(request, site_of(request), proposal_id)
    return redirect("person", made.staff_id) if made else redirect("staff-list")


@access.signed_in
@require_POST
@access.confirmed
def answer_own(request: HttpRequest, proposal_id: UUID) -> HttpResponse:
    """As the person it is about, at any site."""
    found = proposals.open_about(staff_of(request)).filter(pk=proposal_id).first()
    if found is not None:
        _answer(request, found.site, proposal_id, with_passkey="webauthn" in arrival.means(request))
    return redirect("mfa_index")


def _answer(request: HttpRequest, site: Site, proposal_id: UUID, **more: Any) -> Proposal | None:
    by = staff_of(request)
    if request.POST.get("answer") == "confirm":
        made = pressed(request, lambda: proposals.confirm(by, site, proposal_id, **more))
        words = _("Confirmed and done")
    else:
        made = pressed(request, lambda: proposals.cancel(by, site, proposal_id))
        words = _("Cancelled")
    if made:
        messages.success(request, words)
    return made
