"""How the patient left."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from clinic import clock
from clinic.access import Permission, page
from monitoring.actions import depart
from monitoring.models import Departure
from monitoring.rules.readiness import clearance_state, lapses_at
from monitoring.web import wording
from monitoring.web.entry_page import EntryForm, act, saved, show
from monitoring.web.fields import YesNo
from monitoring.web.lookup import session_or_404, staff_of
from monitoring.web.presenters.banner import session_banner
from monitoring.web.times import ClockTime


def _line(label: Any, length: int) -> forms.CharField:
    return forms.CharField(required=False, max_length=length, label=label)


class DepartureForm(EntryForm):
    saves = Departure
    left_at = ClockTime(label=gettext_lazy("Left at"))


class DischargeForm(DepartureForm):
    escort_name = _line(gettext_lazy("Escort's name"), 120)
    escort_phone = _line(gettext_lazy("Escort's telephone"), 40)
    no_escort_reason = _line(gettext_lazy("If there is no escort: why"), 300)
    transport = _line(gettext_lazy("Transport, such as taxi or escort's car"), 120)
    advice_given = forms.BooleanField(
        required=False,
        label=gettext_lazy(
            "Advised again not to drive or use machinery until the next day after a restful sleep"
        ),
    )


class TransferForm(DepartureForm):
    destination = _line(gettext_lazy("Transferred to"), 200)
    reason = _line(gettext_lazy("Reason"), 500)
    had_serious_event = YesNo(label=gettext_lazy("Serious adverse event in this session"))


class AgainstAdviceForm(DepartureForm):
    reason = _line(gettext_lazy("What the patient said"), 500)
    clinician_told = _line(gettext_lazy("Which clinician was told"), 200)
    had_serious_event = YesNo(label=gettext_lazy("Serious adverse event in this session"))


FORMS: dict[str, type[DepartureForm]] = {
    Departure.Kind.DISCHARGED: DischargeForm,
    Departure.Kind.TRANSFERRED: TransferForm,
    Departure.Kind.AGAINST_ADVICE: AgainstAdviceForm,
}


def _refused(request: HttpRequest) -> DepartureForm:
    """What is sent without a kind of departure is refused, and has no fields to show."""
    form = DepartureForm(request.POST)
    form.fields.clear()
    form.add_error(None, _("Choose how the patient left."))
    return form


@require_http_methods(["GET", "POST"])
@page(Permission.DEPART)
def record(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """`?kind=` names how; discharge is shown only while a clearance stands."""
    session = session_or_404(request, session_id)
    course = session.course()
    state = clearance_state(course, clock.now())
    kind = request.GET.get("kind", Departure.Kind.DISCHARGED if state == "stands" else "")
    form_class = FORMS.get(kind)
    form = form_class(request.POST or None) if form_class else None
    if form is not None and form.is_bound and form.is_valid():
        data = dict(form.cleaned_data) | {"sending": form.sending}
        made, _theirs = act(form, lambda: depart(session_id, staff_of(request), kind=kind, **data))
        if made:
            return saved(request, _("Departure saved"), "session", session_id)
    if form is None and request.method == "POST":
        form = _refused(request)
    if kind == Departure.Kind.DISCHARGED and state != "stands" and not (form and form.is_bound):
        form = None
    context = {
        "session": session,
        "banner": session_banner(session),
        "heading": _("Departure"),
        "submit": dict(Departure.Kind.choices).get(kind, ""),
        "back": reverse("session", args=[session_id]),
        "kind": kind,
        "state": state,
        "lapses_at": lapses_at(course) if state == "stands" else None,
        "why_not": "" if state == "stands" else wording.reason(f"clearance_{state}", {}),
        "kinds": [c for c in Departure.Kind.choices if c[0] != "discharged" or state == "stands"],
    }
    return show(request, "departure/departure.html", form or forms.Form(), context)
