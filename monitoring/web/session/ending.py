"""Ending a session in which nothing was given."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from clinic.access import Permission
from clinic.pages.addresses import reverse
from clinic.pages.entry_page import enter
from clinic.pages.protect import page
from clinic.request import ClinicRequest
from monitoring.actions import cancel_session, defer_dose
from monitoring.models import Session
from monitoring.web.lookup import open_session
from monitoring.web.record_page import RecordForm, SessionPage


class EndingForm(RecordForm):
    reason = forms.CharField(
        required=False,
        max_length=300,
        label=gettext_lazy("Reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


@require_http_methods(["GET", "POST"])
@page(Permission.PLAN_SESSION)
def cancel(request: ClinicRequest, session_id: UUID) -> HttpResponse:
    return _end(request, session_id, cancel_session, _("Cancel the planned session"))


@require_http_methods(["GET", "POST"])
@page(Permission.GIVE_DOSE)
def defer(request: ClinicRequest, session_id: UUID) -> HttpResponse:
    return _end(request, session_id, defer_dose, _("End the session without a dose"))


def _end(
    request: ClinicRequest, session_id: UUID, verb: Callable[..., Session], heading: str
) -> HttpResponse:
    session = open_session(request, session_id)
    form = EndingForm(request.POST or None)
    around = SessionPage(
        session=session,
        heading=heading,
        button=heading,
        saved=_("Session ended without a dose"),
        goes_to=reverse("board"),
    )
    return enter(
        request,
        form,
        around,
        lambda: verb(session_id, request.user, reason=form.cleaned_data["reason"]),
    )
