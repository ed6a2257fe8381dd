"""The telephone call after a session, and whom the clinic has still to call."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from crispy_forms.layout import Div, Fieldset, Layout
from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from clinic import clock
from clinic.access import Permission
from clinic.pages import keyset
from clinic.pages.addresses import reverse
from clinic.pages.entry_page import enter
from clinic.pages.fields import WholeNumber, YesNo
from clinic.pages.protect import page
from clinic.request import ClinicRequest
from monitoring.actions import record_call
from monitoring.actions.record_call import ANSWERS, CallEntry
from monitoring.models import Call, Departure
from monitoring.reports import calls
from monitoring.web.lookup import log_read, open_session
from monitoring.web.record_page import RecordForm, SessionPage
from monitoring.web.session.amendment import long_text
from monitoring.web.times import ClockTime, NeededTime, WhyLate, confirmed

PAGE_SIZE = 50


class CallForm(RecordForm):
    repeats = True
    offers_another = False
    uses_outbox = True
    saves = Call
    was_reached = YesNo(
        label=gettext_lazy("Was the patient reached"),
        answers=(gettext_lazy("Reached"), gettext_lazy("Not reached")),
    )
    detail = long_text(gettext_lazy("How the patient is, or what was tried"), 1000)
    has_slept = YesNo(label=gettext_lazy("Restful sleep since"))
    has_driven = YesNo(label=gettext_lazy("Drove or used machinery before it"))
    has_suicidal_thoughts = YesNo(label=gettext_lazy("Suicidal thoughts"))
    had_adverse_event = YesNo(label=gettext_lazy("Adverse event since leaving"))
    systolic = WholeNumber(label=gettext_lazy("Systolic, if measured (mmHg)"))
    diastolic = WholeNumber(label=gettext_lazy("Diastolic (mmHg)"), example="80")
    adverse_detail = forms.CharField(required=False, max_length=1000, label=gettext_lazy("What"))
    is_serious = YesNo(label=gettext_lazy("Serious"))
    onset_at = NeededTime(label=gettext_lazy("Onset"), empty_words=gettext_lazy("if there was one"))
    at = ClockTime(label=gettext_lazy("Called at"))
    late_reason = WhyLate()

    def layout(self) -> Layout:
        shown = self.rendered
        return Layout(
            "id",
            shown("was_reached"),
            shown("detail"),
            Fieldset(
                _("If reached"),
                *map(shown, ANSWERS),
                Div(shown("systolic"), shown("diastolic"), css_class="grid-2"),
                css_class="group",
            ),
            Fieldset(
                _("If there was an adverse event"),
                *map(shown, ("adverse_detail", "is_serious", "onset_at")),
                css_class="group",
            ),
            shown("at"),
            shown("late_reason"),
        )

    def entry(self) -> CallEntry:
        data = {n: v for n, v in self.cleaned_data.items() if n not in {"id", "another"}}
        return CallEntry(
            confirmed_at=confirmed(self, "at"),
            onset_confirmed_at=confirmed(self, "onset_at"),
            **data,
        )


@require_http_methods(["GET", "POST"])
@page(Permission.CALL_PATIENT, takes_tickets=True)
def record(request: ClinicRequest, session_id: UUID) -> HttpResponse:
    session = open_session(request, session_id)
    form = CallForm(request.POST or None)

    def save() -> Call:
        return record_call(
            session_id,
            request.author,
            id=form.cleaned_data["id"],
            call=form.entry(),
            sending=form.sending,
        )

    around = SessionPage(
        session=session,
        heading=_("Call after the session"),
        button=_("Save call"),
        saved=_("Call saved"),
        back=reverse("call-list"),
        goes_to=reverse("session", args=[session_id]),
        template="call/call.html",
        context=lambda: {"departure": next(iter(session.rows.of(Departure)), None)},
    )
    return enter(request, form, around, save)


@require_safe
@page(Permission.CALL_PATIENT)
def call_list(request: ClinicRequest) -> HttpResponse:
    """Who left on an earlier day and was not reached since, the longest waiting first."""
    waiting = calls.list_of(request.site, clock.now())
    shown = keyset.page_of_parts([waiting], request.GET, PAGE_SIZE)
    sessions = [session for _number, session in shown.rows]
    log_read(request, "listed", [session.patient_id for session in sessions])
    context: dict[str, Any] = {
        "waiting": sessions,
        "shown": shown,
        **keyset.told(shown, waiting.found),
        "area": "board",
    }
    return render(request, "call/list.html", context)
