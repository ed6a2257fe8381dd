"""What waits for a second person: confirmed or cancelled, by an administrator or by oneself."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clinic import actions, proposals
from clinic.access import Permission
from clinic.models import Proposal, Site
from clinic.pages import protect
from clinic.pages.protect import page
from clinic.request import ClinicRequest, SignedInRequest
from clinic.signin import arrival
from clinic.web.organisation_form import submit_button


@require_POST
@page(Permission.MANAGE_STAFF)
@protect.confirmed
def answer(request: ClinicRequest, proposal_id: UUID) -> HttpResponse:
    """As an administrator of the site."""
    made = _answer(request, request.site, proposal_id)
    return redirect("person", made.staff_id) if made else redirect("staff-list")


@protect.signed_in
@require_POST
@protect.confirmed
def answer_own(request: SignedInRequest, proposal_id: UUID) -> HttpResponse:
    """As the person it is about, at any site."""
    found = proposals.open_about(request.user).filter(pk=proposal_id).first()
    if found is not None:
        _answer(request, found.site, proposal_id, with_passkey="webauthn" in arrival.means(request))
    return redirect("mfa_index")


def _answer(
    request: SignedInRequest, site: Site, proposal_id: UUID, **more: Any
) -> Proposal | None:
    by = request.user
    if request.POST.get("answer") == "confirm":
        made = submit_button(
            request, lambda: actions.confirm_proposal(by, site, proposal_id, **more)
        )
        words = _("Confirmed and done")
    else:
        made = submit_button(request, lambda: actions.cancel_proposal(by, site, proposal_id))
        words = _("Cancelled")
    if made:
        messages.success(request, words)
    return made
