"""The tablet changes hands on the page of a patient: whose page it is, is made sure of first.

Who comes to a page about a session that another person had open last, with a PIN or a password, is
asked to compare one identifier with the patient: one tap, kept in the access log (CLINICAL 7,
hazard 6).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from clinic import clock
from clinic.access import Permission
from clinic.pages import moments
from clinic.pages.addresses import reverse
from clinic.pages.protect import page
from clinic.request import ClinicRequest, PublicRequest
from clinic.shift import CAME_BACK_TO
from clinic.signin.adapter import next_page
from monitoring.models import AccessEntry, Session
from monitoring.models.patient import Identifier
from monitoring.proof import reads
from monitoring.web.lookup import not_here, page_of, read
from monitoring.words.banner import session_banner

View = Callable[..., HttpResponseBase]


class HandOver:
    """Leads who just came to a tablet by way of `whose`, where another had the session open."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: PublicRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: PublicRequest, view: View, args: Any, kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        session_id = kwargs.get("session_id")
        back = request.session.get(CAME_BACK_TO) if session_id else None
        if back != request.get_full_path() or request.method != "GET":
            return None
        if not _had_another_open(session_id, cast(ClinicRequest, request)):
            return None
        return redirect(f"{reverse('whose', args=[session_id])}?{urlencode({'next': back})}")


def _had_another_open(session_id: UUID | None, request: ClinicRequest) -> bool:
    """Whether the last person who was shown the session is another one."""
    shown = AccessEntry.objects.filter(session=session_id).exclude(page="whose")
    last = shown.order_by("at", "id").values_list("staff", flat=True).last()
    return last is not None and last != request.user.pk


@require_http_methods(["GET", "POST"])
@page(Permission.VIEW_SESSION)
def whose(request: ClinicRequest, session_id: UUID) -> HttpResponse:
    """Asks to compare birth date or MRN with the patient; the tap leads on to the page."""
    session = Session.objects.at(request.site).with_people().filter(pk=session_id).first()
    if session is None:
        raise not_here(request, session_id)
    compared = request.POST.get("identified_by", "")
    if request.method == "POST" and compared in Identifier.values:
        request.session.pop(CAME_BACK_TO, None)
        made_sure = reads.Read(
            request.user, request.site, AccessEntry.Action.MATCHED, page_of(request), session.pk
        )
        reads.log_reads(made_sure, [session.patient_id], clock.now())
        return redirect(next_page(request))
    read(request, session)
    patient = session.patient
    context = {
        "heading": _("Whose page is this?"),
        "banner": session_banner(session),
        "session": session,
        "next": next_page(request),
        "identifiers": [
            (Identifier.BIRTH_DATE.value, _("Born"), moments.day(patient.date_of_birth)),
            (Identifier.MRN.value, _("MRN"), patient.mrn),
        ],
        "is_missing": request.method == "POST",
        "area": "board",
    }
    return render(
        request, "identity/whose.html", context, status=422 if request.method == "POST" else 200
    )
